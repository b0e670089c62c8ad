import type { SupervisorChange } from '../../model/change.ts';
import { ProcdeckError } from '../../model/errors.ts';
import { lookUp } from '../../model/look-up.ts';
import type { ServerDefinition, Stack } from '../../model/stack.ts';
import type { Goal } from '../plan/goals.ts';
import { typeOf } from '../plan/names.ts';
import { type Plan, plan } from '../plan/plan.ts';
import type { Formation, SupervisorState } from '../plan/state.ts';
import { desiredFiles, filesToWrite, recordFile, type Writing } from './desired-files.ts';
import { driftOf } from './drift.ts';
import { remarkOnDrift } from './drift-remarks.ts';
import { heldPath } from './layout.ts';
import type { StackLock } from './lock.ts';
import { targetName, unitName } from './names.ts';
import type { FilesOnServer } from './read-files.ts';
import type { StackRecord } from './record.ts';
import { type Planned, takenBack, whatIsRecorded } from './recorded.ts';
import type { Session } from './session.ts';
import type { StackState } from './stack-state.ts';
import type { ServerFile } from './unit-files.ts';
import { writeFiles } from './write-files.ts';

/** What a change needs of a connected server. */
export interface ChangeContext {
	readonly stack: Stack;
	readonly definition: ServerDefinition;
	readonly initial: Readonly<Record<string, number>>;
	readonly session: Session;
	readonly lock: StackLock;
	readonly known: StackState;
	/**
	 * Sets going what the plan wants of instances; told before it is recorded, so that a key press is felt at once.
	 * Resolves when systemd has begun with it: what it is asked in between it does first.
	 */
	readonly perform: (planned: Plan) => Promise<void>;
}

/** A change that was planned, and what became of carrying it out. */
export interface Attempt {
	readonly planned: Planned;
	/** null: it is recorded and set going. `unreachable`: the connection broke midway. Else nothing was changed. */
	readonly failure: Error | null;
}

/**
 * Plans a change by what the server says under its lock, sets it going and records it there.
 * @throws ProcdeckError for bad input; Error with the server's own words: then nothing was attempted
 */
export function beginChange(context: ChangeContext, change: SupervisorChange): Promise<Attempt> {
	const { session, lock, known, initial, definition } = context;
	return lock.hold(async (files) => {
		known.takeFiles(files);
		const before = known.state.formation;
		const state = planningState(known.state, change);
		const made = plan(state, change, { initial, server: definition.name });
		const drift = known.files === null ? [] : driftOf(context.stack, definition, session, known.files);
		const planned = { plan: remarkOnDrift(made, change, drift), before };
		return attempt(context, planned);
	});
}

/** Does what is left of a change that a broken connection interrupted, where nobody has changed the same meanwhile. */
export function finishChange(context: ChangeContext, planned: Planned): Promise<Attempt> {
	const { lock, known } = context;
	return lock.hold(async (files) => {
		known.takeFiles(files);
		const recorded = whatIsRecorded(planned, known.state.formation);
		if (recorded === 'other') return { planned, failure: new ProcdeckError('conflict', OVERTAKEN) };
		return recorded === 'all' ? { planned, failure: null } : attempt(context, planned);
	});
}

const OVERTAKEN = 'the connection broke before it was recorded, and somebody has changed the same meanwhile';

async function attempt(context: ChangeContext, planned: Planned): Promise<Attempt> {
	try {
		await carryOn(context, planned);
		return { planned, failure: null };
	} catch (error) {
		return { planned, failure: error as Error };
	}
}

async function carryOn(context: ChangeContext, planned: Planned): Promise<void> {
	const { lock, known } = context;
	const on = known.files;
	if (on === null) return;
	const written = await setUpTypes(context, on, planned.plan);
	lock.requireHeld();
	known.takeFiles(written);
	await known.expect(planned.plan.formation, () => performAndRecord(context, planned, written));
}

async function performAndRecord(
	context: ChangeContext,
	planned: Planned,
	written: FilesOnServer,
): Promise<void> {
	const { lock, known } = context;
	const { plan, before } = planned;
	await context.perform(plan);
	try {
		await record(context, written, plan.formation);
	} catch (error) {
		if (isLoss(error)) throw error;
		// A boot would make something else of a part of it.
		await record(context, await lock.readFiles(), before).catch(() => {});
		known.takeFiles(await lock.readFiles());
		void context.perform(takenBack(planned));
		throw error;
	}
	known.takeFiles(await lock.readFiles());
}

/** Whether the connection broke, so that nobody knows what the server did. */
export function isLoss(error: unknown): boolean {
	return error instanceof ProcdeckError && error.code === 'unreachable';
}

