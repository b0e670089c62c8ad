import { ProcdeckError } from '../model/errors.ts';
import type { ServerObservation } from '../model/observed.ts';
import type { ObserveOptions, Server } from '../server/server.ts';

/** How a snapshot is taken. */
export type SnapshotOptions = Pick<ObserveOptions, 'withHistory' | 'withTraffic'>;

/**
 * What a server reports now.
 * @throws ProcdeckError `unreachable`
 */
export async function snapshotOf(server: Server, options: SnapshotOptions = {}): Promise<ServerObservation> {
	let snapshot: ServerObservation | undefined;
	let reason: string | null = null;
	const stop = await server.observe(
		(event) => {
			if (event.kind === 'snapshot') snapshot = event.observation;
			else if (event.kind === 'connection') reason = event.reason;
		},
		{ ...options, stats: false },
	);
	stop();
	if (snapshot) return snapshot;
	throw new ProcdeckError('unreachable', reason ?? `${server.definition.name} reports nothing`);
}

/** What servers report now, and which of them cannot be reached, with the reason. */
export interface Snapshots {
	readonly observations: readonly ServerObservation[];
	readonly unreachable: readonly { readonly server: string; readonly reason: string }[];
}

/**
 * What several servers report now; one that cannot be reached keeps nothing from the others.
 * @throws ProcdeckError `unreachable` when none of them can be
 */
export async function snapshotsOf(
	servers: readonly Server[],
	options: SnapshotOptions = {},
): Promise<Snapshots> {
	const results = await Promise.allSettled(servers.map((server) => snapshotOf(server, options)));
	const observations = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
	const unreachable = results.flatMap((result, position) => {
		if (result.status === 'fulfilled') return [];
		const server = servers[position]!.definition.name;
		return [{ server, reason: asUnreachable(result.reason).message }];
	});
	const [first] = results;
	if (observations.length === 0 && first?.status === 'rejected') throw first.reason;
	return { observations, unreachable };
}

/** Anything but a ProcdeckError is a bug and goes up as it is. */
function asUnreachable(reason: unknown): ProcdeckError {
	if (reason instanceof ProcdeckError) return reason;
	throw reason;
}
