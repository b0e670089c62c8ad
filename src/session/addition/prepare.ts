import { join } from 'node:path';
import { readForEdit, type StackFileEdit } from '../../files/edit-stack-file.ts';
import { ProcdeckError } from '../../model/errors.ts';
import { isName, NAME_CHARACTERS } from '../../model/names.ts';
import { type SshTarget, sshTargetText } from '../../model/ssh-target.ts';
import type { ServerDefinition, Stack } from '../../model/stack.ts';
import { withServer } from '../../model/stack-file-edit.ts';
import { serverNamed } from '../choose-servers.ts';
import { contentOf, editedStack } from '../edited-stack.ts';

/** A server as somebody asks for it. */
export interface ServerRequest extends SshTarget {
	readonly name: string;
	readonly scope: 'system' | 'user';
	/** Where the load balancer reaches it; null: the resolved host. */
	readonly address: string | null;
	readonly portBase: number | null;
}

/** A server that is to become one of a stack. */
export interface Addition {
	/** With the server in it. */
	readonly stack: Stack;
	readonly definition: ServerDefinition;
	/** null: the stack file has it already. */
	readonly edit: StackFileEdit | null;
}

/**
 * What adding a server makes of the stack and of its file. Nothing is changed yet.
 * @param environment `-e`: where there is no stack file, one for that environment is made
 * @throws ProcdeckError `usage` for a name or a place that is another server's, `invalid-file`, `refused`
 */
export function prepareAddition(stack: Stack, environment: string | null, request: ServerRequest): Addition {
	const existing = stack.servers.find(({ name }) => name === request.name);
	if (existing !== undefined) {
		requireSame(existing, request);
		return { stack, definition: existing, edit: null };
	}
	requireNew(stack, request);
	const created = environment === null ? 'procdeck.yml' : `procdeck.${environment}.yml`;
	const path = stack.stackFile ?? join(stack.directory, created);
	const before = readForEdit(path);
	const written = { ...request, scope: request.scope === 'user' ? request.scope : null };
	const after = withServer(before ?? '', request.name, written);
	const added = { ...editedStack(stack, contentOf(path, after)), stackFile: path };
	const definition = serverNamed(added.servers, request.name);
	return { stack: added, definition, edit: { path, before, after } };
}

function requireSame(existing: ServerDefinition, request: ServerRequest): void {
	const isSame =
		existing.kind === 'ssh' &&
		existing.host === request.host &&
		existing.user === request.user &&
		existing.port === request.port &&
		existing.scope === request.scope;
	if (isSame) return;
	const { name, host, user, port } = existing;
	const place = host === null ? 'this machine' : sshTargetText({ host, user, port });
	throw new ProcdeckError(
		'usage',
		`there is a server ${name} already: ${place}${existing.scope === 'user' ? ' in user scope' : ''}`,
		'take another name',
	);
}

/** @throws ProcdeckError `usage` for what is no name of a server */
export function requireName(name: string): void {
	if (isName(name)) return;
	const message = `${JSON.stringify(name)} is no name of a server; use only ${NAME_CHARACTERS}`;
	throw new ProcdeckError('usage', message);
}

function requireNew({ servers }: Stack, request: ServerRequest): void {
	const { name, host, port, scope } = request;
	requireName(name);
	// Two servers that are one machine would write the same units.
	const same = servers.find((other) => other.host === host && other.port === port && other.scope === scope);
	if (same !== undefined && (scope === 'system' || same.user === request.user))
		throw new ProcdeckError('usage', `${host} is the server ${same.name} already`);
}
