import type { SupervisorChange } from '../../../../src/model/change.ts';
import type { LastExit } from '../../../../src/model/observed.ts';
import type { Effect, SupervisorEvent } from '../../../../src/server/embedded/step/events.ts';
import { step } from '../../../../src/server/embedded/step/step.ts';
import { type Goal, type GoalState, goalState } from '../../../../src/server/plan/goals.ts';
import { type Plan, plan } from '../../../../src/server/plan/plan.ts';
import {
	deadlineOf,
	EMPTY_STATE,
	type Instance,
	isInStop,
	liveProcess,
	type SupervisorState,
	type TypeDefinition,
} from '../../../../src/server/plan/state.ts';

/** A process of the simulated machine. */
export interface SimulatedProcess {
	readonly pid: number;
	readonly name: string;
	readonly starts: number;
	readonly launch: string | null;
	/** Its leader has exited; what lives is the rest of its tree. */
	headless: boolean;
	/** It was told to end and will. */
	ending: boolean;
}

/** How the machine and the apps on it behave from now on. */
export interface Behaviour {
	/** Signals that end a process. */
	readonly obeys: ReadonlySet<string>;
	/** Milliseconds from such a signal to the end. */
	readonly endsAfter: number;
	/** Milliseconds from a start to readiness; null: never. */
	readonly readyAfter: number | null;
	/** Nothing can be started. */
	readonly spawnsFail: boolean;
	/** What is to be started waits until the machine is no longer busy. */
	readonly busy: boolean;
}

const WELL_BEHAVED: Behaviour = {
	obeys: new Set(['SIGTERM', 'SIGKILL']),
	endsAfter: 20,
	readyAfter: 500,
	spawnsFail: false,
	busy: false,
};

interface Appointment {
	readonly at: number;
	readonly keep: () => void;
}

/** A machine in memory: it answers the effects of `step` with events, and time passes only when it is told to. */
export class World {
	state: SupervisorState = EMPTY_STATE;
	mono = 1_000_000;
	random = 0;
	behaviour: Behaviour = WELL_BEHAVED;
	readonly processes = new Map<number, SimulatedProcess>();
	/** What every change asked for waits for, and what became of it. */
	readonly goals: { readonly goal: Goal; state: GoalState }[] = [];
	/** Called after each step, to check what must always hold. */
	onStep: (before: SupervisorState, after: SupervisorState) => void = () => {};
	/** Every start so far, in order. */
	readonly started: SimulatedProcess[] = [];
	/** Every signal so far, as `worker.1 SIGTERM`. */
	readonly signals: string[] = [];
	#agenda: Appointment[] = [];
	#spawns: string[] = [];
	#nextPid = 100;

	constructor(definitions: readonly TypeDefinition[]) {
		this.define(definitions);
	}

	define(definitions: readonly TypeDefinition[]): void {
		this.dispatch({ kind: 'defined', definitions, ports: {} });
	}

	behave(behaviour: Partial<Behaviour>): void {
		this.behaviour = { ...this.behaviour, ...behaviour };
		this.#answerSpawns();
	}

	behaveWell(): void {
		this.behave(WELL_BEHAVED);
	}

	/** Carries out a verb as the supervisor does. */
	apply(change: SupervisorChange, initial: Readonly<Record<string, number>> = {}): Plan {
		const planned = plan(this.state, change, { initial, server: 'here' });
		const restarts = planned.restarts.map(
			({ names, width }): SupervisorEvent => ({ kind: 'restart', names, width }),
		);
		this.dispatch({ kind: 'formation', formation: planned.formation }, ...restarts);
		for (const { goals } of planned.rows) {
			for (const goal of goals) this.goals.push({ goal, state: goalState(goal, this.state) });
		}
		return planned;
	}

	start(counts: Readonly<Record<string, number>>): Plan {
		return this.apply({ verb: 'start', selectors: [], formation: null, shell: {} }, counts);
	}

	scale(type: string, to: number): Plan {
		return this.apply({ verb: 'scale', targets: [{ type, to, expected: null }] });
	}

	restart(type: string, atOnce = false): Plan {
		const selectors = [{ type, index: null }];
		return this.apply({ verb: 'restart', selectors, staleOnly: false, atOnce, shell: {} });
	}

	dispatch(...events: SupervisorEvent[]): void {
		const clock = { mono: this.mono, wall: this.mono, random: this.random };
		const before = this.state;
		const { state, effects } = step(before, events, clock);
		this.state = state;
		this.onStep(before, state);
		for (const decision of this.goals) {
			if (decision.state.kind === 'pending') decision.state = goalState(decision.goal, state);
		}
		for (const effect of effects) this.#perform(effect);
		this.#answerSpawns();
	}

	/** Lets time go by, with all that happens meanwhile in its order. */
	pass(ms: number): void {
		const end = this.mono + ms;
		for (let next = this.#next(end); next !== null; next = this.#next(end)) {
			this.mono = Math.max(this.mono, next.at);
			next.keep();
		}
		this.mono = end;
	}

	/** An instance's leader ends by itself. */
	crash(name: string, exit: Partial<LastExit> = {}, treeLeft = false): void {
		const process = this.processOf(name);
		if (process === undefined || process.headless) return;
		if (treeLeft) process.headless = true;
		else this.processes.delete(process.pid);
		const { code = 1, signal = null } = exit;
		this.dispatch({ kind: 'exited', name, starts: process.starts, code, signal, treeLeft });
		if (!treeLeft) this.#gone(process);
	}

	/** What is left of an instance ends after all, although no signal reached it. */
	endRest(name: string): void {
		const process = this.processOf(name);
		if (process === undefined) return;
		this.processes.delete(process.pid);
		this.#gone(process);
	}

