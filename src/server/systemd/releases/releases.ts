import type { ServerDefinition, Stack } from '../../../model/stack.ts';
import type { ReleaseWork, ServerReleases } from '../../releases.ts';
import type { Session } from '../session.ts';
import { printed } from './command.ts';
import type { CurrentRelease } from './current.ts';
import { listReleases } from './list.ts';
import { stackMark, takeLock } from './lock.ts';
import { IS_OWN, REMOVE } from './scripts.ts';
import { SystemdReleaseWork } from './work.ts';

export interface ReleasesContext {
	readonly stack: () => Stack;
	readonly definition: ServerDefinition;
	/** @throws ProcdeckError `unreachable`, `refused` */
	readonly session: () => Promise<Session>;
	/** The server's files have become others: takes them in. */
	readonly onChange: () => Promise<void>;
	/** Another release is current: takes it in. */
	readonly onActivated: (release: CurrentRelease) => void;
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

function ownerOf({ stack, definition }: ReleasesContext, { facts }: Session): string {
	return definition.scope === 'user' ? facts.user : (stack().user ?? facts.user);
}

async function begin(context: ReleasesContext, who: string): Promise<ReleaseWork> {
	const { stack, onActivated } = context;
	const session = await context.session();
	const owner = ownerOf(context, session);
	const exclusive = await takeLock(session, who, owner);
	return new SystemdReleaseWork({ ...exclusive, session, owner, shell: stack().shell, onActivated });
}

async function remove(context: ReleasesContext, who: string): Promise<readonly string[]> {
	const session = await context.session();
	if (!(await hasOwn(session))) return [];
	const { lock } = await takeLock(session, who, ownerOf(context, session));
	try {
		const { code } = session.layout;
		const command = session.elevated('/bin/sh', '-c', REMOVE, 'sh', code);
		const what = `cannot remove the releases in ${code}`;
		const left = await printed(session, command, { what, timeoutMs: REMOVE_TIMEOUT_MS });
		await context.onChange();
		return left.split('\n').flatMap((name) => (name === '' ? [] : [`${code}/${name}`]));
	} finally {
		await lock.letGo();
	}
}

/** What is somebody else's is left alone, and no place is made ready only to be taken away. */
async function hasOwn(session: Session): Promise<boolean> {
	const { code } = session.layout;
	const command = session.elevated('/bin/sh', '-c', IS_OWN, 'sh', code, stackMark(session));
	return (await printed(session, command, { what: `cannot read ${code}` })).trim() === 'own';
}
