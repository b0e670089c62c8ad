import { setTimeout as sleep } from 'node:timers/promises';
import { waitFor } from '../../test/support/wait-for.ts';
import { progress } from './benchmark.ts';
import { type ConnectionKind, type FailedRequest, type Tally, underLoad } from './web-load.ts';
import type { Death, WebPlace } from './web-places.ts';

export const CONNECTIONS = 50;

/** What is done to the web instances while requests come. */
export interface Phase {
	readonly name: string;
	/** @returns when instances were dead that were killed, in milliseconds since the epoch */
	run(place: WebPlace): Promise<readonly Death[]>;
}

export interface PhaseResult {
	readonly phase: string;
	readonly answered: number;
	readonly perSecond: number;
	readonly p99: number;
	/** For nothing that was killed. */
	readonly failed: readonly FailedRequest[];
	/** Were under way when an instance was killed. */
	readonly killed: readonly FailedRequest[];
	/** The most that one kill has taken with it. */
	readonly mostByOneKill: number;
}

/** How often a phase does what it does. */
export interface Times {
	readonly undisturbedMs: number;
	readonly switches: number;
	readonly restarts: number;
	readonly kills: number;
}

const NO_KILLS: readonly Death[] = [];
const KILL_EVERY_MS = 1_000;
/** Until a load balancer has seen a death. */
const SLACK_MS = 20;

export const UNDISTURBED = 'undisturbed';
export const KILLS = 'kill -9, one a second';

export function phasesOf({ undisturbedMs, switches, restarts, kills }: Times): Phase[] {
	const undisturbed: Phase = {
		name: UNDISTURBED,
		async run() {
			await sleep(undisturbedMs);
			return NO_KILLS;
		},
	};
	const verbs = (name: string, count: number, lines: (place: WebPlace) => readonly string[][]): Phase => ({
		name,
		async run(place) {
			for (let round = 0; round < count; round += 1)
				for (const line of lines(place)) await place.verb(...line);
			return NO_KILLS;
		},
	});
	return [
		undisturbed,
		verbs(`Off and On again, ${switches} times`, switches, ({ servers: [, server] }) => [
			['serve', server, 'off'],
			['serve', server, 'on'],
		]),
		verbs(`rolling restart, ${restarts} times`, restarts, () => [['restart', 'web', '--all']]),
		verbs('web 2 → 6 → 2', 1, ({ servers: [server] }) => [
			['scale', 'web=6', '--server', server],
			['scale', 'web=2', '--server', server],
		]),
		killing(kills),
	];
}

/** One instance a second, each in its turn, as long as another one would answer. */
function killing(count: number): Phase {
	return {
		name: KILLS,
		run: ({ servers, kill, withBalancer }) =>
			withBalancer(async (balancer) => {
				let healthy = 0;
				const stop = await balancer.observe(({ backends }) => {
					healthy = backends.filter(({ state }) => state === 'healthy').length;
				});
				const deaths: Death[] = [];
				for (let turn = 0; turn < count; turn += 1) {
					const next = sleep(KILL_EVERY_MS);
					await waitFor(() => healthy > 1, 'two instances to answer');
					deaths.push(await kill(servers[turn % 2]!, 1 + (Math.floor(turn / 2) % 2)));
					await next;
				}
				stop();
				return deaths;
			}),
	};
}

export async function measurePhase(
	place: WebPlace,
	kind: ConnectionKind,
	phase: Phase,
): Promise<PhaseResult> {
	const { host, port } = place;
	const result = await underLoad({ host, port, connections: CONNECTIONS, kind }, async (load) => {
		await load.tally();
		const deaths = await phase.run(place);
		return resultOf(phase.name, await load.tally(), deaths);
	});
	const { answered, failed, killed } = result;
	progress(
		`serve, ${place.name}, ${kind}, ${phase.name}: ${answered} answered, ${failed.length} + ${killed.length} failed`,
	);
	for (const { why } of failed.slice(0, 3)) progress(`  ${why}`);
	return result;
}

function resultOf(
	phase: string,
	{ answered, forMs, p99, failed }: Tally,
	deaths: readonly Death[],
): PhaseResult {
	const takenBy = ({ sentAt, deadAt }: Death) =>
		failed.filter(({ begun, ended }) => begun <= deadAt + SLACK_MS && ended >= sentAt);
	const killed = failed.filter((each) => deaths.some((death) => takenBy(death).includes(each)));
	return {
		phase,
		answered,
		perSecond: (answered * 1000) / forMs,
		p99: p99 ?? Number.NaN,
		failed: failed.filter((each) => !killed.includes(each)),
		killed,
		mostByOneKill: Math.max(0, ...deaths.map((death) => takenBy(death).length)),
	};
}
