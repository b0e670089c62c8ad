import type { ConsoleState } from '../../store/console-store.ts';
import type { CountTarget, Intent } from '../../store/intent.ts';
import { type Cell, cellOf, isReachable, serverNamed } from '../../store/selectors.ts';
import { listed, names, untouched } from '../plan-effects.ts';
import type { Plan } from '../ui.ts';
import { becauseOf, command, counted, type Draft, serversText, unreachableEffects } from './draft.ts';

type SetCount = Extract<Intent, { kind: 'set-count' }>;
type ScaleMany = Extract<Intent, { kind: 'scale-many' }>;

/** Asks before the last one goes. */
export function planCount(state: ConsoleState, intent: SetCount): Draft | null {
	const server = serverNamed(state, intent.server);
	if (server === null || intent.to > 0) return null;
	const cell = cellOf(state, server, intent.type);
	const running = cell.instances.filter(({ pid }) => pid !== null);
	if (running.length === 0 || cell.wanted === 0) return null;
	const last = running.length === 1 ? `the last ${intent.type}` : `all ${running.length} of ${intent.type}`;
	return {
		title: `Scale ${intent.type} on ${intent.server} to 0`,
		sentence: `Stop ${last} on ${intent.server}; none is left there.`,
		effects: [
			{ what: names(running), effect: 'stop', pids: running.length === 1 ? 'pid ends' : 'pids end' },
			...untouched(state, [intent.type]),
		],
		command: command(state, 'scale', [`${intent.type}=0`], [intent.server]),
		button: `Stop ${counted(running.length)}`,
		because: 'asks because none would be left',
		severalTypes: false,
		intent,
	};
}

function targetWord(target: CountTarget): string {
	if ('to' in target) return `${target.type}=${target.to}`;
	return `${target.type}${target.by < 0 ? '' : '+'}${target.by}`;
}

function goalOf(target: CountTarget, { wanted }: Cell): number {
	return 'to' in target ? target.to : Math.max(0, wanted + target.by);
}

/** `worker on web1, web2`, a line for each way that a count goes. */
function stepEffects(state: ConsoleState, { servers, targets }: ScaleMany): Plan['effects'] {
	const reachable = servers.flatMap((name) => serverNamed(state, name) ?? []).filter(isReachable);
	return targets.flatMap((target) => {
		const cells = reachable.map((server) => cellOf(state, server, target.type));
		const bySteps = Map.groupBy(cells, (cell) => `${cell.wanted} → ${goalOf(target, cell)}`);
		return [...bySteps].map(([effect, same]) => {
			const [cell] = same;
			const goal = goalOf(target, cell!);
			const pids = goal < cell!.wanted ? 'some pids end' : 'pids stay';
			const where = listed(same.map(({ server }) => server.name));
			return {
				what: `${target.type} on ${where}`,
				effect: goal === cell!.wanted ? 'unchanged' : effect,
				pids,
			};
		});
	});
}

/** Several servers at once are always asked about first. */
export function planScaleMany(state: ConsoleState, intent: ScaleMany): Draft {
	const { servers, targets } = intent;
	const words = targets.map(targetWord);
	return {
		title: `Scale ${words.join(' ')} on ${serversText(servers)}`,
		sentence: `Set the count on each of ${servers.length} servers.`,
		effects: [...stepEffects(state, intent), ...unreachableEffects(state, servers)],
		command: command(state, 'scale', words, servers),
		button: `Scale ${counted(servers.length, 'server')}`,
		because: becauseOf(servers),
		severalTypes: targets.length > 1,
		intent,
	};
}
