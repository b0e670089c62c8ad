import type { ConsoleState } from '../../store/console-store.ts';
import type { Intent } from '../../store/intent.ts';
import { cellOf, serverNamed } from '../../store/selectors.ts';
import { untouched } from '../plan-effects.ts';
import type { Plan } from '../ui.ts';
import { counted, type Draft, isProduction, plainCommand } from './draft.ts';

type Move = Extract<Intent, { kind: 'move' }>;

/** `worker.3`, `worker.3 .. worker.5` */
function range(type: string, first: number, last: number): string {
	return first === last ? `${type}.${first}` : `${type}.${first} .. ${type}.${last}`;
}

/** What starts where and what stops then; null where there is nothing to move. */
export function moveEffects(state: ConsoleState, { type, from, to, count }: Move): Plan['effects'] | null {
	const [source, target] = [serverNamed(state, from), serverNamed(state, to)];
	if (source === null || target === null) return null;
	const there = cellOf(state, source, type).wanted;
	const here = cellOf(state, target, type).wanted;
	const moved = count ?? there;
	if (moved < 1 || moved > there) return null;
	return [
		{ what: `${range(type, here + 1, here + moved)} on ${to}`, effect: 'start', pids: 'first' },
		{
			what: `${range(type, there - moved + 1, there)} on ${from}`,
			effect: 'stop',
			pids: 'once those are up',
		},
	];
}

export function moveCommand(state: ConsoleState, { type, from, to, count }: Move): string {
	const many = count === null ? [] : ['--count', String(count)];
	return plainCommand(state, 'move', [type, '--from', from, '--to', to, ...many]);
}

/** The sheet where it was chosen has shown the plan; in production it is asked about as every stop is. */
export function planMove(state: ConsoleState, intent: Move): Draft | null {
	const effects = isProduction(state) ? moveEffects(state, intent) : null;
	if (effects === null) return null;
	const { type, from, to, count } = intent;
	const moved = count ?? cellOf(state, serverNamed(state, from)!, type).wanted;
	return {
		title: `Move ${type} from ${from} to ${to}`,
		sentence: `Start ${counted(moved)} on ${to}; once up, as many stop on ${from}.`,
		effects: [...effects, ...untouched(state, [type])],
		command: moveCommand(state, intent),
		button: `Move ${counted(moved)}`,
		because: 'asks because this is production',
		severalTypes: false,
		intent,
	};
}
