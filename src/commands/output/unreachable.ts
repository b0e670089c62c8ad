import type { ServerObservation } from '../../model/observed.ts';
import type { ServerDefinition } from '../../model/stack.ts';
import type { ServerReport } from './ps-json.ts';

/** What is shown of a server that does not answer. */
export function unreachable(definition: ServerDefinition, reason: string): ServerReport {
	const { name, kind, supervisor, serving } = definition;
	const observation: ServerObservation = {
		name,
		kind,
		supervisor,
		connection: 'unreachable',
		asOf: new Date().toISOString(),
		serving,
		drift: [],
		supervisorPid: null,
		power: 'never',
		types: [],
		instances: [],
		problems: [],
		history: [],
	};
	return { observation, stats: {}, reason };
}
