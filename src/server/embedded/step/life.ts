import { exitText } from '../../../model/exit-text.ts';
import type { LastExit, PastExit } from '../../../model/observed.ts';
import type { ProcessSettings, StopStep } from '../../../model/stack.ts';
import {
	type AfterStop,
	type Instance,
	isInStop,
	type LiveProcess,
	liveProcess,
	type StopPhase,
} from '../../plan/state.ts';
import { HEALTHY_AFTER_MS, restartDelay } from './backoff.ts';
import type { Draft } from './draft.ts';

/** An instance without a readiness check has settled when it lived this long. */
export const SETTLED_AFTER_MS = 1_000;
/** How long the kernel may take to clear away a tree after the last signal. */
const LAST_WAIT_MS = 5_000;
const RECENT_EXITS_KEPT = 5;

/** What holds for a type that left the Procfile. */
const ORPHAN_STOP: readonly StopStep[] = [
	{ signal: 'TERM', waitMs: 10_000 },
	{ signal: 'KILL', waitMs: 0 },
];

function settingsOf(draft: Draft, instance: Instance): ProcessSettings | null {
	return draft.definitions.get(instance.type)?.settings ?? null;
}

/** @param settings null for a type that left the Procfile */
export function stopSequenceOf(settings: Pick<ProcessSettings, 'stop'> | null): readonly StopStep[] {
	return settings?.stop ?? ORPHAN_STOP;
}

function stopSequence(draft: Draft, instance: Instance): readonly StopStep[] {
	return stopSequenceOf(settingsOf(draft, instance));
}

/** A start that somebody asked for: it takes what the files say now, and counts begin anew. */
export function startFresh(draft: Draft, instance: Instance): void {
	const definition = draft.definitions.get(instance.type);
	const launch = definition?.launch ?? instance.launch;
	if (launch === null) return;
	const fingerprint = definition?.fingerprint ?? instance.fingerprint;
	start(draft, { ...instance, launch, fingerprint, restarts: 0, failures: 0 });
}

function start(draft: Draft, instance: Instance): void {
	draft.set({ ...instance, starts: instance.starts + 1, phase: { kind: 'spawning' } });
	// One that waits for the kernel already is spawned with what it is by then.
	if (instance.phase.kind !== 'spawning') draft.effects.push({ kind: 'spawn', name: instance.name });
}

export function spawned(draft: Draft, instance: Instance, process: LiveProcess): void {
	const ready = settingsOf(draft, instance)?.ready ?? null;
	if (ready === null) {
		const until = process.startedMono + SETTLED_AFTER_MS;
		draft.enter(instance, { kind: 'running', process, until, settled: false });
		return;
	}
	draft.enter(instance, { kind: 'starting', process, until: process.startedMono + ready.timeoutMs });
	draft.effects.push({ kind: 'probe', name: instance.name });
}

export function becameReady(draft: Draft, instance: Instance): void {
	const { phase } = instance;
	if (phase.kind !== 'starting') return;
	const until = draft.clock.mono + HEALTHY_AFTER_MS;
	draft.enter(instance, { kind: 'running', process: phase.process, until, settled: true });
}

/** Begins the stop sequence; an instance without a process goes on to what comes after at once. */
export function beginStop(draft: Draft, instance: Instance, after: AfterStop): void {
	const process = liveProcess(instance);
	const { phase } = instance;
	if (phase.kind === 'stopping') {
		followStopBy(draft, instance, phase, after);
	} else if (process === null) {
		afterStop(draft, draft.enter(instance, { kind: 'idle' }), after);
	} else {
		sendStopStep(draft, instance, process, 0, after, isInStop(phase) ? exitSeen(phase) : null);
	}
}

/** Changes what follows a stop that has begun. */
export function followStopBy(draft: Draft, instance: Instance, phase: StopPhase, after: AfterStop): void {
	draft.enter(instance, { ...phase, after, exit: exitSeen(phase) });
}

/** What it ended with stays what happened, whatever is to follow. */
function exitSeen({ exit, after }: StopPhase): LastExit | null {
	return exit ?? (after.kind === 'crash' ? after.exit : null);
}

function sendStopStep(
	draft: Draft,
	instance: Instance,
	process: LiveProcess,
	step: number,
	after: AfterStop,
	exit: LastExit | null,
): void {
	const current = stopSequence(draft, instance)[step];
	const waitMs = current === undefined || current.waitMs === 0 ? LAST_WAIT_MS : current.waitMs;
	const until = draft.clock.mono + waitMs;
	draft.enter(instance, { kind: 'stopping', process, step, until, after, exit });
	if (current !== undefined)
		draft.effects.push({ kind: 'signal', name: instance.name, signal: `SIG${current.signal}` });
}

