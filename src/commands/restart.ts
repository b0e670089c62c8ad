import { parseSelectors } from '../model/formation-arguments.ts';
import { shellEnvironment } from '../model/shell-environment.ts';
import { chooseServers, type ServerChoice } from '../session/choose-servers.ts';
import { applyChange, type WaitFlags } from './apply-change.ts';
import type { Context } from './context.ts';

export type RestartFlags = WaitFlags & ServerChoice & { readonly stale?: boolean; readonly atOnce?: boolean };

/** Restarts instances, rolling where several run. */
export function restart(context: Context, operands: readonly string[], flags: RestartFlags): Promise<number> {
	return applyChange(context, flags, {
		what: 'restarting',
		takesRemains: false,
		...(flags.stale ? { ifNone: 'nothing runs with older code, command or environment' } : {}),
		choose: (stack) => chooseServers(stack.servers, flags),
		build: (known) => ({
			verb: 'restart',
			selectors: parseSelectors(operands, known),
			staleOnly: flags.stale === true,
			atOnce: flags.atOnce === true,
			shell: shellEnvironment(process.env),
		}),
	});
}
