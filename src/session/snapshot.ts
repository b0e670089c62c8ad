import { ProcdeckError } from '../model/errors.ts';
import type { ServerObservation } from '../model/observed.ts';
import type { Server } from '../server/server.ts';

/**
 * What a server reports now.
 * @throws ProcdeckError `unreachable`
 */
export async function snapshotOf(server: Server): Promise<ServerObservation> {
	let snapshot: ServerObservation | undefined;
	const stop = await server.observe(
		(event) => {
			if (event.kind === 'snapshot') snapshot = event.observation;
		},
		{ stats: false },
	);
	stop();
	if (snapshot) return snapshot;
	throw new ProcdeckError('internal', `server ${server.definition.name} sent no snapshot`);
}
