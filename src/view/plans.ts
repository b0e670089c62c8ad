import type { ConsoleState } from '../store/console-store.ts';
import type { Intent } from '../store/intent.ts';
import { cellOf, serverNamed } from '../store/selectors.ts';
import { basisOf } from './plan-basis.ts';
import { planCount, planScaleMany } from './plans/count.ts';
import type { Draft } from './plans/draft.ts';
import { planMove } from './plans/move.ts';
import { planRestart } from './plans/restart.ts';
import { planServe } from './plans/serve.ts';
import { planDown, planPause, planStop } from './plans/stop.ts';
import { planUndo } from './plans/undo.ts';
import type { Plan } from './ui.ts';

function draftFor(state: ConsoleState, intent: Intent): Draft | null {
	switch (intent.kind) {
		case 'restart':
			return planRestart(state, intent);
		case 'start':
		case 'stop':
			return planStop(state, intent);
		case 'pause':
		case 'resume':
			return planPause(state, intent);
		case 'set-count':
			return planCount(state, intent);
		case 'scale-many':
			return planScaleMany(state, intent);
		case 'move':
			return planMove(state, intent);
		case 'serve':
			return planServe(state, intent);
		case 'down':
			return planDown(state, intent);
		case 'undo':
			return planUndo(state, intent);
		case 'scale': {
			const { server: name, type, by } = intent;
			const server = serverNamed(state, name);
			if (server === null) return null;
			const to = Math.max(0, cellOf(state, server, type).wanted + by);
			return planCount(state, { kind: 'set-count', server: name, type, to });
		}
		default:
			return null;
	}
}

/** What has to be shown before the intent is carried out, or null where it may be done at once. */
export function planFor(state: ConsoleState, intent: Intent): Plan | null {
	const draft = draftFor(state, intent);
	return draft === null ? null : { ...draft, basis: basisOf(state, draft.intent) };
}
