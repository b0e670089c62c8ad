import type { Balancer, DrainOptions } from '../balancer/balancer.ts';
import { readForEdit, type StackFileEdit, writeEdit } from '../files/edit-stack-file.ts';
import { localLink } from '../link/local.ts';
import type { ChangeOptions, ChangeRow, HistoryEntry } from '../model/change.ts';
import { ProcdeckError } from '../model/errors.ts';
import type { ServerObservation } from '../model/observed.ts';
import { isOnlyServing } from '../model/serving.ts';
import type { ServerDefinition, Stack } from '../model/stack.ts';
import { withoutServer } from '../model/stack-file-edit.ts';
import { keysAt } from '../model/yaml-edit.ts';
import type { Server } from '../server/server.ts';
import { peekAtBalancer } from './balancer-now.ts';
import { disableBoot } from './boot.ts';
import { serverNamed } from './choose-servers.ts';
import { contentOf } from './edited-stack.ts';
import { move } from './move.ts';
import { succeeded } from './outcome.ts';
import { lastServing } from './serve.ts';
import { snapshotOf } from './snapshot.ts';
import { cutText } from './traffic.ts';

/** A server that is to leave a stack. */
export interface Removal {
	/** With the server still in it. */
	readonly stack: Stack;
	readonly definition: ServerDefinition;
	readonly edit: StackFileEdit;
}

/**
 * What removing a server makes of the stack file. Nothing is changed yet.
 * @throws ProcdeckError `unknown-server`, `usage` where there is no file that names it, `refused`, `invalid-file`
 */
export function prepareRemoval(stack: Stack, name: string): Removal {
	const definition = serverNamed(stack.servers, name);
	const before = stack.stackFile === null ? null : readForEdit(stack.stackFile);
	if (stack.stackFile === null || before === null || !keysAt(before, ['servers']).includes(name)) {
		throw new ProcdeckError(
			'usage',
			`${name} is what a stack has that names no servers: it cannot be removed`,
			'`procdeck down` stops everything here',
		);
	}
	if (stack.loadBalancer?.server === name) {
		throw new ProcdeckError(
			'usage',
			`the load balancer is on ${name}`,
			'`procdeck lb remove` takes it away first',
		);
	}
	const after = withoutServer(before, name);
	contentOf(stack.stackFile, after);
	return { stack, definition, edit: { path: stack.stackFile, before, after } };
}

/**
 * Whether web traffic goes to a server that is to leave; false also where the load balancer cannot be asked.
 * @param balancer null: the stack has none
 * @throws ProcdeckError `refused` for the last serving server without `force`
 */
export async function requireTrafficElsewhere(
	balancer: Balancer | null,
	name: string,
	force: boolean,
): Promise<boolean> {
	const seen = balancer === null ? null : await peekAtBalancer(balancer).catch(() => null);
	if (seen === null || seen.configuration === null) return false;
	const { configuration } = seen;
	const { serving, backends } = configuration;
	const isServing = serving[name] === true && backends.some(({ server }) => server === name);
	if (isServing && !force && isOnlyServing(configuration, name)) throw lastServing(name);
	return isServing;
}

/** The types that a server that is to leave has instances of. */
export function typesOn({ types }: Pick<ServerObservation, 'types'>): string[] {
	return types.filter(({ wanted, orphan }) => wanted > 0 && !orphan).map(({ type }) => type);
}

/**
 * Moves all instances of a server to another one, type by type; one that fails ends it.
 * @throws what `move` throws, where nothing was attempted
 */
export async function moveAway(from: Server, to: Server, options: ChangeOptions): Promise<ChangeRow[]> {
	const rows: ChangeRow[] = [];
	for (const type of typesOn(await snapshotOf(from))) {
		rows.push(...(await move(from, to, type, null, options)));
		if (!rows.every(succeeded)) break;
	}
	return rows;
}

