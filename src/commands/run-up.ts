import { ProcdeckError } from '../model/errors.ts';
import { knownTypes, parseFormation } from '../model/formation-arguments.ts';
import type { Context } from './context.ts';
import { tellNotices } from './notices.ts';
import { localServers, openStack } from './open-stack.ts';
import { wantsColour } from './output/paint.ts';
import { up } from './up.ts';

export interface UpFlags {
	readonly formation?: string;
	readonly exitOnFailure?: boolean;
}

/** Runs the stack in the foreground. */
export async function runUp(context: Context, _operands: readonly string[], flags: UpFlags): Promise<number> {
	const { globals } = context;
	const { directory, procfile, environment } = globals;
	const stack = await openStack(globals);
	await tellNotices(context, stack);
	if (stack.processTypes.length === 0)
		throw new ProcdeckError('invalid-file', `${stack.procfile} names no process type`);
	return up({
		stack,
		files: { directory, procfile, environment },
		servers: localServers(stack).map(({ name }) => name),
		formation: flags.formation === undefined ? null : parseFormation(flags.formation, knownTypes(stack)),
		exitOnFailure: flags.exitOnFailure === true,
		colours: wantsColour(process.stdout, globals.colour),
		quiet: globals.quiet,
	});
}
