import { constants } from 'node:os';
import type { LastExit, PastExit } from '../../model/observed.ts';
import type { RestartPolicy } from '../../model/stack.ts';
import { type AfterStop, type Instance, type LiveProcess, liveProcess, type Phase } from '../plan/state.ts';
import type { Asked } from './jobs.ts';
import { RESTART_SECONDS } from './unit-files.ts';
import type { UnitState } from './unit-state.ts';

/** What the readiness check of an instance says: `awaited` while it runs. */
export type Readiness = 'awaited' | 'ready' | 'not-ready';

/** What is to be known besides its unit to tell where an instance is in its life. */
export interface InstanceContext {
	/** Whether the formation wants it to run now. */
	readonly shouldRun: boolean;
	readonly restart: RestartPolicy;
	/** What its readiness check says; null: nobody here has checked it. */
	readonly readiness: Readiness | null;
	/** What systemd said instead of doing what it was asked last; null: it did. */
	readonly refusal: string | null;
	/** What systemd was asked to do with it and has not done yet. */
	readonly asked: Asked | null;
	/** What an instance was started with at a time (milliseconds since the epoch by the server's clock); null: not known. */
	readonly fingerprintAt: (startedAt: number) => string | null;
	/** Milliseconds since the epoch by the server's clock. */
	readonly serverNow: number;
	/** Monotonic milliseconds here. */
	readonly mono: number;
}

/** So long an instance without a readiness check has to live before it counts as started. */
export const SETTLED_AFTER_MS = 1_000;
const EXITS_KEPT = 5;

/** An instance after its unit went from one state to another. */
export function instanceAfter(
	instance: Instance,
	before: UnitState,
	now: UnitState,
	context: InstanceContext,
): Instance {
	const isNewStart = now.startedAt !== 0 && now.startedAt !== before.startedAt;
	const starts = instance.starts + (isNewStart ? 1 : 0);
	const exit = newExit(before, now);
	return {
		...instance,
		phase: phaseOf(instance, now, context),
		starts,
		launch: instance.type,
		fingerprint: now.startedAt === 0 ? null : context.fingerprintAt(now.startedAt),
		restarts: now.restarts,
		lastExit: exit ?? instance.lastExit,
		recentExits: exit === null ? instance.recentExits : withExit(instance.recentExits, exit, now, before),
	};
}

/** The exit that a unit tells of now and did not before. */
function newExit(before: UnitState, now: UnitState): LastExit | null {
	if (now.exitedAt === 0 || now.exitedAt === before.exitedAt || now.exitCode === 0) return null;
	return exitOf(now);
}

function exitOf({ exitedAt, exitCode, exitStatus, result }: UnitState): LastExit {
	const at = new Date(exitedAt).toISOString();
	const byItself = exitCode === 1;
	const reason = reasonOf(byItself ? exitStatus : 0, result);
	return {
		code: byItself ? exitStatus : null,
		signal: byItself ? null : signalName(exitStatus),
		at,
		...(reason === null ? {} : { reason }),
	};
}

/** Exit codes with which systemd itself says that it could not start a program. */
const START_FAILURES: Readonly<Record<number, string>> = {
	200: 'its folder is not there',
	203: 'its program could not be run',
	216: 'its group does not exist',
	217: 'its user does not exist',
	218: 'its capabilities could not be set',
	226: 'its namespace could not be set up',
	233: 'its runtime folder could not be made',
};

function reasonOf(code: number, result: string): string | null {
	if (result === 'oom-kill') return 'memory_max';
	return START_FAILURES[code] ?? null;
}

/** `SIGTERM` for 15. */
export function signalName(number: number): string {
	const found = Object.entries(constants.signals).find(([, value]) => value === number);
	return found?.[0] ?? `signal ${number}`;
}

function withExit(
	exits: readonly PastExit[],
	exit: LastExit,
	now: UnitState,
	before: UnitState,
): readonly PastExit[] {
	// By the time that the exit is told the next start may be told with it.
	const startedAt = now.startedAt <= now.exitedAt ? now.startedAt : before.startedAt;
	// How long systemd waits grows with some of its versions; it is known when the next start has been.
	const past: PastExit = { ...exit, startedAt: new Date(startedAt).toISOString(), waitedMs: null };
	return [...exits, past].slice(-EXITS_KEPT);
}

