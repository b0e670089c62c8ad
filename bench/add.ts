// A bare server (sshd, a key, and the programs that the app needs) to a running worker of examples/shop, by one command.
import { execFile } from 'node:child_process';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Fleet } from '../test/fleet/machinery/fleet.ts';
import { type App, withApp } from './lib/app.ts';
import { verb } from './lib/background.ts';
import { type BenchmarkOptions, benchmark, progress } from './lib/benchmark.ts';
import { atMost, type Report } from './lib/report.ts';
import { CODE, STACK, unitOf, withServers } from './lib/servers.ts';
import { median, withSpread } from './lib/statistics.ts';

const SHOP = join(import.meta.dirname, '../examples/shop');
const NAME = 'jobs1';

const run = promisify(execFile);

async function writeApp(app: App): Promise<void> {
	await cp(SHOP, app.directory, { recursive: true });
	const head = `stack: ${STACK.name}\nenvironment: ${STACK.environment}\npath: ${CODE}\n`;
	// The example needs no more, and its tmp is of no release.
	await app.write('.gitignore', 'tmp\n');
	await app.write(
		'procdeck.yml',
		`${head}servers:\n  ${NAME}: { host: ${NAME} }\nprocesses:\n  worker:\n    scale: { ${NAME}: 1 }\n`,
	);
	const identity = ['-c', 'user.name=bench', '-c', 'user.email=bench@example.org'];
	for (const args of [
		['init', '-q'],
		['add', '-A'],
		['commit', '-qm', 'First'],
	])
		await run('git', ['-C', app.directory, ...identity, ...args]);
}

/** Nothing of the stack is there any more. */
async function makeBare(app: App, fleet: Fleet): Promise<void> {
	await verb(app, 'down', '--server', NAME);
	await fleet.host(NAME).run(`rm -rf ${CODE}; systemctl reset-failed 2>/dev/null || true
		rm -rf /etc/procdeck /run/procdeck /etc/systemd/system/procdeck.* /etc/systemd/system/*.wants/procdeck.*
		systemctl daemon-reload`);
}

async function timed(work: () => Promise<unknown>): Promise<number> {
	const begun = performance.now();
	await work();
	return performance.now() - begun;
}

async function measure({ quick }: BenchmarkOptions): Promise<Report> {
	const adding: number[] = [];
	const copying: number[] = [];
	await withServers((fleet) =>
		withApp(async (app) => {
			await writeApp(app);
			const host = fleet.host(NAME);
			const copy = `git -C ${app.directory} archive HEAD | gzip -1 | ssh -F ${fleet.sshConfigFile} ${NAME} 'rm -rf /tmp/copy; mkdir /tmp/copy && tar -xz -C /tmp/copy'`;
			for (let round = 0; round < (quick ? 2 : 9); round++) {
				progress(`add: round ${round + 1}`);
				await makeBare(app, fleet);
				adding.push(await timed(() => verb(app, 'server', 'add', NAME, NAME, '--yes')));
				await host.run(`systemctl is-active ${unitOf('worker', 1)}`);
				copying.push(await timed(() => run('sh', ['-c', copy])));
			}
		}),
	);
	const ms = (value: number) => value.toFixed(0);
	const own = adding.map((time, round) => time - copying[round]!);
	return {
		name: 'add',
		title: 'A bare server to a running worker of the example, by one command',
		method:
			'The server has sshd, a key and Node. `server add` looks at it, copies the code there as a release, writes units and environment, starts a worker and waits until it has settled, which takes a second from its start. Copying is `git archive | ssh tar`, by hand.',
		tables: [
			{
				columns: ['', 'p50, ms'],
				rows: [
					['procdeck server add', withSpread(adding, ms)],
					['the code by hand', withSpread(copying, ms)],
					['beyond copying', withSpread(own, ms)],
				],
			},
		],
		targets: [atMost(5_000, 'ms', 'beyond copying, packages and setup', median(own))],
		notes: [],
	};
}

await benchmark(measure);
