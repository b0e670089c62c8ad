// A server over SSH: a crash there to the screen here, `+` to running there, and the console inside an SSH session.
import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Fleet } from '../test/fleet/machinery/fleet.ts';
import type { Host } from '../test/fleet/machinery/host.ts';
import { BINARY } from '../test/support/binary.ts';
import { type App, withApp } from './lib/app.ts';
import { verb } from './lib/background.ts';
import { type BenchmarkOptions, benchmark, progress } from './lib/benchmark.ts';
import { type InSession, inSession, sessionTable } from './lib/in-session.ts';
import { atLeast, atMost, type Report, type Table } from './lib/report.ts';
import { inTurn } from './lib/rounds.ts';
import { changedAt, SERVERS, unitOf, wallTime, withServers, writeStack } from './lib/servers.ts';
import { median, percentile, withSpread } from './lib/statistics.ts';
import { openTerminal, type Terminal } from './lib/terminal.ts';
import { Watcher } from './lib/watcher.ts';

const run = promisify(execFile);

const SIZE = { columns: 200, rows: 50 };
const SERVER = 'web1';
const WORKERS = 3;
const TYPES = { worker: 'sleep 100000', plain: 'sleep 100001', web: 'sleep 100002' };
/** Until systemd has read its units again after a change, and nothing is left to be done. */
const AT_REST_MS = 1_500;

/** A program whose time is taken. */
interface Contestant {
	readonly name: string;
	/** Milliseconds to what systemd says, or from it, and to what the user is told. */
	measure(round: number): Promise<readonly [systemd: number, told: number]>;
}

/** All that the measurements share. */
interface Scene {
	readonly fleet: Fleet;
	readonly host: Host;
	readonly terminal: Terminal;
	readonly watcher: Watcher;
}

const inBackOff = (name: string) => (screen: string) => new RegExp(`↻ ${name} +back-off`).test(screen);
const isUp = (name: string) => (screen: string) => new RegExp(`● ${name} +running`).test(screen);
const isGone = (name: string) => (screen: string) => !screen.includes(` ${name} `);

/** `kill -9` of an instance: from systemd's own time of it to a client that watches, and to the screen. */
function crash({ host, terminal, watcher }: Scene): Contestant {
	return {
		name: 'crash',
		async measure(round) {
			const index = 1 + (round % WORKERS);
			const name = `worker.${index}`;
			const unit = unitOf('worker', index);
			const seen = Promise.all([watcher.knows(name, ['backoff']), terminal.shows(inBackOff(name))]);
			await host.run(`systemctl kill --signal=KILL ${unit}`);
			const [known, shown] = (await seen).map(wallTime);
			const crashedAt = await changedAt(host, unit, 'ActiveExitTimestamp');
			await terminal.shows(isUp(name));
			await sleep(AT_REST_MS);
			return [known! - crashedAt, shown! - crashedAt];
		},
	};
}

/** `+` in the console: from the key to running, by systemd and on the screen. */
function plus({ host, terminal }: Scene): Contestant {
	const name = `worker.${WORKERS + 1}`;
	const unit = unitOf('worker', WORKERS + 1);
	return {
		name: 'procdeck, `+`',
		async measure() {
			const pressedAt = performance.now();
			terminal.type('+');
			const shown = await terminal.shows(isUp(name));
			const startedAt = await changedAt(host, unit, 'ActiveEnterTimestamp');
			await sleep(AT_REST_MS);
			if (!(await host.run('ls /etc/systemd/system/*.wants')).includes(unit))
				throw new Error(`a boot would not start ${unit}`);
			terminal.type('-');
			await terminal.shows(isGone(name));
			await sleep(AT_REST_MS);
			return [startedAt - wallTime(pressedAt), shown - pressedAt];
		},
	};
}

const PLAIN = unitOf('plain', 1);

/** `systemctl start` of a unit just like it, on the server itself, without any network. */
function onTheServer({ host }: Scene): Contestant {
	const timed = `bash -c 'begun=$EPOCHREALTIME; systemctl start "$0"; echo $begun $EPOCHREALTIME' ${PLAIN}`;
	return {
		name: '`systemctl start` on the server',
		async measure() {
			const [begun, ended] = (await host.run(timed)).split(' ').map((seconds) => Number(seconds) * 1000);
			const startedAt = await changedAt(host, PLAIN, 'ActiveEnterTimestamp');
			await host.run(`systemctl stop ${PLAIN}`);
			await sleep(AT_REST_MS);
			return [startedAt - begun!, ended! - begun!];
		},
	};
}

/** The same through `ssh`, as one does it by hand. */
function freshConnection({ fleet, host }: Scene): Contestant {
	const command = ['-F', fleet.sshConfigFile, '-l', 'root', SERVER, `systemctl start ${PLAIN}`];
	return {
		name: '`ssh server systemctl start`',
		async measure() {
			const begun = performance.now();
			await run('ssh', command);
			const ended = performance.now();
			const startedAt = await changedAt(host, PLAIN, 'ActiveEnterTimestamp');
			await host.run(`systemctl stop ${PLAIN}`);
			await sleep(AT_REST_MS);
			return [startedAt - wallTime(begun), ended - begun];
		},
	};
}

