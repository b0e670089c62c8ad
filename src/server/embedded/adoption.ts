import { ageOf, isAlive, monotonicNow, readStat } from '../../linux/proc.ts';
import { lookUp } from '../../model/look-up.ts';
import type { ProcessType, ReadyCheck } from '../../model/stack.ts';
import {
	type Formation,
	type Instance,
	isInStop,
	type LiveProcess,
	liveProcess,
	newInstance,
	type Phase,
	type SupervisorState,
} from '../plan/state.ts';
import type { Carriers } from './carriers.ts';
import type { Effects } from './effects.ts';
import { groupLives } from './process-groups.ts';
import { HEALTHY_AFTER_MS } from './step/backoff.ts';
import type { SupervisorEvent } from './step/events.ts';
import { SETTLED_AFTER_MS, stopSequenceOf } from './step/life.ts';
import type { Supervisor } from './supervisor.ts';

/**
 * Completes what was recorded by what really runs: a supervisor that was killed right after a start had no time to write it down.
 * Leaders are found by the cookie in their environment.
 */
export function recoverUnrecorded(
	state: SupervisorState,
	carriers: Carriers,
	types: readonly ProcessType[],
): SupervisorState {
	const checks = new Map(types.map(({ name, settings }) => [name, settings.ready]));
	const instances = new Map(state.instances);
	for (const [name, processes] of carriers) {
		const known = instances.get(name) ?? instanceNamed(state, name);
		const latest = latestLeader(processes);
		if (latest === null || !isUnrecorded(known, latest.starts)) continue;
		const { starts, process } = latest;
		instances.set(name, { ...known, starts, phase: recoveredPhase(process, checks.get(known.type) ?? null) });
	}
	return { ...state, instances, formation: formationOf(state.formation, instances) };
}

/** Nobody wrote down whether it was ready: it is asked, with all its time. */
function recoveredPhase(process: LiveProcess, check: ReadyCheck | null): Phase {
	const now = monotonicNow();
	if (check === null) return { kind: 'running', process, until: now + SETTLED_AFTER_MS, settled: false };
	// What it said of that long ago may have been cut from its log.
	if (check.kind === 'log' && now > process.startedMono + check.timeoutMs)
		return { kind: 'running', process, until: now + HEALTHY_AFTER_MS, settled: true };
	return { kind: 'starting', process, until: now + check.timeoutMs };
}

function isUnrecorded(known: Instance, starts: number): boolean {
	return starts > known.starts || (starts === known.starts && known.phase.kind === 'spawning');
}

/** The leader of the last start. A descendant may lead a session of its own, but it is younger. */
function latestLeader(
	processes: NonNullable<ReturnType<Carriers['get']>>,
): { readonly starts: number; readonly process: LiveProcess } | null {
	const leaders = processes.flatMap(({ pid, starts }) => {
		const process = leaderProcess(pid);
		return process === null ? [] : [{ starts, process }];
	});
	leaders.sort(
		(a, b) =>
			b.starts - a.starts || a.process.startTime - b.process.startTime || a.process.pid - b.process.pid,
	);
	return leaders[0] ?? null;
}

/** Where even the formation was lost, what runs is what is wanted: nothing is stopped because a file is gone. */
function formationOf(formation: Formation, instances: ReadonlyMap<string, Instance>): Formation {
	const alive = [...instances.values()].filter((instance) => liveProcess(instance) !== null);
	if (Object.keys(formation.wanted).length > 0 || alive.length === 0) return formation;
	const wanted: Record<string, number> = {};
	for (const { type, index } of alive) wanted[type] = Math.max(index, lookUp(wanted, type) ?? 0);
	return { ...formation, power: 'up', wanted };
}

function instanceNamed(state: SupervisorState, name: string): Instance {
	const dot = name.lastIndexOf('.');
	return newInstance(state.formation, name.slice(0, dot), Number(name.slice(dot + 1)));
}

/** What we start leads a session of its own; its descendants carry the same cookie but do not. */
function leaderProcess(pid: number): LiveProcess | null {
	const stat = readStat(pid);
	if (stat === null || stat.session !== pid || stat.state === 'Z') return null;
	const age = ageOf(stat);
	return { pid, startTime: stat.startTime, startedMono: monotonicNow() - age, startedAt: Date.now() - age };
}

/** Takes over what an earlier supervisor started: the same processes go on, and those that ended meanwhile are noticed. */
export function adopt(supervisor: Supervisor, effects: Effects): void {
	const instances = [...supervisor.state.instances.values()];
	supervisor.dispatch(...instances.flatMap((instance) => adoptOne(instance, effects)));
	for (const instance of instances) resume(instance, supervisor, effects);
}

function adoptOne(instance: Instance, effects: Effects): SupervisorEvent[] {
	const { name, starts } = instance;
	const process = liveProcess(instance);
	if (process === null) {
		const reason = 'the supervisor ended while starting it';
		return instance.phase.kind === 'spawning' ? [{ kind: 'spawn-failed', name, reason }] : [];
	}
	if (isAlive(process)) {
		effects.adopted.add({ name, starts, process });
		return [];
	}
	// The watch over its tree tells when a stop is through.
	if (isInStop(instance.phase)) return [];
	const treeLeft = groupLives(process);
	return [{ kind: 'exited', name, starts, code: null, signal: null, treeLeft }];
}

/** Goes on with what the earlier supervisor was in the middle of. */
function resume(instance: Instance, supervisor: Supervisor, effects: Effects): void {
	const { name, phase } = instance;
	if (phase.kind === 'starting') effects.perform([{ kind: 'probe', name }]);
	if (phase.kind === 'stuck') effects.watchRest(instance);
	if (phase.kind !== 'stopping') return;
	const sequence = stopSequenceOf(supervisor.state.definitions.get(instance.type)?.settings ?? null);
	const step = sequence[phase.step] ?? sequence.at(-1);
	if (step !== undefined) effects.perform([{ kind: 'signal', name, signal: `SIG${step.signal}` }]);
}
