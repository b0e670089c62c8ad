import type { ServerObservation } from '../../model/observed.ts';
import type { ServerDefinition } from '../../model/stack.ts';
import type { Snapshots } from '../../session/snapshot.ts';
import type { Output } from './output.ts';
import type { ServerReport } from './ps-json.ts';
import { withoutServer } from './server-words.ts';

/** What is shown of a server that does not answer, or has not yet. */
export function unreachable(
	definition: ServerDefinition,
	reason: string | null,
	connection: 'connecting' | 'unreachable' = 'unreachable',
): ServerReport {
	const { name, kind, supervisor, serving } = definition;
	const observation: ServerObservation = {
		name,
		kind,
		supervisor,
		connection,
		asOf: new Date().toISOString(),
		serving,
		drift: [],
		supervisorPid: null,
		power: 'never',
		release: null,
		types: [],
		instances: [],
		problems: [],
		history: [],
	};
	return { observation, stats: {}, reason };
}

/** Says which servers are missing from what follows. */
export function noteUnreachable(output: Output, missing: Snapshots['unreachable']): void {
	for (const { server, reason } of missing)
		output.note(`${server} cannot be reached: ${withoutServer(server, reason)}`);
}