/** Runs the stack, and the console and a client on it. */
async function withScene<T>(fleet: Fleet, app: App, use: (scene: Scene) => Promise<T>): Promise<T> {
	await writeStack(app, TYPES, Object.fromEntries(SERVERS.map((name) => [name, name])));
	await verb(app, 'scale', `worker=${WORKERS}`, 'web=2', 'plain=1', '--all');
	await verb(app, 'scale', 'plain=0', '--all');
	return Watcher.on(app, SERVER, async (watcher) => {
		const { directory: cwd, env } = app;
		const terminal = openTerminal([process.execPath, BINARY], { cwd, env, ...SIZE });
		await terminal.shows((screen) => screen.includes('15/15 up') && isUp(`worker.${WORKERS}`)(screen));
		await sleep(AT_REST_MS);
		return use({ fleet, host: fleet.host(SERVER), terminal, watcher });
	});
}

type Times = ReadonlyMap<string, readonly (readonly [number, number])[]>;

async function measureChanges(fleet: Fleet, rounds: number): Promise<Times> {
	return withApp((app) =>
		withScene(fleet, app, (scene) => {
			const contestants = [crash, plus, onTheServer, freshConnection].map((make) => make(scene));
			return inTurn(contestants, rounds, async ({ name, measure: measureOne }, round) => {
				const [systemd, told] = await measureOne(round);
				progress(`remote, round ${round + 1}: ${name} ${systemd.toFixed(1)} ms, ${told.toFixed(1)} ms`);
				return [systemd, told] as const;
			});
		}),
	);
}

const CRASH = 'crash';
const PLUS = 'procdeck, `+`';
const LOCAL = '`systemctl start` on the server';
const FRESH = '`ssh server systemctl start`';

const ms = (value: number) => value.toFixed(1);
const cells = (values: readonly number[]) => [withSpread(values, ms), ms(percentile(values, 0.95))];

function columnOf(times: Times, name: string, at: 0 | 1): number[] {
	return times.get(name)!.map((pair) => pair[at]);
}

function crashTable(times: Times): Table {
	const rows = [
		['a client that watches knows', ...cells(columnOf(times, CRASH, 0))],
		['the screen shows', ...cells(columnOf(times, CRASH, 1))],
	];
	return { columns: ["from systemd's own time of a crash until", 'p50, ms', 'p95, ms'], rows };
}

function startTable(times: Times): Table {
	const rows = [PLUS, LOCAL, FRESH].map((name) => [
		name,
		...cells(columnOf(times, name, 0)),
		withSpread(columnOf(times, name, 1), ms),
	]);
	return { columns: ['', 'to running, p50, ms', 'p95, ms', 'until the user is told, ms'], rows };
}

function reportOf(times: Times, session: InSession): Report {
	const [known, shown] = [columnOf(times, CRASH, 0), columnOf(times, CRASH, 1)];
	const toRunning = (name: string) => median(columnOf(times, name, 0));
	return {
		name: 'remote',
		title: 'A server over SSH',
		method: `Debian with systemd, in a container on this machine, so that its clock is the same. An instance is ended by \`kill -9\`; it is seen when it is shown as waiting for its restart, ${SIZE.columns}x${SIZE.rows}. \`+\` and \`systemctl start\` start a unit of the same kind; the clock runs from the key, or from before the program is called, to the moment from which systemd has it as running. Interleaved, ${times.get(CRASH)!.length} rounds.`,
		tables: [crashTable(times), startTable(times), sessionTable(session)],
		targets: [
			atMost(50, 'ms', 'crash to the screen, p50', median(shown)),
			atMost(150, 'ms', 'crash to the screen, p95', percentile(shown, 0.95)),
			atMost(50, 'ms', 'crash to a client that watches, p50', median(known)),
			atMost(
				1.5,
				'x',
				'`+` to running against `systemctl start` on the server',
				toRunning(PLUS) / toRunning(LOCAL),
			),
			atLeast(
				5,
				'x',
				'`+` to running: faster than `ssh server systemctl start`',
				toRunning(FRESH) / toRunning(PLUS),
			),
		],
		notes: [
			'`+` also has taken the lock of the stack, has read what is wanted there and has compared it; the link by which a boot starts the instance is made afterwards, and is checked.',
		],
	};
}

async function measure({ quick }: BenchmarkOptions): Promise<Report> {
	return withServers(async (fleet) => {
		const times = await measureChanges(fleet, quick ? 4 : 30);
		return reportOf(times, await inSession(fleet.host('web2'), fleet, quick));
	});
}

await benchmark(measure);
