import type { Selector } from '../model/change.ts';
import type { ConsoleState } from '../store/console-store.ts';
import type { Intent } from '../store/intent.ts';
import { cellOf, serverNamed } from '../store/selectors.ts';
import { basisOf } from './plan-basis.ts';
import { type Affected, affected, listed, names, typesOf, untouched } from './plan-effects.ts';
import type { Plan } from './ui.ts';

function isProduction(state: ConsoleState): boolean {
	return state.stack.environment === 'production';
}

/** `worker`, `worker.2`, or `everything`. */
export function selectorsText(selectors: readonly Selector[]): string {
	if (selectors.length === 0) return 'everything';
	return selectors.map(({ type, index }) => (index === null ? type : `${type}.${index}`)).join(', ');
}

/** A plan before it is told what it is based on. */
type Draft = Omit<Plan, 'basis'>;

/** The command line of a verb, with `--server` where there is a choice. */
function command(
	state: ConsoleState,
	verb: string,
	words: readonly string[],
	servers: readonly string[],
): string {
	const { environment, servers: defined } = state.stack;
	const where =
		defined.length < 2
			? []
			: servers.length === defined.length
				? ['--all']
				: servers.flatMap((name) => ['--server', name]);
	const which = environment === 'development' ? [] : ['-e', environment];
	return ['procdeck', verb, ...words, ...where, ...which].join(' ');
}

function untouchedBy(state: ConsoleState, selectors: readonly Selector[]): Plan['effects'] {
	if (selectors.length === 0) return [];
	return untouched(
		state,
		selectors.map(({ type }) => type),
	);
}

function counted(count: number, noun = 'instance'): string {
	return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

type Restart = Extract<Intent, { kind: 'restart' }>;
type Stop = Extract<Intent, { kind: 'start' | 'stop' }>;
type Pause = Extract<Intent, { kind: 'pause' | 'resume' }>;
type SetCount = Extract<Intent, { kind: 'set-count' }>;
type Down = Extract<Intent, { kind: 'down' }>;

/** What a restart would restart: with `staleOnly` only what runs with an older command or environment. */
function restarted(state: ConsoleState, { servers, selectors, staleOnly }: Restart): Affected {
	const meant = affected(state, servers, selectors);
	return staleOnly ? { running: meant.running.filter(({ stale }) => stale), idle: [], heldTypes: [] } : meant;
}

function restartSentence({ running }: Affected, { servers, selectors, atOnce }: Restart): string {
	const where = servers.join(', ');
	const types = typesOf(running).length;
	if (running.length === 1)
		return `Restart ${running[0]?.name} on ${where}; nothing else does its work meanwhile.`;
	if (atOnce) return `Restart all ${running.length} on ${where}, all at once.`;
	// Only the instances of one type wait for each other.
	if (types > 1) return `Restart all ${running.length} of ${types} types, in each one after another.`;
	return `Restart all ${running.length} of ${selectorsText(selectors)} on ${where}, one after another; ${running.length - 1} keep working.`;
}

function restartEffects({ running, idle, heldTypes }: Affected): Plan['effects'] {
	const effects = [{ what: names(running), effect: 'stop, start', pids: 'pids change' }];
	const crashed = idle.filter(({ state }) => state === 'backoff' || state === 'failed');
	const ended = idle.filter((instance) => !crashed.includes(instance) && !heldTypes.includes(instance.type));
	const held = [...heldTypes, ...ended.map(({ name }) => name)];
	if (crashed.length > 0) effects.push({ what: names(crashed), effect: 'start', pids: 'retried now' });
	if (held.length > 0) effects.push({ what: listed(held), effect: 'start', pids: 'no longer stopped' });
	return effects;
}

function planRestart(state: ConsoleState, intent: Restart): Draft | null {
	const { servers, selectors } = intent;
	const all = selectors.length === 0;
	if (!all && !isProduction(state)) return null;
	const meant = restarted(state, intent);
	const { running } = meant;
	if (running.length === 0) return null;
	const words = [
		...(all ? [] : selectorsText(selectors).split(', ')),
		...(intent.atOnce ? ['--at-once'] : []),
		...(intent.staleOnly ? ['--stale'] : []),
	];
	return {
		title: `Restart ${selectorsText(selectors)} on ${servers.join(', ')}`,
		sentence: restartSentence(meant, intent),
		effects: [...restartEffects(meant), ...untouchedBy(state, selectors)],
		command: command(state, 'restart', words, servers),
		button: `Restart ${counted(running.length)}`,
		because: all ? 'asks because it restarts everything' : 'asks because this is production',
		severalTypes: new Set([...typesOf([...running, ...meant.idle]), ...meant.heldTypes]).size > 1,
		intent,
	};
}

function planStop(state: ConsoleState, intent: Stop): Draft | null {
	const { servers, selectors } = intent;
	const all = selectors.length === 0;
	if (intent.kind === 'start' || (!all && !isProduction(state))) return null;
	const { running } = affected(state, servers, selectors);
	if (running.length === 0) return null;
	return {
		title: `Stop ${selectorsText(selectors)} on ${servers.join(', ')}`,
		sentence: `Stop ${counted(running.length)}; the wanted count stays, nothing runs until start.`,
		effects: [{ what: names(running), effect: 'stop', pids: 'pids end' }, ...untouchedBy(state, selectors)],
		command: command(state, 'stop', all ? [] : selectorsText(selectors).split(', '), servers),
		button: `Stop ${counted(running.length)}`,
		because: all ? 'asks because it stops everything' : 'asks because this is production',
		severalTypes: typesOf(running).length > 1,
		intent,
	};
}

function planPause(state: ConsoleState, intent: Pause): Draft | null {
	if (intent.kind === 'resume' || !(isProduction(state) || intent.types.length === 0)) return null;
	const selectors = intent.types.map((type) => ({ type, index: null }));
	const { running } = affected(state, intent.servers, selectors);
	if (running.length === 0) return null;
	return {
		title: `Pause ${selectorsText(selectors)} on ${intent.servers.join(', ')}`,
		sentence: `Stop ${counted(running.length)} and want 0; resume brings the old count back.`,
		effects: [{ what: names(running), effect: 'stop', pids: 'pids end' }, ...untouchedBy(state, selectors)],
		command: command(state, 'pause', intent.types, intent.servers),
		button: `Pause ${counted(running.length)}`,
		because: isProduction(state) ? 'asks because this is production' : 'asks because it pauses everything',
		severalTypes: typesOf(running).length > 1,
		intent,
	};
}

function planCount(state: ConsoleState, intent: SetCount): Draft | null {
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

function planDown(state: ConsoleState, intent: Down): Draft {
	const { running } = affected(state, intent.servers, []);
	const stops = { what: names(running), effect: 'stop', pids: 'pids end' };
	return {
		title: `Take everything down on ${intent.servers.join(', ')}`,
		sentence: 'Stop all and the supervisor; counts stay, and nothing starts at boot.',
		effects: running.length === 0 ? [] : [stops],
		command: command(state, 'down', [], intent.servers),
		button: `Stop ${counted(running.length)}`,
		because: 'asks because it stops everything',
		severalTypes: true,
		intent,
	};
}

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
		case 'down':
			return planDown(state, intent);
		case 'scale': {
			const server = serverNamed(state, intent.server);
			if (server === null) return null;
			const to = cellOf(state, server, intent.type).wanted + intent.by;
			return planCount(state, {
				kind: 'set-count',
				server: intent.server,
				type: intent.type,
				to: Math.max(0, to),
			});
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
