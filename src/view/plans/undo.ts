import type { HistoryEntry } from '../../model/change.ts';
import type { ConsoleState } from '../../store/console-store.ts';
import { latestChanges, undoPlan, type WholeChange } from '../../store/history.ts';
import type { Intent } from '../../store/intent.ts';
import { changeWords } from '../change-words.ts';
import { listed } from '../plan-effects.ts';
import type { Plan } from '../ui.ts';
import { counted, type Draft, plainCommand } from './draft.ts';

type Undo = Extract<Intent, { kind: 'undo' }>;

/** The latest change of this console's user where that is not what an undo takes back. */
function passedOver(state: ConsoleState): WholeChange | null {
	const [part] = undoPlan(state).parts;
	const own = latestChanges(state).find(({ latest }) => latest.who === state.who);
	if (part === undefined || own === undefined || own.latest.changeId === part.changeId) return null;
	// After an undo the next one is meant to go further back.
	return own.latest.verb === 'undo' ? null : own;
}

function effectOf({ verb, from, to }: HistoryEntry): string {
	if (verb === 'pause') return 'resume';
	if (verb === 'serve') return `web traffic ${from}`;
	return verb === 'stop' ? 'start' : `${to} → ${from}`;
}

/** A line for each way that something goes back. */
function effects(parts: readonly HistoryEntry[]): Plan['effects'] {
	const alike = Map.groupBy(parts, (part) => `${part.instance ?? part.type} ${effectOf(part)}`);
	return [...alike.values()].map((same) => {
		const [part] = same;
		const where = listed(same.map(({ server }) => server));
		return { what: `${part!.instance ?? part!.type} on ${where}`, effect: effectOf(part!), pids: '' };
	});
}

/** Where the newest change can never be taken back, taking back an older one is not what everybody means. */
export function planUndo(state: ConsoleState, intent: Undo): Draft | null {
	const { parts, conflicts, passedOver: left } = undoPlan(state);
	const newest = passedOver(state);
	const latest = parts.at(-1);
	if (newest === null || latest === undefined || conflicts.length > 0) return null;
	const { what, where } = changeWords(newest, '→');
	const why = left.find(({ part }) => part.changeId === newest.latest.changeId)?.reason;
	const undone = changeWords({ latest, parts }, '→');
	return {
		title: `Undo ${undone.what} on ${undone.where}`,
		sentence: `${what} on ${where} cannot be undone${why === undefined ? '' : ` (${why})`}; what was before it can.`,
		effects: effects(parts),
		command: plainCommand(state, 'undo', []),
		button: `Undo ${counted(parts.length, 'change')}`,
		because: 'asks because this is not your last change',
		severalTypes: false,
		intent,
	};
}
