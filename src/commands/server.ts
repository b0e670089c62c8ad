import { ProcdeckError } from '../model/errors.ts';
import type { Context } from './context.ts';

export interface ServerFlags {
	readonly yes?: boolean;
	readonly scope?: 'system' | 'user';
	readonly address?: string;
	readonly portBase?: number;
	/** A command that makes the machine. */
	readonly provision?: string;
	readonly keep?: boolean;
	readonly force?: boolean;
	/** The server that takes over its instances. */
	readonly moveTo?: string;
	/** Its instances are stopped. */
	readonly stop?: boolean;
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
		requireFlags(flags, ['scope', 'address', 'portBase', 'provision'], 'remove');
		return (await import('./server-remove.ts')).removeServer(context, name, flags);
	}
	requireOperands(more.length === 0, 'server add NAME [USER@]HOST[:PORT]');
	requireFlags(flags, ['keep', 'force', 'moveTo', 'stop'], 'add');
	return (await import('./server-add.ts')).addServer(context, { name, place: place ?? null }, flags);
}

function requireOperands(isRight: boolean, usage: string): void {
	if (!isRight) throw new ProcdeckError('usage', `it is: procdeck ${usage}`, 'see procdeck server --help');
}

const FLAG_NAMES = {
	scope: '--scope',
	address: '--address',
	portBase: '--port-base',
	provision: '--provision',
	keep: '--keep',
	force: '--force',
	moveTo: '--move-to',
	stop: '--stop',
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
