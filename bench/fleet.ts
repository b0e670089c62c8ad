// The console on 200 servers: how soon all are shown, what it costs, and how soon a burst of events and keys show.
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fleet } from '../test/fleet/machinery/fleet.ts';
import type { Host } from '../test/fleet/machinery/host.ts';
import { BINARY } from '../test/support/binary.ts';
import { type App, withApp } from './lib/app.ts';
import { verb } from './lib/background.ts';
import { type BenchmarkOptions, benchmark, progress } from './lib/benchmark.ts';
import { keysBetween, keysToPaint } from './lib/keys.ts';
import { plainLogins } from './lib/plain-logins.ts';
import { cpuPercent, memoryMb } from './lib/processes.ts';
import { atMost, type Report } from './lib/report.ts';
import { changedAt, SERVERS, unitOf, wallTime, withServers, writeStack } from './lib/servers.ts';
import { median, percentile, withSpread } from './lib/statistics.ts';
import { openTerminal, type Terminal } from './lib/terminal.ts';
import { FLOORS } from './lib/tools.ts';

const SIZE = { columns: 200, rows: 50 };
const CONNECTIONS = 200;
const TYPES = Array.from({ length: 10 }, (_, at) => `type${at}`);
/** Of the types that are stopped and started again on one host, which every one of its aliases is told. */
const BURST_TYPES = TYPES.slice(2);
const OPEN_WITHIN_MS = 180_000;
/** Until what comes after the first look, such as the history, is there too. */
const AT_REST_MS = 10_000;

const names = Array.from({ length: CONNECTIONS }, (_, at) => `s${String(at + 1).padStart(3, '0')}`);

/** The aliases of each host of the fleet. */
function aliasesOf(fleet: Fleet): Map<Host, string[]> {
	const { hosts } = fleet;
	return new Map(hosts.map((host, at) => [host, names.filter((_, place) => place % hosts.length === at)]));
}

async function addAliases(fleet: Fleet): Promise<void> {
	const entries = [...aliasesOf(fleet)].map(
		([{ address }, aliases]) => `Host ${aliases.join(' ')}\n  HostName ${address}\n`,
	);
	const common = `Host s*
  User deploy
  IdentityFile ${fleet.keyFile}
  IdentitiesOnly yes
  UserKnownHostsFile ${fleet.knownHostsFile}
  GlobalKnownHostsFile /dev/null
`;
	await appendFile(fleet.sshConfigFile, `${entries.join('')}${common}`);
}

const types = () => Object.fromEntries(TYPES.map((type, at) => [type, `sleep ${100_000 + at}`]));
const same = (list: readonly string[]) => Object.fromEntries(list.map((name) => [name, name]));

/** Has an instance of each type run on each host. */
async function startInstances(app: App): Promise<void> {
	await writeStack(app, types(), same(SERVERS));
	await verb(app, 'scale', ...TYPES.map((type) => `${type}=1`), '--all');
	await writeStack(app, types(), same(names));
}

const isUp = (running: number) => (screen: string) =>
	screen.includes(` ${running}/${CONNECTIONS * TYPES.length} up `) &&
	screen.includes(` ${CONNECTIONS} servers `);

/** Stops and starts units by systemd itself: milliseconds from its last change to all of that on the screen. */
async function burst(
	host: Host,
	aliases: number,
	terminal: Terminal,
	how: 'start' | 'stop',
): Promise<number> {
	const all = CONNECTIONS * TYPES.length;
	const shown = terminal.shows(isUp(how === 'start' ? all : all - aliases * BURST_TYPES.length));
	const units = BURST_TYPES.map((type) => unitOf(type, 1));
	await host.run(`systemctl ${how} ${units.join(' ')}`);
	const change = how === 'start' ? 'ActiveEnterTimestamp' : 'InactiveEnterTimestamp';
	// A unit that is at rest is forgotten, unless something wants it: the target does.
	const changes = await Promise.all(units.map((unit) => changedAt(host, unit, change)));
	return wallTime(await shown) - Math.max(...changes);
}

/** Milliseconds from keys to paint, at the same time and on the same machine. */
interface KeysInBursts {
	readonly console: readonly number[];
	/** Of Node that echoes a key. */
	readonly floor: readonly number[];
}

interface Figures {
	readonly openMs: number;
	readonly memory: { readonly now: number; readonly peak: number };
	readonly idlePercent: number;
	readonly keys: readonly number[];
	readonly keysInBursts: KeysInBursts;
	readonly bursts: readonly number[];
}

async function bursts(fleet: Fleet, terminal: Terminal, count: number): Promise<number[]> {
	const [[host, aliases]] = [...aliasesOf(fleet)] as [[Host, string[]]];
	const times: number[] = [];
	for (let round = 0; round < count; round++) {
		for (const how of ['stop', 'start'] as const) {
			times.push(await burst(host, aliases.length, terminal, how));
			progress(`fleet: a burst, ${how}: ${times.at(-1)!.toFixed(0)} ms`);
			await sleep(1_500);
		}
	}
	return times;
}

const KEYS = keysBetween('type0 on s001', 'type0 on s002');

async function keyTimes(terminal: Terminal, count: number): Promise<number[]> {
	return (await keysToPaint(terminal, KEYS, count)).map(({ ms }) => ms);
}

const ECHO_KEYS = ['a', 'b'].map((key) => ({
	typed: key,
	fits: (screen: string) => screen.includes(`key ${key}`),
}));

/** Does `work` again and again until `done` has come to its end. */
async function during<T>(done: Promise<T>, work: () => Promise<void>): Promise<T> {
	let isOver = false;
	const works = (async () => {
		while (!isOver) await work();
	})();
	try {
		return await done;
	} finally {
		isOver = true;
		await works;
	}
}

