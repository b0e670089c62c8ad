// Web traffic while servers are switched, and web is restarted, scaled and killed: which requests fail, and how soon a
// switch is in effect.
import type { Fleet } from '../test/fleet/machinery/fleet.ts';
import { withApp } from './lib/app.ts';
import { type BenchmarkOptions, benchmark, progress } from './lib/benchmark.ts';
import { atMost, type Report, type Table, type Target } from './lib/report.ts';
import { withServers } from './lib/servers.ts';
import {
	CONNECTIONS,
	KILLS,
	measurePhase,
	type Phase,
	type PhaseResult,
	phasesOf,
	UNDISTURBED,
} from './lib/serving-phases.ts';
import { median, percentile, withSpread } from './lib/statistics.ts';
import { byHand, bySwitch, measureSwitches, type SwitchTimes } from './lib/switching.ts';
import { CONNECTION_KINDS, type ConnectionKind, type WebLoadOptions } from './lib/web-load.ts';
import { type WebPlace, webHere, webOnServers } from './lib/web-places.ts';

const HOME = 'jobs1';
const SWITCHED = 'web2';
const INSTANCES = ['web.1', 'web.2'];

/** What requests there are while servers are switched. */
const LOADS = {
	'hardly any load': { connections: 4, pauseMs: 8 },
	[`${CONNECTIONS} connections`]: { connections: CONNECTIONS, pauseMs: 0 },
} as const satisfies Record<string, Partial<WebLoadOptions>>;

interface Served {
	readonly place: string;
	readonly kind: ConnectionKind;
	readonly phases: readonly PhaseResult[];
}

/** By load, and then by what switches. */
type Switched = ReadonlyMap<string, ReadonlyMap<string, readonly SwitchTimes[]>>;

async function servedAt(place: WebPlace, phases: readonly Phase[]): Promise<Served[]> {
	const served: Served[] = [];
	for (const kind of CONNECTION_KINDS) {
		const results: PhaseResult[] = [];
		for (const phase of phases) results.push(await measurePhase(place, kind, phase));
		served.push({ place: place.name, kind, phases: results });
	}
	return served;
}

async function switchedAt(fleet: Fleet, place: WebPlace, rounds: number): Promise<Switched> {
	const { host, port } = place;
	const names = INSTANCES.map((name) => `${SWITCHED}.${name}`);
	const hand = byHand(fleet, HOME, names);
	return place.withBalancer(async (balancer) => {
		// A console looks on all the time.
		const stop = await balancer.observe(() => {});
		const times = new Map<string, Map<string, SwitchTimes[]>>();
		for (const [name, load] of Object.entries(LOADS)) {
			progress(`serve: switches, ${name}`);
			const options = { ...load, host, port, kind: 'keep' } as const;
			times.set(name, await measureSwitches([bySwitch(balancer, SWITCHED), hand], SWITCHED, rounds, options));
		}
		stop();
		hand.end();
		return times;
	});
}

const ms = (value: number) => value.toFixed(1);
const kindWord = (kind: ConnectionKind) => (kind === 'keep' ? 'kept' : 'closed');

function servedTable({ place, kind, phases }: Served): Table {
	const calm = phases.find(({ phase }) => phase === UNDISTURBED)!;
	const rows = phases.map(({ phase, answered, perSecond, p99, failed, killed }) => [
		phase,
		String(answered),
		`${perSecond.toFixed(0)} (${(perSecond / calm.perSecond).toFixed(2)}x)`,
		`${ms(p99)} (${(p99 / calm.p99).toFixed(1)}x)`,
		String(failed.length),
		phase === KILLS ? String(killed.length) : '-',
	]);
	const title = `${place}, connections ${kindWord(kind)}`;
	return { columns: [title, 'answered', 'a second', 'p99, ms', 'failed', 'under way when killed'], rows };
}

function switchTable(switched: Switched): Table {
	const rows = [...switched].flatMap(([load, byName]) =>
		[...byName].flatMap(([name, times]) =>
			(['off', 'on'] as const).map((way) => {
				const values = times.map((time) => time[way]);
				return [
					`${way === 'off' ? 'Off' : 'On'}, ${load}: ${name}`,
					withSpread(values, ms),
					ms(percentile(values, 0.95)),
				];
			}),
		),
	);
	return { columns: ['from the call until requests go by it', 'p50, ms', 'p95, ms'], rows };
}

function switchTargets(switched: Switched): Target[] {
	return [...switched].flatMap(([load, byName]) =>
		(['off', 'on'] as const).map((way) => {
			const values = byName.get('procdeck')!.map((time) => time[way]);
			const what = `${way === 'off' ? 'Off' : 'On'} in effect over SSH, ${load}, p95`;
			return atMost(100, 'ms', what, percentile(values, 0.95));
		}),
	);
}

/** How many of the requests that are under way at any moment one kill may take with it. */
const shareOfOne = (places: readonly Served[]) =>
	Math.max(...places.flatMap(({ phases }) => phases.map(({ mostByOneKill }) => mostByOneKill)));

function reportOf(served: readonly Served[], switched: Switched): Report {
	const places = [...new Set(served.map(({ place }) => place))];
	return {
		name: 'serve',
		title: 'Web traffic while servers are switched, and web is restarted, scaled and killed',
		method: `Two servers with two instances of web each, and ${CONNECTIONS} connections that ask for a kilobyte as soon as they are answered, from this machine, whose cores all of them share; behind HAProxy on a third server, and behind the embedded load balancer. Each step is a command of its own. A request failed if it had no answer with status 200, whatever the reason; under way when killed are those that had begun until 20 ms after the death. A switch is in effect once the last request that the server answers has begun, or the first one.`,
		tables: [...served.map(servedTable), switchTable(switched)],
		targets: [
			...places.map((place) =>
				atMost(
					0,
					'requests',
					`${place}: failed`,
					served
						.filter((each) => each.place === place)
						.reduce((sum, { phases }) => sum + phases.reduce((all, { failed }) => all + failed.length, 0), 0),
				),
			),
			atMost(CONNECTIONS, 'requests', 'under way on an instance that was killed', shareOfOne(served)),
			...switchTargets(switched),
		],
		notes: [
			`A switch also is in HAProxy's configuration before it is in effect, under the lock of the load balancer: a reload or a boot comes back to it. ${switchNote(switched)}`,
		],
	};
}

function switchNote(switched: Switched): string {
	const ratios = [...switched.values()].map((byName) => {
		const [procdeck = [], hand = []] = byName.values();
		const both = (times: readonly SwitchTimes[]) => median(times.flatMap(({ off, on }) => [off, on]));
		return (both(procdeck) / both(hand)).toFixed(1);
	});
	return `Against the same without configuration and lock, over an open \`ssh\`: ${ratios.join('x and ')}x at the median.`;
}

async function measure({ quick }: BenchmarkOptions): Promise<Report> {
	const phases = phasesOf(
		quick
			? { undisturbedMs: 2_000, switches: 3, restarts: 1, kills: 4 }
			: { undisturbedMs: 10_000, switches: 20, restarts: 5, kills: 10 },
	);
	const here = await withApp(async (app) => servedAt(await webHere(app), phases));
	return withServers((fleet) =>
		withApp(async (app) => {
			const place = await webOnServers(app, fleet);
			const there = await servedAt(place, phases);
			return reportOf([...there, ...here], await switchedAt(fleet, place, quick ? 5 : 40));
		}),
	);
}

await benchmark(measure);
