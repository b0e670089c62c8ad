import type { ChangeRow } from '../model/change.ts';
import { ProcdeckError } from '../model/errors.ts';
import type { ReleaseRecord } from '../model/release.ts';
import type { ServerDefinition, Stack } from '../model/stack.ts';
import type { Server } from '../server/server.ts';
import { followStack } from '../session/release/followed-stack.ts';
import { draftRelease, type ReleaseDraft } from '../session/release/make.ts';
import { releaseTo } from '../session/release/release.ts';
import { snapshotOf } from '../session/snapshot.ts';
import { changeOptions } from './apply-change.ts';
import { confirm, declined } from './confirm.ts';
import { type Context, requireChangesAllowed } from './context.ts';
import { openStack, withServers } from './open-stack.ts';
import { reportChanges } from './output/changes.ts';
import { warnOfDefaultEnvironment } from './output/default-environment.ts';
import { releaseReporter } from './output/release-progress.ts';
import { releasePlan } from './output/release-text.ts';
import { PARALLEL, type ReleaseFlags } from './release-flags.ts';
import { releaseServers } from './release-servers.ts';
import { untilSignal } from './until-signal.ts';
import { currentUser } from './who.ts';

/** Puts the app's code on the servers, lists what is there, or goes back to an earlier one. */
export async function release(
	context: Context,
	operands: readonly string[],
	flags: ReleaseFlags,
): Promise<number> {
	const [first, second, ...more] = operands;
	requireOperands(more.length === 0 && (second === undefined || first === 'rollback'));
	if (first !== 'list') requireChangesAllowed(context, 'release');
	if (first === 'list' || first === 'rollback') {
		requireFlags(flags, first);
		const { listReleases, rollBack } = await import('./release-kept.ts');
		return first === 'list' ? listReleases(context, flags) : rollBack(context, second ?? null, flags);
	}
	requireOperands(first === undefined || flags.revision === undefined);
	return make(context, first ?? flags.revision ?? null, flags);
}

function requireOperands(isRight: boolean): void {
	if (isRight) return;
	const usage = 'procdeck release [REVISION], release list, or release rollback [ID]';
	throw new ProcdeckError('usage', `it is: ${usage}`, 'see procdeck release --help');
}

function requireFlags(flags: ReleaseFlags, action: 'list' | 'rollback'): void {
	const foreign = [
		...(flags.revision === undefined ? [] : ['--revision']),
		...(flags.dirty ? ['--dirty'] : []),
		...(action === 'list' && flags.timeout !== undefined ? ['--timeout'] : []),
		...(action === 'list' && flags.parallel !== undefined ? ['--parallel'] : []),
	];
	if (foreign[0] !== undefined) throw new ProcdeckError('usage', `release ${action} takes no ${foreign[0]}`);
}

async function make(context: Context, revision: string | null, flags: ReleaseFlags): Promise<number> {
	const { dirty = false, yes = false } = flags;
	if (revision !== null && dirty)
		throw new ProcdeckError('usage', '--dirty is the folder as it is, and takes no revision');
	const folder = await openStack(context.globals);
	const chosen = releaseServers(folder, flags.server);
	warnOfDefaultEnvironment(context.output, { ...folder, servers: chosen });
	const followed = followStack(folder);
	return withServers(context.globals, followed, chosen, 'peek', async (servers) => {
		// A connection takes longer than the code to be read.
		const current = currentOn(servers).catch(asError);
		const draft = await draftRelease(folder, { name: revision, dirty }, currentUser());
		try {
			for (const remark of draft.source.remarks) context.output.warn(remark);
			const question = questionOf(draft, chosen, orThrow(await current));
			if (!(await confirm(question, yes))) return declined(context.output);
			const rows = await carryOut(context, draft, { folder, followed, servers, flags });
			const exitCode = report(context, folder, draft.record, rows);
			await tellOfNewServers(context, folder, draft.record);
			return exitCode;
		} finally {
			await draft.source.close();
		}
	});
}

function asError(error: unknown): Error {
	return error as Error;
}

function orThrow<T>(value: T | Error): T {
	if (value instanceof Error) throw value;
	return value;
}

interface Releasing {
	readonly folder: Stack;
	readonly followed: ReturnType<typeof followStack>;
	readonly servers: readonly Server[];
	readonly flags: ReleaseFlags;
}

async function carryOut(
	context: Context,
	draft: ReleaseDraft,
	{ folder, followed, servers, flags }: Releasing,
): Promise<ChangeRow[]> {
	const isPrepared = await isReleasedElsewhere(context, folder, draft, servers);
	return untilSignal((signal) =>
		releaseTo({
			...draft,
			followed,
			servers,
			isPrepared,
			parallel: flags.parallel ?? PARALLEL,
			options: changeOptions({ wait: true, ...flags }),
			reporter: releaseReporter(context.output),
			signal,
		}),
	);
}

/** The release of each server, by its name. @throws ProcdeckError `unreachable` */
async function currentOn(servers: readonly Server[]): Promise<ReadonlyMap<string, string | null>> {
	const entries = servers.map(async (server) => {
		const { release } = await snapshotOf(server);
		return [server.definition.name, release?.id ?? null] as const;
	});
	return new Map(await Promise.all(entries));
}

/** Whether the `release:` command has run for it already: where only some servers get it, others may have it. */
async function isReleasedElsewhere(
	{ globals }: Context,
	stack: Stack,
	{ record, stack: { release: command } }: ReleaseDraft,
	servers: readonly Server[],
): Promise<boolean> {
	const here = new Set(servers.map(({ definition }) => definition.name));
	const others = stack.servers.filter(({ name, kind }) => kind === 'ssh' && !here.has(name));
	if (command === null || others.length === 0) return false;
	return withServers(globals, stack, others, 'peek', async (opened) => {
		const lists = await Promise.allSettled(opened.map(({ releases }) => releases?.list()));
		return lists.some(
			(list) =>
				list.status === 'fulfilled' && list.value?.records.some(({ id }) => id === record.id) === true,
		);
	});
}

function questionOf(
	draft: ReleaseDraft,
	chosen: readonly ServerDefinition[],
	current: ReadonlyMap<string, string | null>,
): Parameters<typeof confirm>[0] {
	const names = chosen.map(({ name }) => name);
	return {
		plan: releasePlan(draft, names, current),
		question: `Release it to ${names.join(', ')}?`,
		details: null,
	};
}

function report(context: Context, stack: Stack, record: ReleaseRecord, rows: readonly ChangeRow[]): number {
	const { id, revision, title } = record;
	return reportChanges(context, stack, rows, 'there is no server', { release: { id, revision, title } });
}

/** Somebody may have added one while it went on. */
async function tellOfNewServers(
	{ globals, output }: Context,
	before: Stack,
	{ id }: ReleaseRecord,
): Promise<void> {
	const now = await openStack(globals).catch(() => before);
	const added = now.servers.filter(
		({ name, kind }) => kind === 'ssh' && !before.servers.some((server) => server.name === name),
	);
	for (const { name } of added)
		output.warn(`${name} was added meanwhile and does not have ${id}: \`procdeck release --server ${name}\``);
}
