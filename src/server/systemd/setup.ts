import { isDeepStrictEqual } from 'node:util';
import type { HistoryEntry } from '../../model/change.ts';
import { ProcdeckError } from '../../model/errors.ts';
import { freshId } from '../../model/fresh-id.ts';
import { doneText, type SetupItem, type SetupPlan } from '../../model/setup.ts';
import type { ServerDefinition, Stack } from '../../model/stack.ts';
import type { ServerSetup, SetupOptions } from '../server.ts';
import { writeHistory } from './history.ts';
import { instanceOf, targetName } from './names.ts';
import type { FilesOnServer } from './read-files.ts';
import { removeFiles, removeSetup } from './remove-files.ts';
import type { Session } from './session.ts';
import { planSetup } from './setup-plan.ts';
import type { SetupWork } from './setup-work.ts';
import { readStray, type Stray } from './stray-files.ts';
import { writeEnvironment } from './write-environment.ts';
import { writeFiles } from './write-files.ts';

export interface SetupContext {
	readonly stack: () => Stack;
	readonly definition: ServerDefinition;
	/** @throws ProcdeckError `unreachable`, `refused` */
	readonly session: () => Promise<Session>;
	/** The server's files have become others: takes them in. */
	readonly onChange: () => Promise<void>;
	readonly mend: ServerSetup['mend'];
}

/** What Procdeck keeps on a server whose systemd runs its instances. */
export function systemdSetup(context: SetupContext): ServerSetup {
	return {
		plan: () =>
			attempt(async () => {
				const session = await context.session();
				return (await look(context, session, session.readFiles())).work;
			}),
		write: (planned, options) => attempt(() => write(context, planned, options)),
		writeEnvironment: () => attempt(() => writeEnvironment(context)),
		remove: (options) => attempt(() => remove(context, options)),
		mend: context.mend,
	};
}

/** What a server says no with becomes an error for the user. */
async function attempt<T>(work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (error) {
		if (error instanceof ProcdeckError) throw error;
		throw new ProcdeckError('refused', (error as Error).message, null, { cause: error });
	}
}

interface Look {
	readonly on: FilesOnServer;
	readonly stray: Stray;
	readonly work: SetupWork;
}

async function look(
	{ stack, definition }: SetupContext,
	session: Session,
	files: FilesOnServer | Promise<FilesOnServer>,
): Promise<Look> {
	const [on, stray] = await Promise.all([files, readStray(session)]);
	const { layout, facts } = session;
	const work = planSetup(
		{
			stack: stack(),
			definition,
			layout,
			systemdVersion: facts.systemdVersion,
			loginUser: facts.user,
		},
		{ on, stray },
		session.serverNow,
	);
	return { on, stray, work };
}

async function write(context: SetupContext, planned: SetupPlan, options: SetupOptions): Promise<void> {
	const session = await context.session();
	const lock = await session.lock();
	await lock.hold(async (files) => {
		const { on, stray, work } = await look(context, session, files);
		if (!isDeepStrictEqual(work.items, planned.items)) throw changedMeanwhile();
		await writeFiles(session, work.files);
		await removeFiles(session, work.removed);
		await session.bus.reload();
		lock.requireHeld();
		await link(session, work);
		await renumber(session, work, on, stray);
	});
	await context.onChange();
	const noted =
		options.verb === 'sync' || options.verb === 'release'
			? planned.items.filter(({ action }) => action !== 'nothing')
			: [null];
	for (const item of noted) await note(context, session, options, item);
}

function changedMeanwhile(): ProcdeckError {
	return new ProcdeckError(
		'conflict',
		'somebody has changed what is there meanwhile',
		'do it again to see what it is now',
	);
}

/** The links by which a boot starts what is wanted. */
async function link({ bus, layout }: Session, { isSetUp, enable, disable }: SetupWork): Promise<void> {
	const target = isSetUp ? [] : [targetName(layout.prefix)];
	const made = [...enable, ...target];
	await bus.enable(made);
	await bus.disable(disable);
	// What is loaded does not know of its new links before.
	if (made.length + disable.length > 0) await bus.reload();
}

/** What runs follows the new numbers, where it is to run at all. */
async function renumber(
	{ bus, layout }: Session,
	{ enable, disable }: SetupWork,
	on: FilesOnServer,
	stray: Stray,
): Promise<void> {
	const instances = (units: readonly string[]) =>
		units.flatMap((unit) => {
			const of = instanceOf(layout.prefix, unit);
			return of === null ? [] : [{ unit, ...of }];
		});
	const isActive = ({ type, index }: { type: string; index: number }) =>
		stray.active[type]?.includes(index) === true;
	const started = instances(enable).filter(
		({ type, name }) => on.power === 'up' && !on.held.includes(type) && !on.held.includes(name),
	);
	await Promise.all([
		...started.map(({ unit }) => bus.start(unit)),
		...instances(disable)
			.filter(isActive)
			.map(({ unit }) => bus.stop(unit)),
	]);
}

async function remove(context: SetupContext, options: SetupOptions): Promise<readonly string[]> {
	const session = await context.session();
	const lock = await session.lock();
	return lock.hold(async (on) => {
		const units = await session.bus.list(`${session.layout.prefix}.*@*.service`);
		const running = units.filter(({ activeState }) => activeState !== 'inactive' && activeState !== 'failed');
		if (running.length > 0) throw stillRunning(session, running);
		await note(context, session, options, null);
		lock.requireHeld();
		const left = await removeSetup(session, on);
		await session.bus.reload();
		await Promise.all(units.map(({ unit }) => session.bus.resetFailed(unit).catch(() => {})));
		return left;
	});
}

function stillRunning(
	{ layout }: Session,
	running: readonly { readonly unit: string; readonly activeState: string }[],
): ProcdeckError {
	const names = running.map(({ unit }) => instanceOf(layout.prefix, unit)?.name ?? unit);
	return new ProcdeckError(
		'refused',
		`${names.join(', ')} still run there`,
		'do it again when they have ended',
	);
}

/** Writes into the server's history what was done. */
async function note(
	{ definition }: SetupContext,
	session: Session,
	{ verb, who, changeId }: SetupOptions,
	item: SetupItem | null,
): Promise<void> {
	const entry: HistoryEntry = {
		// Of a removal there is another copy, on a server that stays.
		id: verb === 'server remove' ? changeId : freshId(),
		changeId,
		at: new Date().toISOString(),
		who,
		verb,
		server: definition.name,
		type: item?.type ?? null,
		from: null,
		to: null,
		outcome: 'done',
		...(item === null ? {} : { reason: doneText(item) }),
	};
	// What cannot be written stops nothing.
	await writeHistory(session, entry).catch(() => {});
}
