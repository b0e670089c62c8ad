import type { ChangeOptions, ChangeRow } from '../model/change.ts';
import { ProcdeckError } from '../model/errors.ts';
import type { ServerObservation, TypeObservation } from '../model/observed.ts';
import { WEB_TYPE } from '../model/stack.ts';
import type { Server } from '../server/server.ts';
import { applyExplained } from './explain.ts';
import { succeeded } from './outcome.ts';
import { snapshotOf } from './snapshot.ts';

/**
 * Moves instances of a type: they are started on `to`, and once they have settled as many are stopped on `from`.
 * If they do not settle, `to` goes back to its count and `from` stays as it was.
 * @param count how many; null: all of them
 * @throws ProcdeckError when nothing was attempted: `usage`, `unknown-type`, `limit`, `unreachable`, and `refused`
 *   where `to` would only record the count, so that nothing would run any more.
 */
export async function move(
	from: Server,
	to: Server,
	type: string,
	count: number | null,
	options: ChangeOptions,
): Promise<ChangeRow[]> {
	const withTraffic = type === WEB_TYPE;
	const look = (server: Server) => snapshotOf(server, { withTraffic });
	const [source, target] = await Promise.all([look(from), look(to)]);
	const there = typeOn(source, type)?.wanted ?? 0;
	const moved = count ?? there;
	refuseImpossible(source, target, type, moved);
	if (type === WEB_TYPE) refuseWithoutTraffic(source, target);
	if (moved === 0) return [nothingToMove(source.name, type)];

	const remaining = deadline(options.timeoutMs);
	const here = typeOn(target, type)?.wanted ?? 0;
	const scale = (server: Server, expected: number, to: number, how: Partial<ChangeOptions>) =>
		applyExplained(
			server,
			{ verb: 'scale', targets: [{ type, to, expected }] },
			{ ...options, historyVerb: 'move', timeoutMs: remaining(), ...how },
		);
	const started = await scale(to, here, here + moved, { wait: true, untilServing: true });
	if (!started.every(succeeded)) {
		const returned = await scale(to, here + moved, here, { timeoutMs: null });
		return started.map((row) => withFate(row, source.name, there, returned));
	}
	return [...started, ...(await scale(from, there, there - moved, {}))];
}

function typeOn(observation: ServerObservation, type: string): TypeObservation | undefined {
	return observation.types.find((entry) => entry.type === type);
}

/** Whether what is wanted of a type also runs there. */
function runs(observation: ServerObservation, type: string): boolean {
	return observation.power === 'up' && !typeOn(observation, type)?.stopped;
}

function refuseImpossible(
	source: ServerObservation,
	target: ServerObservation,
	type: string,
	moved: number,
): void {
	if (source.name === target.name) {
		throw new ProcdeckError('usage', `--from and --to are the same server, ${source.name}`);
	}
	if (!typeOn(source, type)) throw new ProcdeckError('unknown-type', `unknown process type ${type}`);
	const there = typeOn(source, type)?.wanted ?? 0;
	if (moved > there) {
		throw new ProcdeckError('usage', `${source.name} has ${there} of ${type}, so ${moved} cannot be moved`);
	}
	if (runs(source, type) && !runs(target, type)) {
		throw new ProcdeckError(
			'refused',
			`${type} does not run on ${target.name}, so moving it there would end it`,
			`start it there first: \`procdeck start --server ${target.name}\``,
		);
	}
}

function refuseWithoutTraffic(source: ServerObservation, target: ServerObservation): void {
	if (source.serving !== true || target.serving !== false) return;
	throw new ProcdeckError(
		'refused',
		`${target.name} is Off, so web would get no traffic there`,
		`switch it on first: \`procdeck serve ${target.name} on\``,
	);
}

function nothingToMove(server: string, type: string): ChangeRow {
	return { server, type, from: 0, to: 0, outcome: 'unchanged', reason: 'there is none to move' };
}

function withFate(row: ChangeRow, source: string, there: number, returned: readonly ChangeRow[]): ChangeRow {
	if (succeeded(row)) return row;
	const lost = returned.find((each) => !succeeded(each));
	const fate = lost ? `going back failed: ${lost.reason}` : `back to ${row.from}`;
	return { ...row, reason: `${row.reason}; ${fate}; ${source} keeps ${there}` };
}

/** The milliseconds that are left of a time for several steps. */
function deadline(timeoutMs: number | null): () => number | null {
	const end = timeoutMs === null ? null : performance.now() + timeoutMs;
	return () => (end === null ? null : Math.max(0, end - performance.now()));
}
