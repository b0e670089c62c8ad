import { chooseServers, type ServerChoice } from '../session/choose-servers.ts';
import { applyChange, type WaitFlags } from './apply-change.ts';
import type { Context } from './context.ts';
import { localServers } from './open-stack.ts';
import { isChosen } from './start.ts';

/** Stops everything of the stack here and its supervisors. */
export function down(
	context: Context,
	_operands: readonly string[],
	flags: WaitFlags & ServerChoice,
): Promise<number> {
	return applyChange(context, flags, {
		what: 'stopping everything',
		takesRemains: true,
		choose: (stack) => (isChosen(flags) ? chooseServers(stack.servers, flags) : localServers(stack, 'down')),
		build: () => ({ verb: 'down' }),
	});
}