/** The wait of a stop step is over: the next signal, and after the last one a failure. */
export function stopWaitOver(draft: Draft, instance: Instance): void {
	const { phase } = instance;
	if (phase.kind !== 'stopping') return;
	const next = phase.step + 1;
	if (next < stopSequence(draft, instance).length) {
		sendStopStep(draft, instance, phase.process, next, phase.after, phase.exit);
	} else {
		stuck(draft, instance, 'still there after the last signal of its stop sequence');
	}
}

export function stuck(draft: Draft, instance: Instance, reason: string): void {
	if (instance.phase.kind !== 'stopping') return;
	const { process, after, exit } = instance.phase;
	const failedAt = new Date(draft.clock.wall).toISOString();
	draft.enter(instance, {
		kind: 'stuck',
		process,
		reason: `could not be stopped: ${reason}`,
		failedAt,
		after,
		exit,
	});
}

/** Its tree is gone after a stop, be it long after the last signal. */
export function stopped(draft: Draft, instance: Instance): void {
	const { phase } = instance;
	if (!isInStop(phase)) return;
	const { after, exit, process } = phase;
	// What was taken over from another supervisor is not our child: nobody tells how it ended.
	const unseen: LastExit = { code: null, signal: null, at: new Date(draft.clock.wall).toISOString() };
	const seen = after.kind === 'crash' ? after.exit : (exit ?? unseen);
	afterStop(draft, draft.enter(recordExit(instance, process, seen), { kind: 'idle' }), after);
}

function afterStop(draft: Draft, instance: Instance, after: AfterStop): void {
	if (after.kind === 'start') startFresh(draft, instance);
	else if (after.kind === 'crash') crashed(draft, instance, after.exit);
}

/** The leader ended although nobody asked it to. */
export function exitedByItself(draft: Draft, instance: Instance, exit: LastExit, treeLeft: boolean): void {
	const process = liveProcess(instance);
	if (process === null) return;
	if (treeLeft) {
		beginStop(draft, instance, { kind: 'crash', exit });
		return;
	}
	crashed(draft, draft.enter(recordExit(instance, process, exit), { kind: 'idle' }), exit);
}

/** Decides what follows a crash: rest, a start at once, or a wait. */
function crashed(draft: Draft, instance: Instance, exit: LastExit): void {
	const policy = settingsOf(draft, instance)?.restart ?? 'always';
	const endedWell = exit.code === 0 && exit.reason === undefined;
	if (policy === 'never' || (policy === 'on-failure' && endedWell)) {
		draft.enter(instance, endedWell ? { kind: 'ended' } : { kind: 'failed', reason: exitText(exit) });
		return;
	}
	const failures = instance.failures + 1;
	const delay = restartDelay(failures, draft.clock.random);
	const next = withWait({ ...instance, failures }, delay);
	if (delay === 0) startAgain(draft, next);
	else draft.enter(next, { kind: 'backoff', until: draft.clock.mono + delay });
}

/** An automatic restart: the recorded command and environment. */
export function startAgain(draft: Draft, instance: Instance): void {
	start(draft, { ...instance, restarts: instance.restarts + 1 });
}

export function spawnFailed(draft: Draft, instance: Instance, reason: string): void {
	const at = new Date(draft.clock.wall).toISOString();
	const exit: LastExit = { code: null, signal: null, at, reason };
	const recentExits = keepRecent(instance, { ...exit, startedAt: at, waitedMs: null });
	crashed(draft, draft.set({ ...instance, lastExit: exit, recentExits, phase: { kind: 'idle' } }), exit);
}

/** Time passed in `running`: first it has settled, later it is healthy again. */
export function keptRunning(draft: Draft, instance: Instance): void {
	const { phase } = instance;
	if (phase.kind !== 'running') return;
	const healthyAt = phase.process.startedMono + HEALTHY_AFTER_MS;
	if (!phase.settled && draft.clock.mono < healthyAt) {
		draft.enter(instance, { ...phase, settled: true, until: healthyAt });
	} else {
		draft.set({ ...instance, failures: 0, phase: { ...phase, settled: true, until: null } });
	}
}

function recordExit(instance: Instance, process: LiveProcess, exit: LastExit): Instance {
	const startedAt = new Date(process.startedAt).toISOString();
	return {
		...instance,
		lastExit: exit,
		recentExits: keepRecent(instance, { ...exit, startedAt, waitedMs: null }),
	};
}

function keepRecent(instance: Instance, exit: PastExit): PastExit[] {
	return [...instance.recentExits, exit].slice(-RECENT_EXITS_KEPT);
}

function withWait(instance: Instance, waitedMs: number): Instance {
	const last = instance.recentExits.at(-1);
	if (last === undefined) return instance;
	return { ...instance, recentExits: [...instance.recentExits.slice(0, -1), { ...last, waitedMs }] };
}