/** Keys while everything is stopped and started again and again. */
async function keysInBursts(
	fleet: Fleet,
	app: App,
	terminal: Terminal,
	count: number,
): Promise<KeysInBursts> {
	const [[host]] = [...aliasesOf(fleet)] as [[Host, string[]]];
	const units = BURST_TYPES.map((type) => unitOf(type, 1)).join(' ');
	const echoes = [process.execPath, join(FLOORS, 'echo-key.js')] as const;
	const echo = openTerminal(echoes, { cwd: app.directory, env: app.env, ...SIZE });
	await echo.shows((screen) => screen.includes('ready'));
	const floor: number[] = [];
	const keys = during(keyTimes(terminal, count), async () => {
		floor.push(...(await keysToPaint(echo, ECHO_KEYS, ECHO_KEYS.length)).map(({ ms }) => ms));
	});
	const times = await during(keys, async () => {
		await host.run(`systemctl restart ${units}`);
		await sleep(1_000);
	});
	echo.kill('SIGTERM');
	await echo.exited;
	return { console: times, floor };
}

async function look(fleet: Fleet, app: App, quick: boolean): Promise<Figures> {
	const terminal = openTerminal([process.execPath, BINARY], { cwd: app.directory, env: app.env, ...SIZE });
	const openMs =
		(await terminal.shows(isUp(CONNECTIONS * TYPES.length), OPEN_WITHIN_MS)) - terminal.startedAt;
	progress(`fleet: all shown after ${(openMs / 1000).toFixed(1)} s`);
	await sleep(AT_REST_MS);
	const idlePercent = await cpuPercent([terminal.pid], () => sleep(quick ? 10_000 : 30_000));
	progress(`fleet: idle ${idlePercent.toFixed(1)} %, ${memoryMb(terminal.pid).peak.toFixed(0)} MB`);
	const keys = await keyTimes(terminal, quick ? 42 : 140);
	const burstTimes = await bursts(fleet, terminal, quick ? 2 : 10);
	const others = await keysInBursts(fleet, app, terminal, quick ? 42 : 140);
	const figures = { openMs, idlePercent, keys, keysInBursts: others, bursts: burstTimes };
	const memory = memoryMb(terminal.pid);
	terminal.kill('SIGTERM');
	await terminal.exited;
	return { ...figures, memory };
}

function reportOf(figures: Figures, loginsMs: number): Report {
	const { openMs, memory, idlePercent, keys, keysInBursts: others, bursts: times } = figures;
	const whole = (value: number) => value.toFixed(0);
	const events = Math.ceil(CONNECTIONS / SERVERS.length) * BURST_TYPES.length;
	return {
		name: 'fleet',
		title: `The console on ${CONNECTIONS} servers with ${TYPES.length} process types each`,
		method: `${CONNECTIONS} aliases of ${SERVERS.length} Debian servers, each a connection of its own, ${SIZE.columns}x${SIZE.rows}. A burst is ${BURST_TYPES.length} instances of one of them that systemd itself stops or starts at once, which is told over each of its connections: ${events} events, from systemd's own time of the last one to a screen with all of them.`,
		tables: [
			{
				columns: ['', ''],
				rows: [
					[`${CONNECTIONS} times \`ssh server true\`, 10 at a time, s`, (loginsMs / 1000).toFixed(1)],
					['start to all servers and instances on the screen, s', (openMs / 1000).toFixed(1)],
					['CPU when nothing happens, % of a core', idlePercent.toFixed(1)],
					['resident memory then, and at most, MB', `${whole(memory.now)}, ${whole(memory.peak)}`],
					['burst to the screen, ms', withSpread(times, whole)],
					['key to paint, ms', `${withSpread(keys, whole)}, p95 ${whole(percentile(keys, 0.95))}`],
					[
						'key to paint while bursts come every second, ms',
						`${withSpread(others.console, whole)}, p95 ${whole(percentile(others.console, 0.95))}`,
					],
					[
						'of it, Node that echoes a key at the same time, ms',
						`${withSpread(others.floor, whole)}, p95 ${whole(percentile(others.floor, 0.95))}`,
					],
				],
			},
		],
		targets: [
			atMost(20_000, 'ms', 'start to all of it on the screen', openMs),
			atMost(600, 'MB', 'resident memory', memory.peak),
			atMost(10, '%', 'CPU when nothing happens', idlePercent),
			atMost(1_000, 'ms', `a burst of ${events} events to the screen, p95`, percentile(times, 0.95)),
			atMost(100, 'ms', 'key to paint, p95', percentile(keys, 0.95)),
			atMost(100, 'ms', 'key to paint while bursts come, p95', percentile(others.console, 0.95)),
		],
		notes: [
			`The servers share this machine's cores with the console: what they do for a login, for sudo and for systemd-stdio-bridge is in all times. Half of the bursts took at most ${whole(median(times))} ms.`,
			"MaxStartups and MaxSessions of the servers are Debian's own.",
		],
	};
}

async function measure({ quick }: BenchmarkOptions): Promise<Report> {
	return withServers(async (fleet) => {
		await addAliases(fleet);
		return withApp(async (app) => {
			await startInstances(app);
			const loginsMs = await plainLogins(names, fleet.sshConfigFile);
			progress(`fleet: ${CONNECTIONS} plain logins ${(loginsMs / 1000).toFixed(1)} s`);
			return reportOf(await look(fleet, app, quick), loginsMs);
		});
	});
}

await benchmark(measure);
