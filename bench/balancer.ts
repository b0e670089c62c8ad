// What the embedded load balancer gets through, beside the bare library that it is built on and HAProxy.
import { execFileSync, spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BINARY } from '../test/support/binary.ts';
import { freePort } from '../test/support/free-port.ts';
import { type App, withApp } from './lib/app.ts';
import { type BenchmarkOptions, benchmark, progress } from './lib/benchmark.ts';
import { cpuMs } from './lib/processes.ts';
import { atLeast, atMost, type Report } from './lib/report.ts';
import { inTurn } from './lib/rounds.ts';
import { median, withSpread } from './lib/statistics.ts';
import { FLOORS, PROGRAMS } from './lib/tools.ts';
import { CONNECTION_KINDS, type ConnectionKind, underLoad } from './lib/web-load.ts';

const CONNECTIONS = 50;
const WARM_UP_MS = 3_000;
const ROUND_MS = 2_000;

interface Round {
	readonly failed: number;
	readonly p99: number;
	readonly perSecond: number;
	/** CPU time of the proxy, in microseconds a request. */
	readonly cost: number;
}

interface Contestant {
	readonly name: string;
	readonly port: number;
	readonly pid: number;
}

type Start = (
	app: App,
	port: number,
	upstream: number,
) => Promise<readonly [file: string, ...args: string[]]>;

const library: Start = async () => [process.execPath, join(FLOORS, 'proxy.js')];

const embedded: Start = async (app, port, upstream) => {
	const directory = join(app.directory, 'balancer');
	await mkdir(directory, { mode: 0o700 });
	const settings = {
		port,
		healthCheck: '/',
		algorithm: 'leastconn',
		sticky: false,
		drainTimeoutMs: 1_000,
		certificate: null,
	};
	const backends = [{ server: 'local', instance: 'web.1', address: '127.0.0.1', port: upstream }];
	const configuration = { settings, serving: { local: true }, backends };
	await writeFile(join(directory, 'configuration.json'), JSON.stringify({ version: 1, configuration }));
	return [process.execPath, BINARY, 'balancer', directory];
};

const haproxy: Start = async (app, port, upstream) => {
	const times = 'timeout connect 5s\n timeout client 60s\n timeout server 60s';
	const frontend = `frontend web\n bind 127.0.0.1:${port}\n default_backend web`;
	const backend = `backend web\n balance leastconn\n http-reuse always\n server a 127.0.0.1:${upstream}`;
	const text = `defaults\n mode http\n option forwardfor\n ${times}\n${frontend}\n${backend}\n`;
	return ['haproxy', '-db', '-f', await app.write('haproxy.cfg', text)];
};

function starts(): Record<string, Start> {
	try {
		execFileSync('haproxy', ['-v'], { stdio: 'ignore' });
		return { library, embedded, haproxy };
	} catch {
		return { library, embedded };
	}
}

async function start(app: App, name: string, line: readonly string[], upstream: number): Promise<Contestant> {
	const [port, file, ...args] = line as [string, string, ...string[]];
	const env = { ...app.env, PORT: port, UPSTREAM: String(upstream), NODE_ENV: 'production' };
	const child = spawn(file, args, { env, stdio: ['ignore', 'ignore', 'inherit'], detached: true });
	const contestant = { name, port: Number(port), pid: child.pid! };
	await underLoad({ port: contestant.port, connections: CONNECTIONS, kind: 'keep' }, () => sleep(WARM_UP_MS));
	return contestant;
}

async function measureOnce({ port, pid }: Contestant, kind: ConnectionKind): Promise<Round> {
	return underLoad({ port, connections: CONNECTIONS, kind }, async (load) => {
		await load.tally();
		const before = cpuMs(pid);
		await sleep(ROUND_MS);
		const { answered, failed, forMs, p99 } = await load.tally();
		const cost = ((cpuMs(pid) - before) * 1000) / answered;
		return { failed: failed.length, p99: p99!, perSecond: (answered * 1000) / forMs, cost };
	});
}

