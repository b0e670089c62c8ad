import { ProcdeckError } from '../model/errors.ts';
import { parseSshTarget } from '../model/ssh-target.ts';
import type { Context } from './context.ts';

export interface ServerFlags {
	readonly yes?: boolean;
	readonly scope?: 'system' | 'user';
	readonly address?: string;
	readonly portBase?: number;
	readonly keep?: boolean;
	readonly force?: boolean;
}

/** Adds a server to the stack, or removes one. */
export async function server(
	context: Context,
	[action, ...operands]: readonly string[],
	flags: ServerFlags,
): Promise<number> {
	const [name = '', place, ...more] = operands;
	if (action === 'remove') {
		requireOperands(place === undefined && more.length === 0, 'server remove NAME');
		requireFlags(flags, ['scope', 'address', 'portBase'], 'remove');
		return (await import('./server-remove.ts')).removeServer(context, name, flags);
	}
	requireOperands(place !== undefined && more.length === 0, 'server add NAME [USER@]HOST[:PORT]');
	requireFlags(flags, ['keep', 'force'], 'add');
	const { scope = 'system', address = null, portBase = null } = flags;
	const request = { name, ...parseSshTarget(place ?? ''), scope, address, portBase };
	return (await import('./server-add.ts')).addServer(context, request, flags);
}

function requireOperands(isRight: boolean, usage: string): void {
	if (!isRight) throw new ProcdeckError('usage', `it is: procdeck ${usage}`, 'see procdeck server --help');
}

const FLAG_NAMES = {
	scope: '--scope',
	address: '--address',
	portBase: '--port-base',
	keep: '--keep',
	force: '--force',
} as const;

function requireFlags(
	flags: ServerFlags,
	foreign: readonly (keyof typeof FLAG_NAMES)[],
	action: string,
): void {
	const given = foreign.find((name) => flags[name] !== undefined);
	if (given === undefined) return;
	throw new ProcdeckError('usage', `server ${action} takes no ${FLAG_NAMES[given]}`);
}