	/**
	 * The supervisor is killed and another one takes over what was written down.
	 * @param died names of instances whose processes end in between
	 */
	replaceSupervisor(died: readonly string[] = []): void {
		const { formation, definitions, instances } = structuredClone(this.state);
		this.#spawns = [];
		this.state = { ...EMPTY_STATE, formation, instances };
		for (const name of died) this.processes.delete(this.processOf(name)?.pid ?? 0);
		this.define([...definitions.values()]);
		const adopted = [...this.state.instances.values()];
		this.dispatch(...adopted.flatMap((instance) => this.#adopt(instance)));
		for (const { name, phase } of adopted) {
			if (phase.kind === 'starting') this.#perform({ kind: 'probe', name });
			if (phase.kind === 'stopping') this.#perform({ kind: 'signal', name, signal: 'SIGTERM' });
			if (phase.kind === 'stuck') this.#later(1_000, () => this.#tellGone(name));
		}
	}

	instance(name: string): Instance {
		const found = this.state.instances.get(name);
		if (found === undefined) throw new Error(`there is no ${name}`);
		return found;
	}

	/** The phase of each instance, by name. */
	get phases(): Record<string, Instance['phase']['kind']> {
		return Object.fromEntries([...this.state.instances].map(([name, { phase }]) => [name, phase.kind]));
	}

	/** The pids of what lives, by instance name. */
	get pids(): Record<string, number> {
		return Object.fromEntries([...this.processes.values()].map(({ name, pid }) => [name, pid]));
	}

	processOf(name: string): SimulatedProcess | undefined {
		return [...this.processes.values()].find((process) => process.name === name);
	}

	#adopt(instance: Instance): SupervisorEvent[] {
		const { name, starts, phase } = instance;
		const process = liveProcess(instance);
		if (phase.kind === 'spawning')
			return [{ kind: 'spawn-failed', name, reason: 'the supervisor ended while starting it' }];
		if (process === null) return [];
		const simulated = this.processes.get(process.pid);
		if (isInStop(phase) || (simulated !== undefined && !simulated.headless)) return [];
		const treeLeft = simulated !== undefined;
		return [{ kind: 'exited', name, starts, code: null, signal: null, treeLeft }];
	}

	#perform(effect: Effect): void {
		const { name } = effect;
		const process = this.processOf(name);
		if (effect.kind === 'spawn') this.#handOver(name);
		else if (effect.kind === 'probe') this.#probe(this.instance(name));
		else {
			this.signals.push(`${name} ${effect.signal}`);
			if (process === undefined) this.#later(5, () => this.#tellGone(name));
			else if (this.behaviour.obeys.has(effect.signal)) this.#end(process);
		}
	}

	#handOver(name: string): void {
		if (this.#spawns.includes(name)) throw new Error(`${name} is handed to the kernel twice`);
		this.#spawns.push(name);
	}

	#answerSpawns(): void {
		while (!this.behaviour.busy && this.#spawns.length > 0) {
			const name = this.#spawns.shift() as string;
			const instance = this.state.instances.get(name);
			if (instance?.phase.kind === 'spawning') this.#spawn(instance);
		}
	}

	#spawn({ name, starts, launch }: Instance): void {
		if (this.behaviour.spawnsFail) {
			this.dispatch({ kind: 'spawn-failed', name, reason: 'cannot start' });
			return;
		}
		const present = this.processOf(name);
		if (present !== undefined) throw new Error(`${name} is started beside its process ${present.pid}`);
		const pid = this.#nextPid++;
		const simulated = { pid, name, starts, launch, headless: false, ending: false };
		this.processes.set(pid, simulated);
		this.started.push(simulated);
		const process = { pid, startTime: this.mono, startedAt: this.mono, startedMono: this.mono };
		this.dispatch({ kind: 'spawned', name, process });
	}

	#probe({ name, starts }: Instance): void {
		const { readyAfter } = this.behaviour;
		if (readyAfter !== null) this.#later(readyAfter, () => this.dispatch({ kind: 'ready', name, starts }));
	}

	#end(process: SimulatedProcess): void {
		if (process.ending) return;
		process.ending = true;
		const { pid, name, starts } = process;
		this.#later(this.behaviour.endsAfter, () => {
			if (!this.processes.delete(pid)) return;
			const exit = { code: null, signal: 'SIGTERM', treeLeft: false };
			if (!process.headless) this.dispatch({ kind: 'exited', name, starts, ...exit });
			this.#gone(process);
		});
	}

	#gone({ name, starts }: SimulatedProcess): void {
		this.dispatch({ kind: 'gone', name, starts });
	}

	#tellGone(name: string): void {
		const instance = this.state.instances.get(name);
		if (instance !== undefined && this.processOf(name) === undefined)
			this.dispatch({ kind: 'gone', name, starts: instance.starts });
	}

	#later(ms: number, keep: () => void): void {
		this.#agenda.push({ at: this.mono + ms, keep });
	}

	#next(end: number): Appointment | null {
		const due = [...this.state.instances.values()].flatMap((instance): Appointment[] => {
			const at = deadlineOf(instance);
			return at === null ? [] : [{ at, keep: () => this.#elapse(instance.name) }];
		});
		const earliest = [...this.#agenda, ...due].sort((a, b) => a.at - b.at)[0];
		if (earliest === undefined || earliest.at > end) return null;
		this.#agenda = this.#agenda.filter((appointment) => appointment !== earliest);
		return earliest;
	}

	#elapse(name: string): void {
		this.dispatch({ kind: 'elapsed', name });
		const instance = this.state.instances.get(name);
		const deadline = instance === undefined ? null : deadlineOf(instance);
		if (deadline !== null && deadline <= this.mono) throw new Error(`${name} elapsed and is due again`);
	}
}
