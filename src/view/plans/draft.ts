import type { Selector } from '../../model/change.ts';
import { joinWords } from '../../model/split-words.ts';
import type { ConsoleState } from '../../store/console-store.ts';
import { isReachable, serverNamed } from '../../store/selectors.ts';
import { listed, untouched } from '../plan-effects.ts';
import type { Plan } from '../ui.ts';

/** A plan before it is told what it is based on. */
export type Draft = Omit<Plan, 'basis'>;

export function isProduction({ stack }: ConsoleState): boolean {
	return stack.environment === 'production';
}

/** `worker`, `worker.2`, or `everything`. */
export function selectorsText(selectors: readonly Selector[]): string {
	if (selectors.length === 0) return 'everything';
	return selectors.map(({ type, index }) => (index === null ? type : `${type}.${index}`)).join(', ');
}

/** `web1, jobs1`, or how many where they are many. */
export function serversText(servers: readonly string[]): string {
	return servers.length > 3 ? `${servers.length} servers` : servers.join(', ');
}

export function counted(count: number, noun = 'instance'): string {
	return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** Why it asks before it changes some types: it goes far, or else this is production. */
export function becauseOf(servers: readonly string[]): string {
	if (servers.length > 1) return `asks because it reaches ${servers.length} servers`;
	return 'asks because this is production';
}

/** The command line of a verb that is about no server, or names it by itself. */
export function plainCommand({ stack }: ConsoleState, verb: string, words: readonly string[]): string {
	const which = stack.environment === 'development' ? [] : ['-e', stack.environment];
	return joinWords(['procdeck', verb, ...words, ...which]);
}

/** The command line of a verb, with `--server` where there is a choice; a loop for some of several servers. */
export function command(
	state: ConsoleState,
	verb: string,
	words: readonly string[],
	servers: readonly string[],
): string {
	const { servers: defined } = state.stack;
	if (defined.length < 2) return plainCommand(state, verb, words);
	if (servers.length === defined.length) return plainCommand(state, verb, [...words, '--all']);
	const [server = ''] = servers;
	if (servers.length < 2) return plainCommand(state, verb, [...words, '--server', server]);
	return `for s in ${servers.join(' ')}; do ${plainCommand(state, verb, [...words, '--server', '$s'])}; done`;
}

/** The servers that will not hear of the change. */
export function unreachableEffects(state: ConsoleState, servers: readonly string[]): Plan['effects'] {
	const lost = servers.filter((name) => {
		const server = serverNamed(state, name);
		return server === null || !isReachable(server);
	});
	return lost.length === 0 ? [] : [{ what: listed(lost), effect: 'unreachable', pids: 'tried all the same' }];
}

export function untouchedBy(state: ConsoleState, selectors: readonly Selector[]): Plan['effects'] {
	if (selectors.length === 0) return [];
	return untouched(
		state,
		selectors.map(({ type }) => type),
	);
}
