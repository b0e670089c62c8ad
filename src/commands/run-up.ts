import { ProcdeckError } from '../model/errors.ts';
import { knownTypes, parseFormation } from '../model/formation-arguments.ts';
import type { ServerDefinition, Stack } from '../model/stack.ts';
import type { Context } from './context.ts';
import { tellNotices } from './notices.ts';
import { isEmbedded } from './open-server.ts';
import { openStack } from './open-stack.ts';
import { wantsColour } from './output/paint.ts';
import { up } from './up.ts';

export interface UpFlags {
	readonly formation?: string;
	readonly exitOnFailure?: boolean;
}

/**
 * The servers that a supervisor in the foreground can be for.
 * @throws ProcdeckError `usage` where there is none
 */
function supervised(stack: Stack): ServerDefinition[] {
	const embedded = stack.servers.filter(isEmbedded);
	if (embedded.length > 0) return embedded;
	const names = stack.servers.map(({ name }) => name).join(', ');
	throw new ProcdeckError(
		'usage',
		`systemd runs the instances of this stack, on ${names}`,
		'`procdeck start --server NAME` starts them there, `procdeck logs -f` shows what they write',
	);
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
		servers: supervised(stack).map(({ name }) => name),
		formation: flags.formation === undefined ? null : parseFormation(flags.formation, knownTypes(stack)),
		exitOnFailure: flags.exitOnFailure === true,
		colours: wantsColour(process.stdout, globals.colour),
		quiet: globals.quiet,
	});
}
