import { ProcdeckError } from '../../../model/errors.ts';
import type { ServerDefinition, Stack } from '../../../model/stack.ts';
import type { ReleaseWork, ServerReleases } from '../../releases.ts';
import type { Session } from '../session.ts';
import { printed } from './command.ts';
import { listReleases } from './list.ts';
import { letGo, takeLock } from './lock.ts';
import { PREPARE, REMOVE } from './scripts.ts';
import { SystemdReleaseWork } from './work.ts';

export interface ReleasesContext {
	readonly stack: () => Stack;
	readonly definition: ServerDefinition;
	/** @throws ProcdeckError `unreachable`, `refused` */
	readonly session: () => Promise<Session>;
	/** The server's files have become others: takes them in. */
	readonly onChange: () => Promise<void>;
}

const REMOVE_TIMEOUT_MS = 600_000;

/** The releases on a server whose systemd runs the instances. */
export function systemdReleases(context: ReleasesContext): ServerReleases {
	return {
		list: async () => (await listReleases(await context.session())).releases,
		begin: (who) => begin(context, who),
		remove: (who) => remove(context, who),
	};
}

async function begin(context: ReleasesContext, who: string): Promise<ReleaseWork> {
	const { stack, definition, onChange } = context;
	const session = await context.session();
	const { user } = session.facts;
	const owner = definition.scope === 'user' ? user : (stack().user ?? user);
	const lock = await takeLock(session, who);
	try {
		await prepare(session, owner);
		const listed = await listReleases(session);
		return new SystemdReleaseWork({ ...listed, session, lock, owner, shell: stack().shell, onChange });
	} catch (error) {
		await letGo(lock);
		throw error;
	}
}

async function prepare(session: Session, owner: string): Promise<void> {
	const { code, prefix } = session.layout;
	const stack = prefix.replace(/^procdeck\./, '');
	const command = session.elevated('/bin/sh', '-c', PREPARE, 'sh', code, owner, stack);
	const answer = (await printed(session, command, { what: `cannot prepare ${code}` })).trim();
	if (answer !== 'ready') throw notFree(code, answer);
}

/** @param answer `other STACK` or `foreign NAMES` */
function notFree(code: string, answer: string): ProcdeckError {
	const [kind, ...names] = answer.split(' ');
	const elsewhere = 'set another `path` in the stack file';
	if (kind === 'other')
		return new ProcdeckError('refused', `${code} holds the releases of ${names.join(' ')}`, elsewhere);
	const [first, ...others] = names.map((name) => `${code}/${name}`);
	const list = [first, ...others].join(', ');
	const message =
		others.length === 0
			? `${list} is there already, and Procdeck did not put it there`
			: `${list} are there already, and Procdeck did not put them there`;
	return new ProcdeckError('refused', message, `move that away, or ${elsewhere}`);
}

async function remove({ session: open, onChange }: ReleasesContext, who: string): Promise<readonly string[]> {
	const session = await open();
	const lock = await takeLock(session, who);
	try {
		const { code } = session.layout;
		const command = session.elevated('/bin/sh', '-c', REMOVE, 'sh', code);
		const what = `cannot remove the releases in ${code}`;
		const left = await printed(session, command, { what, timeoutMs: REMOVE_TIMEOUT_MS });
		await onChange();
		return left.split('\n').flatMap((name) => (name === '' ? [] : [`${code}/${name}`]));
	} finally {
		await letGo(lock);
	}
}