/** The median over the rounds of a value of the embedded one, against another's in the same round. */
function ratio(
	rounds: Map<string, Round[]>,
	to: 'library' | 'haproxy',
	of: (round: Round) => number,
): number {
	return median(rounds.get('embedded')!.map((round, at) => of(round) / of(rounds.get(to)![at]!)));
}

function notesOn(kind: ConnectionKind, rounds: Map<string, Round[]>): string[] {
	const connections = `connections ${kind === 'keep' ? 'kept' : 'closed'}`;
	const times = (to: 'library' | 'haproxy', of: (round: Round) => number) =>
		`${ratio(rounds, to, of).toFixed(2)}x`;
	const cost = times('library', (round) => round.cost);
	const own = `CPU of the embedded one a request, ${connections}: ${cost} the bare library's.`;
	if (!rounds.has('haproxy')) return [own];
	const perSecond = times('haproxy', (round) => round.perSecond);
	const p99 = times('haproxy', (round) => round.p99);
	return [own, `Against HAProxy, ${connections}: ${perSecond} the requests a second, ${p99} the p99.`];
}

function rowOf(kind: ConnectionKind, name: string, rounds: readonly Round[]): string[] {
	const column = (of: (round: Round) => number, digits = 0) =>
		withSpread(rounds.map(of), (value) => value.toFixed(digits));
	return [
		`${name}, connections ${kind === 'keep' ? 'kept' : 'closed'}`,
		column(({ perSecond }) => perSecond),
		column(({ p99 }) => p99, 1),
		column(({ cost }) => cost),
		String(rounds.reduce((sum, { failed }) => sum + failed, 0)),
	];
}

async function measure({ quick }: BenchmarkOptions): Promise<Report> {
	return withApp(async (app) => {
		const upstream = await freePort();
		const env = { ...app.env, PORT: String(upstream) };
		spawn(process.execPath, [join(PROGRAMS, 'answers-web.js')], { env, stdio: 'ignore', detached: true });
		const contestants: Contestant[] = [];
		for (const [name, begin] of Object.entries(starts())) {
			const port = await freePort();
			const line = await begin(app, port, upstream);
			contestants.push(await start(app, name, [String(port), ...line], upstream));
		}
		const byKind = new Map<ConnectionKind, Map<string, Round[]>>();
		for (const kind of CONNECTION_KINDS) {
			progress(`${CONNECTIONS} connections, ${kind}`);
			byKind.set(kind, await inTurn(contestants, quick ? 3 : 15, (one) => measureOnce(one, kind)));
		}
		return report(byKind);
	});
}

function report(byKind: ReadonlyMap<ConnectionKind, Map<string, Round[]>>): Report {
	const kinds = [...byKind];
	const failed = kinds
		.flatMap(([, rounds]) => rounds.get('embedded')!)
		.reduce((sum, one) => sum + one.failed, 0);
	return {
		name: 'balancer',
		title: 'Load balancer: requests a second',
		method: `${CONNECTIONS} connections ask one web process for a kilobyte again and again, through each proxy in turn; ratios are medians over the rounds.`,
		tables: [
			{
				columns: ['', 'requests/s', 'p99, ms', 'CPU, µs a request', 'failed'],
				rows: kinds.flatMap(([kind, rounds]) => [...rounds].map(([name, of]) => rowOf(kind, name, of))),
			},
		],
		targets: [
			...kinds.map(([kind, rounds]) =>
				atLeast(
					0.9,
					'x',
					`requests a second of the bare library, connections ${kind === 'keep' ? 'kept' : 'closed'}`,
					ratio(rounds, 'library', ({ perSecond }) => perSecond),
				),
			),
			atMost(0, 'requests', 'failed', failed),
		],
		notes: kinds.flatMap(([kind, rounds]) => notesOn(kind, rounds)),
	};
}

await benchmark(measure);
