import { join } from 'node:path';
import { readForEdit, type StackFileEdit, writeEdit } from '../files/edit-stack-file.ts';
import type { ChangeOptions, ChangeRow } from '../model/change.ts';
import { ProcdeckError } from '../model/errors.ts';
import type { Finding } from '../model/finding.ts';
import { isName, NAME_CHARACTERS } from '../model/names.ts';
import { changesSomething, type SetupPlan } from '../model/setup.ts';
import { type SshTarget, sshTargetText } from '../model/ssh-target.ts';
import type { ServerDefinition, Stack } from '../model/stack.ts';
import { withServer } from '../model/stack-file-edit.ts';
import type { Server } from '../server/server.ts';
import { serverNamed } from './choose-servers.ts';
import { findingsOf } from './doctor.ts';
import { contentOf, editedStack } from './edited-stack.ts';

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

function requireNew({ servers }: Stack, request: ServerRequest): void {
	const { name, host, port, scope } = request;
	if (!isName(name)) {
		throw new ProcdeckError(
			'usage',
			`${JSON.stringify(name)} is no name of a server; use only ${NAME_CHARACTERS}`,
		);
	}
	// Two servers that are one machine would write the same units.
	const same = servers.find((other) => other.host === host && other.port === port && other.scope === scope);
	if (same !== undefined && (scope === 'system' || same.user === request.user))
		throw new ProcdeckError('usage', `${host} is the server ${same.name} already`);
}

/** What has to be known before a server is added. */
export interface AdditionCheck {
	readonly findings: readonly Finding[];
	/** What will be written there; null where nothing of the stack could run there. */
	readonly plan: SetupPlan | null;
}

/** Looks at the server. Nothing is changed yet. */
export async function checkAddition(server: Server): Promise<AdditionCheck> {
	const findings = await findingsOf(server);
	if (findings.some(({ severity }) => severity === 'fatal')) return { findings, plan: null };
	const plan = (await server.setup?.plan()) ?? { isSetUp: true, items: [] };
	return { findings, plan };
}

const READY = 'ready to take over workers, not serving web';

/**
 * Sets the server up with no instances, and writes it into the stack file. What is done already is not done twice.
 * @throws ProcdeckError `conflict` where the server or the file has become another meanwhile; `refused`, `unreachable`
 */
export async function addServer(
	{ definition, edit }: Addition,
	server: Server,
	plan: SetupPlan,
	options: Pick<ChangeOptions, 'who' | 'changeId'>,
): Promise<ChangeRow[]> {
	const { name } = definition;
	const writes = changesSomething(plan);
	if (writes) await server.setup?.write(plan, { ...options, verb: 'server add' });
	// Last, so that what is in the file can be used.
	if (edit !== null) await writeEdit(edit);
	const outcome = writes || edit !== null ? 'done' : 'unchanged';
	return [{ server: name, type: null, from: null, to: name, outcome, reason: READY }];
}
