// Three real Debian servers to try Procdeck on: `npm run fleet up`, `ssh NAME [COMMAND]`, `list`, `down`. Needs root.
import { spawnSync } from 'node:child_process';
import { bootFleet, type Fleet, runningFleets } from '../../test/fleet/machinery/fleet.ts';
import { addressOf } from '../../test/fleet/machinery/records.ts';
import { ensureRequirements } from '../../test/fleet/machinery/requirements.ts';
import { consoleCommand, installShop } from './shop.ts';

const NAMES = ['web1', 'web2', 'jobs1'];
const USAGE = 'npm run fleet up | ssh [USER@]NAME [COMMAND…] | list | down';

/** The one that a person has; those of tests come and go. */
async function standing(): Promise<Fleet | undefined> {
	return (await runningFleets()).find(({ record }) => record.stays);
}

async function needed(): Promise<Fleet> {
	const fleet = await standing();
	if (!fleet) throw new Error('No servers are up: npm run fleet up');
	return fleet;
}

async function up(): Promise<void> {
	const fleet = (await standing()) ?? (await boot());
	console.log(`${table(fleet)}

The shop of examples/shop is in /srv/shop on each of them. The console on all three:

    ${consoleCommand(fleet)}

    npm run fleet ssh web1    opens a shell there
    npm run fleet down        takes everything away`);
}

async function boot(): Promise<Fleet> {
	const fleet = await bootFleet(NAMES, { stays: true });
	try {
		await installShop(fleet);
		return fleet;
	} catch (error) {
		await fleet.remove();
		throw error;
	}
}

async function list(): Promise<void> {
	for (const fleet of await runningFleets())
		console.log(`${fleet.record.stays ? 'yours' : 'of tests'}, ${fleet.record.folder}\n${table(fleet)}`);
}

function table({ record, hosts }: Fleet): string {
	const row = (name: string, isOn: boolean) =>
		`${name.padEnd(8)}${addressOf(record, name)}${isOn ? '' : '  off'}`;
	return hosts.map((host) => row(host.name, host.isOn())).join('\n');
}

async function ssh(args: readonly string[]): Promise<void> {
	const fleet = await needed();
	if (args.length === 0) throw new Error(`Which one? ${fleet.record.hosts.join(', ')}`);
	const { status } = spawnSync('ssh', ['-F', fleet.sshConfigFile, ...args], { stdio: 'inherit' });
	process.exitCode = status ?? 1;
}

async function down(): Promise<void> {
	await (await needed()).remove();
}

const verbs: Readonly<Record<string, (args: readonly string[]) => Promise<void>>> = { up, list, ssh, down };
const [verb = '', ...args] = process.argv.slice(2);
try {
	const act = verbs[verb];
	if (!act) throw new Error(USAGE);
	await ensureRequirements();
	await act(args);
} catch (error) {
	console.error((error as Error).message);
	process.exitCode = 1;
}
