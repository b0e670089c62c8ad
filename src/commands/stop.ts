import { parseSelectors } from '../model/formation-arguments.ts';
import { chooseServers, type ServerChoice } from '../session/choose-servers.ts';
import { applyChange, type WaitFlags } from './apply-change.ts';
import type { Context } from './context.ts';

/** Stops instances and keeps what is wanted, until `start`. */
export function stop(
	context: Context,
	operands: readonly string[],
	flags: WaitFlags & ServerChoice,
): Promise<number> {
	return applyChange(context, flags, {
		what: 'stopping',
		takesRemains: true,
		choose: (stack) => chooseServers(stack.servers, flags),
		build: (known) => ({
			verb: 'stop',
			selectors: parseSelectors(operands, known),
		}),
	});
}