function phaseOf(instance: Instance, unit: UnitState, context: InstanceContext): Phase {
	const { asked } = context;
	if (asked !== null && unit.active !== 'activating' && unit.active !== 'deactivating')
		return askedPhase(asked, instance, unit, context);
	switch (unit.active) {
		case 'active':
		case 'reloading':
			return upPhase(instance, unit, context);
		case 'activating':
			return unit.sub === 'auto-restart' ? backoffPhase(unit, context) : { kind: 'spawning' };
		case 'deactivating':
			return stoppingPhase(instance, unit, context);
		case 'failed':
			if (!context.shouldRun) return { kind: 'idle' };
			// A stop that took too long fails, also where a restart goes on with a start.
			return unit.hasJob ? { kind: 'spawning' } : { kind: 'failed', reason: failureOf(instance, unit) };
		default:
			return restingPhase(unit, context);
	}
}

/** systemd will come to what it was asked for, whatever the unit is at this moment. */
function askedPhase(asked: Asked, instance: Instance, unit: UnitState, context: InstanceContext): Phase {
	const isUp = unit.active === 'active' || unit.active === 'reloading';
	if (asked === 'start') return isUp ? upPhase(instance, unit, context) : { kind: 'spawning' };
	if (asked === 'restart' && !isUp) return { kind: 'spawning' };
	const stopContext = { ...context, shouldRun: asked === 'restart' };
	return isUp ? stoppingPhase(instance, unit, stopContext) : { kind: 'idle' };
}

function upPhase(instance: Instance, unit: UnitState, context: InstanceContext): Phase {
	// Its end is told before what becomes of it.
	if (unit.mainPid === 0 || unit.exitedAt > unit.startedAt) return stoppingPhase(instance, unit, context);
	const { readiness, mono } = context;
	const process = processOf(instance, unit, context);
	if (readiness === 'awaited') return { kind: 'starting', process, until: Number.POSITIVE_INFINITY };
	const settlesAt = process.startedMono + SETTLED_AFTER_MS;
	const settled = readiness === 'ready' || mono >= settlesAt;
	return { kind: 'running', process, until: settled ? null : settlesAt, settled };
}

/** Its pid stays known while what it left behind is cleared away. */
function processOf(
	instance: Instance,
	{ mainPid, startedAt }: UnitState,
	{ serverNow, mono }: InstanceContext,
): LiveProcess {
	const known = liveProcess(instance);
	if (known !== null && known.startedAt === startedAt && (mainPid === 0 || known.pid === mainPid))
		return known;
	return { pid: mainPid, startTime: 0, startedAt, startedMono: mono - Math.max(0, serverNow - startedAt) };
}

function backoffPhase(unit: UnitState, { serverNow, mono }: InstanceContext): Phase {
	const waits = RESTART_SECONDS * 1000;
	const startsIn = unit.changedAt + waits - serverNow;
	// The server's clock is not known exactly.
	return { kind: 'backoff', until: mono + Math.min(waits, Math.max(0, startsIn)) };
}

function stoppingPhase(instance: Instance, unit: UnitState, context: InstanceContext): Phase {
	// What is still wanted is being restarted, or has crashed and is cleared away.
	const after: AfterStop = context.shouldRun ? { kind: 'start' } : { kind: 'idle' };
	const process = processOf(instance, unit, context);
	return { kind: 'stopping', process, step: 0, until: Number.POSITIVE_INFINITY, after, exit: null };
}

function restingPhase(unit: UnitState, { shouldRun, restart, refusal }: InstanceContext): Phase {
	if (shouldRun && refusal !== null) return { kind: 'failed', reason: refusal };
	const endedByItself = unit.exitedAt !== 0 && unit.result === 'success' && restart !== 'always';
	return shouldRun && endedByItself ? { kind: 'ended' } : { kind: 'idle' };
}

function failureOf({ lastExit }: Instance, unit: UnitState): string {
	if (unit.exitCode === 0 && lastExit === null) return `systemd says ${unit.result}`;
	const { code, signal, reason } = exitOf(unit);
	return reason ?? signal ?? `exit ${code}`;
}
