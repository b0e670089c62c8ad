import { ProcdeckError } from '../model/errors.ts';
import { type KnownTypes, parseSelectors } from '../model/formation-arguments.ts';
import { chooseServers, type ServerChoice } from '../session/choose-servers.ts';
import { applyChange, type WaitFlags } from './apply-change.ts';
import type { CommandRun } from './context.ts';

type PauseRun = CommandRun<WaitFlags & ServerChoice>;

/** Wants 0 of types and keeps their counts. */
export const pause: PauseRun = (...args) => hold('pause', 'pausing', ...args);

/** Brings back what `pause` kept. */
export const resume: PauseRun = (...args) => hold('resume', 'resuming', ...args);

function hold(verb: 'pause' | 'resume', what: string, ...args: Parameters<PauseRun>): Promise<number> {
	const [context, operands, flags] = args;
	return applyChange(context, flags, {
		what,
		takesRemains: verb === 'pause',
		choose: (stack) => chooseServers(stack.servers, flags),
		build: (known) => ({ verb, types: wholeTypes(operands, known, verb) }),
	});
}

function wholeTypes(operands: readonly string[], known: KnownTypes, verb: string): string[] {
	return parseSelectors(operands, known).map(({ type, index }) => {
		if (index === null) return type;
		throw new ProcdeckError(
			'usage',
			`${verb} takes whole types, not ${type}.${index}`,
			`\`procdeck stop ${type}.${index}\` stops one instance`,
		);
	});
}