/** What becomes of a server that is removed. */
export interface Removed {
	readonly rows: readonly ChangeRow[];
	/** Paths on the server that bear the stack's name, and that somebody else has put there. */
	readonly left: readonly string[];
	/** Paths where the code was that are the app's own, such as what releases share. */
	readonly data: readonly string[];
}

/**
 * Stops the server's instances, web once its traffic is drained, takes away what Procdeck put there, and takes the server
 * out of the load balancer and the stack file. If the instances cannot all be stopped, the rows say so and the rest is not
 * done.
 * @param balancer null: the stack has none
 * @throws ProcdeckError `unreachable`, `refused`, `conflict`
 */
export async function removeServer(
	removal: Removal,
	server: Server,
	balancer: Balancer | null,
	options: ChangeOptions,
): Promise<Removed> {
	const { stack, definition } = removal;
	const { power } = await snapshotOf(server);
	const stopped = power === 'never' ? [] : await server.apply({ verb: 'down' }, options);
	if (!stopped.every(succeeded)) return { rows: stopped, left: [], data: [] };
	const { who, changeId } = options;
	const data = (await server.releases?.remove(who)) ?? [];
	const left = (await server.setup?.remove({ verb: 'server remove', who, changeId })) ?? [];
	if (definition.supervisor === 'embedded')
		await disableBoot(localLink, stack, definition.name).catch(() => {});
	return { rows: await forgetServer(removal, balancer, options), left, data };
}

/**
 * Takes a server out of the load balancer, once its traffic is drained, and out of the stack file, and leaves everything
 * on it as it is.
 * @param balancer null: the stack has none
 * @throws ProcdeckError `conflict`
 */
export async function forgetServer(
	{ definition: { name }, edit }: Pick<Removal, 'definition' | 'edit'>,
	balancer: Balancer | null,
	{ timeoutMs, onProgress }: Pick<ChangeOptions, 'timeoutMs' | 'onProgress'>,
): Promise<ChangeRow[]> {
	const onSessions = (left: number) => {
		if (left > 0) onProgress?.(0, 1, [`${left} sessions left`]);
	};
	const reason = await withdraw(balancer, name, { withinMs: timeoutMs, onSessions });
	await writeEdit(edit);
	return [{ server: name, type: null, from: name, to: null, outcome: 'done', reason }];
}

/** @returns what there is to say of it; a load balancer that cannot be told keeps no server in the stack */
async function withdraw(
	balancer: Balancer | null,
	name: string,
	options: DrainOptions,
): Promise<string | null> {
	if (balancer === null) return null;
	try {
		const { configuration } = await peekAtBalancer(balancer);
		if (configuration === null) return null;
		const { cut } = await balancer.setServing(name, null, options);
		return cut === 0 ? null : cutText(cut);
	} catch (error) {
		if (!(error instanceof ProcdeckError)) throw error;
		return `the load balancer could not be told: ${error.message}`;
	}
}

/**
 * Notes a removal where it goes on to be seen: in the history of another server, because that of the removed one is no
 * longer shown. One is enough, and a server that cannot be reached is no reason to wait.
 */
export async function noteRemoval(
	name: string,
	others: readonly Server[],
	{ who, changeId }: Pick<ChangeOptions, 'who' | 'changeId'>,
): Promise<void> {
	// The history of a server over SSH is there for everybody, that of this machine for its user.
	const shared = others.filter(({ definition }) => definition.supervisor === 'systemd');
	const candidates = shared.length > 0 ? shared : others;
	const reached = candidates.map(async (server) => {
		await snapshotOf(server);
		return server;
	});
	const entry: HistoryEntry = {
		id: changeId,
		changeId,
		at: new Date().toISOString(),
		who,
		verb: 'server remove',
		server: name,
		type: null,
		from: name,
		to: null,
		outcome: 'done',
	};
	// What cannot be noted stops nothing.
	await Promise.any(reached)
		.then((server) => server.note(entry))
		.catch(() => {});
}