/** Where nothing was ever set up nothing was taken down either: to scale something there is to want it to run. */
function planningState(state: SupervisorState, { verb }: SupervisorChange): SupervisorState {
	const { formation } = state;
	if (verb !== 'scale' || formation.power !== 'never') return state;
	return { ...state, formation: { ...formation, power: 'up' } };
}

/** Writes what runs the types that are wanted for the first time. */
async function setUpTypes(context: ChangeContext, on: FilesOnServer, planned: Plan): Promise<FilesOnServer> {
	const { stack, definition, session } = context;
	const isStarted = (type: string) => planned.rows.some(({ goals }) => goals.some(startsOf(type)));
	const missing = stack.processTypes
		.map(({ name }) => name)
		.filter((type) => !on.types.includes(type))
		.filter((type) => (lookUp(planned.formation.wanted, type) ?? 0) > 0 || isStarted(type));
	if (missing.length === 0 && on.power !== 'never') return on;
	if (missing.length === 0 && planned.formation.power === 'never') return on;
	const desired = desiredFiles(
		{
			stack,
			definition,
			layout: session.layout,
			systemdVersion: session.facts.systemdVersion,
			loginUser: session.facts.user,
		},
		on,
	);
	const types = desired.types.filter(({ type }) => missing.includes(type));
	const writing = filesToWrite(desired, on, types, context.session.serverNow, { withEnvironment: false });
	await writeAll(session, writing);
	return { ...on, record: writing.record, types: [...on.types, ...missing] };
}

/** Writes what has to be written, and makes systemd read it. */
export async function writeAll(session: Session, { files, record: kept }: Writing): Promise<void> {
	await writeFiles(session, [...files, recordFile(session.layout, kept)]);
	await session.bus.reload();
}

function startsOf(type: string): (goal: Goal) => boolean {
	return (goal) => goal.kind === 'runs' && typeOf(goal.name) === type;
}

/** Makes the server's files say what is wanted from now on. */
async function record(context: ChangeContext, on: FilesOnServer, formation: Formation): Promise<void> {
	const { session } = context;
	const { bus, layout } = session;
	const files = recordedFiles(context, on, formation);
	const { enable, disable } = linkChanges(context, on, formation);
	const isOn = formation.power === 'up';
	const target = targetName(layout.prefix);
	if (isOn && on.power !== 'up') {
		enable.push(target);
		// Loaded, it keeps systemd from forgetting how its instances ended; what they do is decided by the plan alone.
		await bus.startAlone(target);
	}
	if (!isOn && on.power === 'up') {
		disable.push(target);
		await bus.stop(target);
	}
	context.lock.requireHeld();
	await bothOf(
		writeFiles(session, files),
		bus.enable(enable).then(() => bus.disable(disable)),
	);
	// What is loaded does not know of its new links before; nobody has to wait for that.
	if (enable.length + disable.length > 0) session.reloadSoon();
}

/** Waits for both also where one fails: what comes next must not be at work beside them. */
async function bothOf(...works: readonly Promise<void>[]): Promise<void> {
	const results = await Promise.allSettled(works);
	for (const result of results) if (result.status === 'rejected') throw result.reason;
}

function recordedFiles({ session }: ChangeContext, on: FilesOnServer, formation: Formation): ServerFile[] {
	const { layout } = session;
	const files: ServerFile[] = [];
	if (on.record !== null && !isSame(on.record.paused, formation.paused)) {
		const kept: StackRecord = { ...on.record, paused: formation.paused };
		files.push(recordFile(layout, kept));
	}
	if (!isSame([...on.held].sort(), [...formation.held].sort())) {
		const text = formation.held.map((name) => `${name}\n`).join('');
		files.push({ path: heldPath(layout), text, mode: 0o644 });
	}
	return files;
}

function isSame(one: unknown, other: unknown): boolean {
	return JSON.stringify(one) === JSON.stringify(other);
}

/** The links to make and to take away, so that a boot starts just what is wanted. */
function linkChanges(
	{ session }: ChangeContext,
	on: FilesOnServer,
	formation: Formation,
): { enable: string[]; disable: string[] } {
	const { prefix } = session.layout;
	const enable: string[] = [];
	const disable: string[] = [];
	for (const type of on.types) {
		const wanted = lookUp(formation.wanted, type) ?? 0;
		const enabled = new Set(lookUp(on.enabled, type) ?? []);
		for (let index = 1; index <= wanted; index++) {
			if (!enabled.delete(index)) enable.push(unitName(prefix, type, index));
		}
		for (const index of enabled) disable.push(unitName(prefix, type, index));
	}
	return { enable, disable };
}
