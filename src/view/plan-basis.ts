import type { ConsoleState } from '../store/console-store.ts';
import { undoPlan } from '../store/history.ts';
import type { Intent } from '../store/intent.ts';
import { cellOf, serverNamed, typeNames } from '../store/selectors.ts';

/** Servers and types that a change reaches; null: all types. */
function reachOf(intent: Intent): { servers: readonly string[]; types: readonly string[] | null } {
	const some = (types: readonly string[]) => (types.length === 0 ? null : types);
	switch (intent.kind) {
		case 'restart':
		case 'start':
		case 'stop':
			return { servers: intent.servers, types: some(intent.selectors.map(({ type }) => type)) };
		case 'pause':
		case 'resume':
			return { servers: intent.servers, types: some(intent.types) };
		case 'set-count':
			return { servers: [intent.server], types: [intent.type] };
		case 'scale-many':
			return { servers: intent.servers, types: intent.targets.map(({ type }) => type) };
		case 'move':
			return { servers: [intent.from, intent.to], types: [intent.type] };
		case 'down':
			return { servers: intent.servers, types: null };
		default:
			return { servers: [], types: [] };
	}
}

/** What people want where the intent reaches, as one text. What runs is not in it: a crash does not make a plan another. */
export function basisOf(state: ConsoleState, intent: Intent): string {
	if (intent.kind === 'undo') return JSON.stringify(undoPlan(state).parts.map(({ id }) => id));
	if (intent.kind === 'serve') return JSON.stringify(state.balancer?.configuration?.serving ?? null);
	const { servers, types } = reachOf(intent);
	const facts = servers.map((name) => {
		const server = serverNamed(state, name);
		if (server === null) return null;
		const cells = (types ?? typeNames(state)).map((type) => cellOf(state, server, type));
		const wanted = cells.map(({ wanted: count, known }) => [count, known?.stopped, known?.paused]);
		return [server.observation?.power, wanted];
	});
	return JSON.stringify(facts);
}
