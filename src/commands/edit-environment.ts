import { writeEdit } from '../files/edit-stack-file.ts';
import {
	type EnvironmentSource,
	type EnvironmentSources,
	readEnvironmentSources,
} from '../files/environment-sources.ts';
import { ProcdeckError } from '../model/errors.ts';
import { freshId } from '../model/fresh-id.ts';
import type { Stack } from '../model/stack.ts';
import { requireSettable, variableNames } from '../model/variable-names.ts';
import {
	chooseFile,
	type EnvironmentEdit,
	requireNotFixed,
	setVariables,
	unsetVariables,
} from '../session/environment-edit.ts';
import { isTakenByGit } from '../session/git-ignored.ts';
import { succeeded } from '../session/outcome.ts';
import {
	type EnvironmentChange,
	type PushedEnvironment,
	pushEnvironment,
} from '../session/push-environment.ts';
import { declined } from './confirm.ts';
import type { Context } from './context.ts';
import type { EnvFlags } from './env.ts';
import { isEmbedded } from './open-server.ts';
import { openStack, withServers } from './open-stack.ts';
import { reportChanges } from './output/changes.ts';
import { commandLine } from './output/pasteable.ts';
import { withProgress } from './output/progress.ts';
import { tellStale } from './output/stale.ts';
import { ALL_OF_STDIN, readValues } from './variable-input.ts';
import { currentUser } from './who.ts';

/** What a command is about: the stack, where its environment comes from, and the file that is edited. */
interface Scene {
	readonly stack: Stack;
	readonly sources: EnvironmentSources;
	readonly target: EnvironmentSource;
}

async function sceneOf(
	{ globals }: Context,
	{ file = null }: { readonly file?: string | null },
): Promise<Scene> {
	const stack = await openStack(globals);
	const sources = await readEnvironmentSources(stack);
	return { stack, sources, target: chooseFile(sources, stack.directory, file) };
}

/** Sets variables in the env file, and puts the environment on the servers. */
export async function setEnvironment(
	context: Context,
	operands: readonly string[],
	flags: EnvFlags,
): Promise<number> {
	const named = namesOf('env set', operands);
	const scene = await sceneOf(context, flags);
	// Before anybody types a value in vain.
	requireFree(scene, named ?? []);
	const variables = await readValues(named);
	if (variables === null) return declined(context.output);
	const names = [...variables.keys()];
	requireFree(scene, names);
	const edit = setVariables(scene.sources, scene.target, variables);
	return carryOut(context, scene, { verb: 'env set', names, ...edit }, flags);
}

/** Takes variables out of the env file, and puts the environment on the servers. */
export async function unsetEnvironment(
	context: Context,
	operands: readonly string[],
	flags: EnvFlags,
): Promise<number> {
	const names = namesOf('env unset', operands);
	if (names === null) throw new ProcdeckError('usage', 'env unset takes names, and no stdin');
	const scene = await sceneOf(context, flags);
	requireNotFixed(scene.sources, names);
	const edit = unsetVariables(scene.sources, scene.target, names);
	return carryOut(context, scene, { verb: 'env unset', names, ...edit }, flags);
}

/** @returns null: those that stdin has */
function namesOf(verb: string, operands: readonly string[]): string[] | null {
	if (operands.length === 0)
		throw new ProcdeckError('usage', `${verb} takes the name of a variable`, 'see procdeck env --help');
	return operands.length === 1 && operands[0] === ALL_OF_STDIN ? null : variableNames(verb, operands);
}

function requireFree({ sources }: Scene, names: readonly string[]): void {
	requireSettable(names);
	requireNotFixed(sources, names);
}

type Edit = EnvironmentEdit & Pick<EnvironmentChange, 'verb' | 'names'>;

async function carryOut(
	context: Context,
	{ stack, target }: Scene,
	{ verb, names, edit, remarks }: Edit,
	{ push }: EnvFlags,
): Promise<number> {
	const { output } = context;
	if (edit !== null) await writeEdit(edit);
	output.note(`${target.name} ${edit === null ? 'is like that already' : 'is written'}`);
	for (const remark of remarks) output.warn(remark);
	if (verb === 'env set' && (await isTakenByGit(target.path)))
		output.warn(`git does not ignore ${target.name}, and what is in it gets into the repository`);
	const change: EnvironmentChange = { verb, names, isEdited: edit !== null };
	const pushed = await pushTo(context, stack, change, push);
	const exitCode = report(context, stack, target, pushed);
	if (!push) tellUnwritten(context, writtenServers(stack));
	// What was done here stays done.
	return exitCode === 1 && edit !== null ? 3 : exitCode;
}

function report(
	context: Context,
	stack: Stack,
	{ name: file }: EnvironmentSource,
	pushed: readonly PushedEnvironment[],
): number {
	const rows = pushed.map(({ row }) => row);
	const serversOf = (some: readonly { readonly server: string }[]) => some.map(({ server }) => server);
	const exitCode = reportChanges(context, stack, rows, 'no server is changed', { file });
	tellStale(context, serversOf(pushed.filter(({ isStale }) => isStale).map(({ row }) => row)));
	tellUnwritten(context, serversOf(rows.filter((row) => !succeeded(row))));
	return exitCode;
}

async function pushTo(
	{ globals, output }: Context,
	{ servers: all }: Stack,
	change: EnvironmentChange,
	push: boolean,
): Promise<PushedEnvironment[]> {
	const options = { who: currentUser(), changeId: freshId() };
	// As the files are now.
	const stack = await openStack(globals);
	const covered = all.filter((definition) => push || isEmbedded(definition));
	return withServers(globals, stack, covered, 'peek', (servers) =>
		withProgress(output, 'writing', (onProgress) =>
			pushEnvironment(servers, change, { ...options, onProgress }),
		),
	);
}

/** The servers to which the environment has to be written: an embedded supervisor reads the files itself. */
function writtenServers({ servers }: Stack): string[] {
	return servers.filter((definition) => !isEmbedded(definition)).map(({ name }) => name);
}

function tellUnwritten({ globals, output }: Context, servers: readonly string[]): void {
	const [first, ...others] = servers;
	if (first === undefined) return;
	const command = commandLine(others.length === 0 ? `sync --server ${first}` : 'sync', globals);
	output.note(`${servers.join(', ')} did not get it: ${command} writes it there`);
}
