import type { Selector } from '../../model/change.ts';
import type { ConsoleState } from '../../store/console-store.ts';
import type { Intent } from '../../store/intent.ts';
import { serverNamed } from '../../store/selectors.ts';
import { affected, namesOver, typesOf } from '../plan-effects.ts';
import {
	becauseOf,
	command,
	counted,
	type Draft,
	isProduction,
	selectorsText,
	serversText,
	unreachableEffects,
	untouchedBy,
} from './draft.ts';

type Stop = Extract<Intent, { kind: 'start' | 'stop' }>;
type Pause = Extract<Intent, { kind: 'pause' | 'resume' }>;
type Down = Extract<Intent, { kind: 'down' }>;

/** What all that ends instances has in common. */
function ending(
	state: ConsoleState,
	servers: readonly string[],
	selectors: readonly Selector[],
): Pick<Draft, 'effects' | 'severalTypes'> & { readonly count: number } {
	const { running } = affected(state, servers, selectors);
	const stops = { what: namesOver(servers, running), effect: 'stop', pids: 'pids end' };
	return {
		count: running.length,
		effects: [
			...(running.length === 0 ? [] : [stops]),
			...unreachableEffects(state, servers),
			...untouchedBy(state, selectors),
		],
		severalTypes: typesOf(running).length > 1,
	};
}

export function planStop(state: ConsoleState, intent: Stop): Draft | null {
	const { servers, selectors } = intent;
	const all = selectors.length === 0;
	if (intent.kind === 'start' || (!all && !isProduction(state) && servers.length < 2)) return null;
	const { count, effects, severalTypes } = ending(state, servers, selectors);
	if (count === 0) return null;
	return {
		title: `Stop ${selectorsText(selectors)} on ${serversText(servers)}`,
		sentence: `Stop ${counted(count)}; the wanted count stays, nothing runs until start.`,
		effects,
		command: command(state, 'stop', all ? [] : selectorsText(selectors).split(', '), servers),
		button: `Stop ${counted(count)}`,
		because: all ? 'asks because it stops everything' : becauseOf(servers),
		severalTypes,
		intent,
	};
}

export function planPause(state: ConsoleState, intent: Pause): Draft | null {
	const { servers, types } = intent;
	const mayAsk = isProduction(state) || types.length === 0 || servers.length > 1;
	if (intent.kind === 'resume' || !mayAsk) return null;
	const selectors = types.map((type) => ({ type, index: null }));
	const { count, effects, severalTypes } = ending(state, servers, selectors);
	if (count === 0) return null;
	return {
		title: `Pause ${selectorsText(selectors)} on ${serversText(servers)}`,
		sentence: `Stop ${counted(count)} and want 0; resume brings the old count back.`,
		effects,
		command: command(state, 'pause', types, servers),
		button: `Pause ${counted(count)}`,
		because: types.length === 0 ? 'asks because it pauses everything' : becauseOf(servers),
		severalTypes,
		intent,
	};
}

export function planDown(state: ConsoleState, intent: Down): Draft {
	const { servers } = intent;
	const { count, effects } = ending(state, servers, []);
	const isEmbedded = servers.every((name) => serverNamed(state, name)?.observation?.supervisor !== 'systemd');
	const what = isEmbedded ? 'Stop all and the supervisor' : 'Stop everything';
	return {
		title: `Take everything down on ${serversText(servers)}`,
		sentence: `${what}; counts stay, and nothing starts at boot.`,
		effects,
		command: command(state, 'down', [], servers),
		button: `Stop ${counted(count)}`,
		because: 'asks because it stops everything',
		severalTypes: true,
		intent,
	};
}
