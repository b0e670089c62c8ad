import type { Selector } from '../model/change.ts';
import type { InstanceObservation } from '../model/observed.ts';
import type { ConsoleState } from '../store/console-store.ts';
import type { Intent } from '../store/intent.ts';
import { cellOf, serverNamed, typeNames } from '../store/selectors.ts';
import type { Plan } from './ui.ts';

function isProduction(state: ConsoleState): boolean {
	return state.stack.environment === 'production';
}

/** `worker`, `worker.2`, or `everything`. */
export function selectorsText(selectors: readonly Selector[]): string {
	if (selectors.length === 0) return 'everything';
	return selectors.map(({ type, index }) => (index === null ? type : `${type}.${index}`)).join(', ');
}

function matches(selectors: readonly Selector[], instance: InstanceObservation): boolean {
	if (selectors.length === 0) return true;
	return selectors.some(
		({ type, index }) => type === instance.type && (index ?? instance.index) === instance.index,
	);
}

/** The instances on `servers` that run and that the selectors mean. */
function affected(state: ConsoleState, servers: readonly string[], selectors: readonly Selector[]): string[] {
	return servers.flatMap((name) =>
		(serverNamed(state, name)?.observation?.instances ?? [])
			.filter((instance) => instance.pid !== null && matches(selectors, instance))
			.map((instance) => instance.name),
	);
}

function names(list: readonly string[]): string {
	if (list.length <= 3) return list.join(', ');
	return `${list[0]} .. ${list.at(-1)}`;
}

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

function untouched(state: ConsoleState, touched: readonly string[]): Plan['effects'] {
	const rest = typeNames(state).filter((type) => !touched.includes(type));
	return rest.length === 0 ? [] : [{ what: rest.join(', '), effect: 'unchanged', pids: 'pids stay' }];
}

function counted(count: number, noun = 'instance'): string {
	return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

type Restart = Extract<Intent, { kind: 'restart' }>;
type Stop = Extract<Intent, { kind: 'start' | 'stop' }>;
type Pause = Extract<Intent, { kind: 'pause' | 'resume' }>;
type SetCount = Extract<Intent, { kind: 'set-count' }>;

function planRestart(state: ConsoleState, intent: Restart): Plan | null {
	const { servers, selectors } = intent;
	const all = selectors.length === 0;
	if (!all && !isProduction(state)) return null;
	const running = affected(state, servers, selectors);
	if (running.length === 0) return null;
	const where = servers.join(', ');
	const how = intent.atOnce ? 'all at once' : 'one after another';
	const keeping = intent.atOnce || running.length < 2 ? '' : `; ${running.length - 1} keep working`;
	const words = [
		...(all ? [] : selectorsText(selectors).split(', ')),
		...(intent.atOnce ? ['--at-once'] : []),
	];
	return {
		title: `Restart ${selectorsText(selectors)} on ${where}`,
		sentence:
			running.length === 1
				? `Restart ${running[0]} on ${where}; nothing else does its work meanwhile.`
				: `Restart all ${running.length} of ${selectorsText(selectors)} on ${where}, ${how}${keeping}.`,
		effects: [
			{ what: names(running), effect: 'stop, start', pids: 'pids change' },
			...(all
				? []
				: untouched(
						state,
						selectors.map(({ type }) => type),
					)),
		],
		command: command(state, 'restart', intent.staleOnly ? [...words, '--stale'] : words, servers),
		button: `Restart ${counted(running.length)}`,
		because: all ? 'asks because it restarts everything' : 'asks because this is production',
		intent,
	};
}

function planStop(state: ConsoleState, intent: Stop): Plan | null {
	const { servers, selectors } = intent;
	const all = selectors.length === 0;
	if (intent.kind === 'start' || (!all && !isProduction(state))) return null;
	const running = affected(state, servers, selectors);
	if (running.length === 0) return null;
	return {
		title: `Stop ${selectorsText(selectors)} on ${servers.join(', ')}`,
		sentence: `Stop ${counted(running.length)}; the wanted count stays, nothing runs until start.`,
		effects: [
			{ what: names(running), effect: 'stop', pids: 'pids end' },
			...(all
				? []
				: untouched(
						state,
						selectors.map(({ type }) => type),
					)),
		],
		command: command(state, 'stop', all ? [] : selectorsText(selectors).split(', '), servers),
		button: `Stop ${counted(running.length)}`,
		because: all ? 'asks because it stops everything' : 'asks because this is production',
		intent,
	};
}

function planPause(state: ConsoleState, intent: Pause): Plan | null {
	if (intent.kind === 'resume' || !(isProduction(state) || intent.types.length === 0)) return null;
	const selectors = intent.types.map((type) => ({ type, index: null }));
	const running = affected(state, intent.servers, selectors);
	if (running.length === 0) return null;
	return {
		title: `Pause ${selectorsText(selectors)} on ${intent.servers.join(', ')}`,
		sentence: `Stop ${counted(running.length)} and want 0; resume brings the old count back.`,
		effects: [{ what: names(running), effect: 'stop', pids: 'pids end' }, ...untouched(state, intent.types)],
		command: command(state, 'pause', intent.types, intent.servers),
		button: `Pause ${counted(running.length)}`,
		because: isProduction(state) ? 'asks because this is production' : 'asks because it pauses everything',
		intent,
	};
}

function planCount(state: ConsoleState, intent: SetCount): Plan | null {
	const server = serverNamed(state, intent.server);
	if (server === null || intent.to > 0) return null;
	const cell = cellOf(state, server, intent.type);
	const running = cell.instances.filter(({ pid }) => pid !== null).map(({ name }) => name);
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
		intent,
	};
}

/** What has to be shown before the intent is carried out, or null where it may be done at once. */
export function planFor(state: ConsoleState, intent: Intent): Plan | null {
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
