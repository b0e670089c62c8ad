// A release of an app of 5,000 files of which one changed, to three servers, against rsync to the same servers.
import { execFile } from 'node:child_process';
import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Fleet } from '../test/fleet/machinery/fleet.ts';
import { waitFor } from '../test/support/wait-for.ts';
import { type App, withApp } from './lib/app.ts';
import { verb } from './lib/background.ts';
import { type BenchmarkOptions, benchmark, progress } from './lib/benchmark.ts';
import { atMost, type Report } from './lib/report.ts';
import { inTurn } from './lib/rounds.ts';
import { CODE, SERVERS, withServers, writeStack } from './lib/servers.ts';
import { median, withSpread } from './lib/statistics.ts';

const FILES = 5_000;
const FILE_BYTES = 20 * 1024;
const CHANGED = 'src/00/file-0.js';
/** Where rsync puts it: a folder of its own, which nothing runs from; and for copies that leave the one before as it is. */
const MIRROR = '/srv/mirror';
const COPIES = '/srv/copies';

const run = promisify(execFile);

/** Text that looks like code to who compresses it, and is no two times the same. */
function fileText(number: number): string {
	const lines: string[] = [];
	for (let bytes = 0, seed = number + 1; bytes < FILE_BYTES; ) {
		seed = (seed * 48_271) % 2_147_483_647;
		const line = `export const value${seed.toString(36)} = compute(${seed}, '${(seed * 7).toString(16)}');\n`;
		lines.push(line);
		bytes += line.length;
	}
	return lines.join('').slice(0, FILE_BYTES);
}

async function writeCode({ directory }: App): Promise<void> {
	for (let number = 0; number < FILES; number++) {
		const folder = join(directory, 'src', String(number % 50).padStart(2, '0'));
		await mkdir(folder, { recursive: true });
		await writeFile(join(folder, `file-${number}.js`), fileText(number));
	}
}

async function git({ directory }: App, ...args: string[]): Promise<void> {
	const identity = ['-c', 'user.name=bench', '-c', 'user.email=bench@example.org', '-c', 'gc.auto=0'];
	await run('git', ['-C', directory, ...identity, ...args]);
}

async function rsync(
	{ directory }: App,
	fleet: Fleet,
	to: string,
	options: readonly string[] = [],
): Promise<void> {
	const shell = `ssh -F ${fleet.sshConfigFile}`;
	const always = ['-az', '--delete', '--exclude=.git', '-e', shell];
	const toHost = (host: string) => run('rsync', [...always, ...options, `${directory}/`, `${host}:${to}/`]);
	await Promise.all(SERVERS.map(toHost));
}

interface Contestant {
	readonly name: string;
	readonly copy: () => Promise<unknown>;
}

/** What a release before has taken out of the way is no burden of who comes next. */
async function untilAtRest({ hosts }: Fleet): Promise<void> {
	const isAtRest = `if [ -e ${CODE}/.procdeck/old ]; then echo no; fi`;
	for (const host of hosts)
		await waitFor(async () => (await host.run(isAtRest)) === '', `${host.name} to be at rest`);
}

async function timed({ copy }: Contestant): Promise<number> {
	const begun = performance.now();
	await copy();
	return performance.now() - begun;
}

async function measured(app: App, fleet: Fleet, rounds: number): Promise<Report> {
	let copies = 0;
	const contestants: readonly Contestant[] = [
		{ name: 'procdeck release', copy: () => verb(app, 'release', '--yes') },
		{ name: 'rsync -az', copy: () => rsync(app, fleet, MIRROR) },
		{
			name: 'rsync -az --link-dest',
			copy: () => rsync(app, fleet, `${COPIES}/${++copies}`, [`--link-dest=${COPIES}/${copies - 1}`]),
		},
	];
	progress('release: everything, once');
	const first = new Map<string, number>();
	for (const contestant of contestants) first.set(contestant.name, await timed(contestant));
	let changes = 0;
	progress('release: one file changed');
	const times = await inTurn(contestants, rounds, async (contestant) => {
		await appendFile(join(app.directory, CHANGED), `// ${++changes}\n`);
		await git(app, 'commit', '-qam', `Change ${changes}`);
		await untilAtRest(fleet);
		return timed(contestant);
	});
	const [ours = [], theirs = [], linking = []] = [...times.values()];
	const ms = (value: number) => value.toFixed(0);
	return {
		name: 'release',
		title: 'A release of 5,000 files, 100 MB, of which one changed, to three servers',
		method: `The code is in a git repository, and in each round one file of it changes. A release copies it into a folder of its own, links there what is the same, switches all servers to it at once and tells their histories; nothing runs there that would have to be restarted, and the oldest release is taken away by each server after its end. rsync -az brings the same change into one folder, to the three servers at the same time; with --link-dest it makes a folder of its own, too. Servers and both programs share the cores of this machine.`,
		tables: [
			{
				columns: ['', 'everything, once, ms', 'one file changed, p50, ms'],
				rows: [...times].map(([name, values]) => [name, ms(first.get(name)!), withSpread(values, ms)]),
			},
		],
		targets: [atMost(1.2, 'x', 'one file changed, against rsync -az', median(ours) / median(theirs))],
		notes: [
			`Against rsync -az --link-dest, which like a release leaves the copy before as it is: ${(median(ours) / median(linking)).toFixed(2)}x.`,
		],
	};
}

function measure({ quick }: BenchmarkOptions): Promise<Report> {
	return withServers((fleet) =>
		withApp(async (app) => {
			progress('release: the code');
			await writeCode(app);
			await writeStack(
				app,
				{ worker: 'sleep 1000' },
				Object.fromEntries(SERVERS.map((name) => [name, name])),
			);
			await git(app, 'init', '-q');
			await git(app, 'add', '-A');
			await git(app, 'commit', '-qm', 'First');
			for (const host of fleet.hosts) await host.run(`install -d -o deploy ${MIRROR} ${COPIES}`);
			return measured(app, fleet, quick ? 3 : 15);
		}),
	);
}

await benchmark(measure);
