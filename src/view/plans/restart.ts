import type { ConsoleState } from '../../store/console-store.ts';
import type { Intent } from '../../store/intent.ts';
import { type Affected, affected, listed, names, namesOver, typesOf } from '../plan-effects.ts';
import type { Plan } from '../ui.ts';
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

type Restart = Extract<Intent, { kind: 'restart' }>;

/** What a restart would restart: with `staleOnly` only what runs with older code, command or environment. */
function restarted(state: ConsoleState, { servers, selectors, staleOnly }: Restart): Affected {
	const meant = affected(state, servers, selectors);
	return staleOnly ? { running: meant.running.filter(({ stale }) => stale), idle: [], heldTypes: [] } : meant;
}

function sentence({ running }: Affected, { servers, selectors, atOnce }: Restart): string {
	const where = serversText(servers);
	const types = typesOf(running).length;
	if (running.length === 1)
		return `Restart ${running[0]?.name} on ${where}; nothing else does its work meanwhile.`;
	if (atOnce) return `Restart all ${running.length} on ${where}, all at once.`;
	// Only the instances of one type wait for each other.
	if (types > 1) return `Restart all ${running.length} of ${types} types, in each one after another.`;
	const what = `Restart all ${running.length} of ${selectorsText(selectors)} on ${where}`;
	if (servers.length > 1) return `${what}, on each one after another.`;
	return `${what}, one after another; ${running.length - 1} keep working.`;
}

function effects({ running, idle, heldTypes }: Affected, servers: readonly string[]): Plan['effects'] {
	const restarts = { what: namesOver(servers, running), effect: 'stop, start', pids: 'pids change' };
	const crashed = idle.filter(({ state }) => state === 'backoff' || state === 'failed');
	const ended = idle.filter((instance) => !crashed.includes(instance) && !heldTypes.includes(instance.type));
	const held = [...new Set([...heldTypes, ...ended.map(({ name }) => name)])];
	return [
		restarts,
		...(crashed.length > 0 ? [{ what: names(crashed), effect: 'start', pids: 'retried now' }] : []),
		...(held.length > 0 ? [{ what: listed(held), effect: 'start', pids: 'no longer stopped' }] : []),
	];
}

export function planRestart(state: ConsoleState, intent: Restart): Draft | null {
	const { servers, selectors } = intent;
	const all = selectors.length === 0;
	if (!all && !isProduction(state) && servers.length < 2) return null;
	const meant = restarted(state, intent);
	const { running } = meant;
	if (running.length === 0) return null;
	const words = [
		...(all ? [] : selectorsText(selectors).split(', ')),
		...(intent.atOnce ? ['--at-once'] : []),
		...(intent.staleOnly ? ['--stale'] : []),
	];
	const types = new Set([...typesOf([...running, ...meant.idle]), ...meant.heldTypes]);
	return {
		title: `Restart ${selectorsText(selectors)} on ${serversText(servers)}`,
		sentence: sentence(meant, intent),
		effects: [
			...effects(meant, servers),
			...unreachableEffects(state, servers),
			...untouchedBy(state, selectors),
		],
		command: command(state, 'restart', words, servers),
		button: `Restart ${counted(running.length)}`,
		because: all ? 'asks because it restarts everything' : becauseOf(servers),
		severalTypes: types.size > 1,
		intent,
	};
}
