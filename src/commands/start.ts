import { ProcdeckError } from '../model/errors.ts';
import { parseFormation, parseSelectors } from '../model/formation-arguments.ts';
import { shellEnvironment } from '../model/shell-environment.ts';
import { chooseServers, type ServerChoice } from '../session/choose-servers.ts';
import { applyChange, type WaitFlags } from './apply-change.ts';
import type { Context } from './context.ts';
import { localServers } from './open-stack.ts';

export type StartFlags = WaitFlags & ServerChoice & { readonly formation?: string };

/** Starts the stack in the background, or takes back a `stop` of types and instances. */
export function start(context: Context, operands: readonly string[], flags: StartFlags): Promise<number> {
	const { formation } = flags;
	if (formation !== undefined && operands.length > 0) {
		throw new ProcdeckError('usage', 'types and -m exclude each other', '-m says how many of every type run');
	}
	return applyChange(context, flags, {
		what: 'starting',
		takesRemains: false,
		choose: (stack) => (isChosen(flags) ? chooseServers(stack.servers, flags) : localServers(stack, 'start')),
		build: (known) => ({
			verb: 'start',
			selectors: parseSelectors(operands, known),
			formation: formation === undefined ? null : parseFormation(formation, known),
			shell: shellEnvironment(process.env),
		}),
	});
}

/** Whether servers were named at all. */
export function isChosen({ server, all }: ServerChoice): boolean {
	return server !== undefined || all === true;
}
