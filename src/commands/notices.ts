import { relative, resolve } from 'node:path';
import { formatFileMessage } from '../model/errors.ts';
import type { Stack } from '../model/stack.ts';
import type { RecordedServer } from '../server/embedded/stacks.ts';
import type { Notice } from '../store/console-store.ts';
import type { Context } from './context.ts';
import type { Globals } from './globals.ts';
import { pasteable } from './output/pasteable.ts';

/** Says on stderr what is to be known of a stack that was opened by its files, or despite them. */
export async function tellNotices({ globals, output }: Context, stack: Stack): Promise<void> {
	for (const problem of stack.problems)
		output.warn(`${formatFileMessage(problem)} (what is recorded of the stack is in use)`);
	for (const { subject, text, detail } of await noticesOf(globals, stack))
		output.warn(`${subject} ${text} (${detail})`);
}

/** How what runs is not what the folder and the options let expect. */
export async function noticesOf(globals: Globals, stack: Stack): Promise<Notice[]> {
	const [renamed, unused] = await Promise.all([otherNames(globals, stack), unusedProcfile(globals, stack)]);
	return [...renamed, ...unused].map((notice) => ({ ...notice, detail: pasteable(notice.detail, globals) }));
}

/** What runs in this folder under the name or environment that the same command line meant before. */
async function otherNames({ environment }: Globals, stack: Stack): Promise<Notice[]> {
	const { recordedIn } = await import('../server/embedded/stacks.ts');
	const others = await recordedIn(stack.directory, stack);
	const meant = others.filter(
		({ identity, running, supervisorPid }) =>
			(running > 0 || supervisorPid !== null) &&
			(identity.environmentOption === environment || identity.environment === stack.environment),
	);
	return [...Map.groupBy(meant, nameOf)].map(([subject, servers]) => {
		const { stack: name, environment: its } = servers[0]!.identity;
		const running = servers.reduce((sum, server) => sum + server.running, 0);
		const now = `the files here are now those of ${stack.name} (${stack.environment})`;
		const keys = [
			...(name === stack.name ? [] : [`"stack: ${name}"`]),
			...(its === stack.environment ? [] : [`"environment: ${its}"`]),
		];
		return {
			subject,
			text: `still runs in this folder with ${running} ${running === 1 ? 'instance' : 'instances'}, but ${now}`,
			detail: `to reach it, write ${keys.join(' and ')} into the stack file`,
		};
	});
}

function nameOf({ identity: { stack, environment } }: RecordedServer): string {
	return `${stack} (${environment})`;
}

/** `-f` names a Procfile for a supervisor to come; one that runs stays with its own. */
async function unusedProcfile({ procfile }: Globals, stack: Stack): Promise<Notice[]> {
	if (procfile === null) return [];
	const given = resolve(stack.directory, procfile);
	const used = await procfilesInUse(stack);
	return used
		.filter((path) => path !== given)
		.map((path) => ({
			subject: `-f ${procfile}`,
			text: `is not used: the stack runs by ${relative(stack.directory, path)}`,
			detail: 'to change over: `procdeck down`, then `procdeck start`',
		}));
}

/** Paths of the Procfiles that running supervisors of the stack were started with. */
async function procfilesInUse(stack: Stack): Promise<string[]> {
	const [{ runningIdentity }, { readProcfile }] = await Promise.all([
		import('../server/embedded/stacks.ts'),
		import('../files/read-procfile.ts'),
	]);
	const local = stack.servers.filter(({ kind }) => kind === 'local');
	const identities = await Promise.all(local.map(({ name }) => runningIdentity(stack, name)));
	const options = new Set(
		identities.filter((identity) => identity !== null).map((each) => each.procfileOption),
	);
	const found = [...options].map(async (option) => {
		const { path, watchedFiles } = await readProcfile(stack.directory, option, stack.environment);
		return path ?? watchedFiles.at(-1)!;
	});
	return [...new Set(await Promise.all(found))];
}
