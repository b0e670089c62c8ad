import { mkdir } from 'node:fs/promises';
import { monotonicNow } from '../../linux/proc.ts';
import { instanceEnvironment } from '../../model/launch.ts';
import { DEFAULT_LOG_MAX, type ReadyCheck, type StopStep } from '../../model/stack.ts';
import { type Instance, isInStop, type LiveProcess } from '../plan/state.ts';
import { AdoptedWatch } from './adopted-watch.ts';
import { groupLives } from './process-groups.ts';
import { Readiness } from './readiness.ts';
import { Spawner } from './spawner.ts';
import type { Effect, SupervisorEvent } from './step/events.ts';
import { stopSequenceOf } from './step/life.ts';
import type { Supervisor } from './supervisor.ts';
import { Trees } from './trees.ts';

const ADOPTED_LOOK_MS = 100;
/** So long may spawning keep the supervisor from listening. */
const SLICE_MS = 50;

/** Carries out what `step` decided and turns what comes of it into events. */
export class Effects {
	readonly spawner: Spawner;
	readonly trees: Trees;
	readonly adopted: AdoptedWatch;
	readonly #supervisor: Supervisor;
	readonly #readiness: Readiness;
	#pending: Effect[] = [];
	#scheduled: NodeJS.Immediate | null = null;
	#sweepTimer: NodeJS.Timeout | null = null;
	readonly #toSweep = new Set<string>();

	constructor(supervisor: Supervisor) {
		this.#supervisor = supervisor;
		this.spawner = new Spawner(supervisor.paths);
		this.#readiness = new Readiness(supervisor.paths.logs, (name, starts) =>
			supervisor.dispatch({ kind: 'ready', name, starts }),
		);
		this.trees = new Trees(supervisor.paths.cookie, ({ name, starts }) =>
			supervisor.dispatch({ kind: 'gone', name, starts }),
		);
		this.adopted = new AdoptedWatch(ADOPTED_LOOK_MS, ({ name, starts, process }) =>
			this.#exited(name, starts, process, null, null),
		);
	}

	async open(): Promise<void> {
		await mkdir(this.#supervisor.paths.logs, { recursive: true, mode: 0o700 });
		await this.spawner.open();
	}

	perform(effects: readonly Effect[]): void {
		this.#pending.push(...effects);
		if (this.#scheduled === null && this.#pending.length > 0) this.#performSlice();
	}

	/** At the end of a stop sequence: what is still there, as an event that names it. */
	survivorsOf(instance: Instance): SupervisorEvent | null {
		const { phase, name, starts } = instance;
		if (phase.kind !== 'stopping') return null;
		if (phase.step < this.#stopSequence(instance).length - 1) return null;
		const reason = this.trees.describeRest({ name, starts, process: phase.process });
		this.watchRest(instance);
		return { kind: 'stuck', name, starts, reason };
	}

	/** Watches what a stop that failed has left, until it is gone. */
	watchRest(instance: Instance): void {
		const { phase, name, starts } = instance;
		if (!isInStop(phase)) return;
		const last = this.#stopSequence(instance).at(-1)?.signal ?? 'KILL';
		this.trees.keepWatching({ name, starts, process: phase.process }, `SIG${last}` as NodeJS.Signals);
	}

	killAll(): void {
		for (const { name, starts, phase } of this.#supervisor.state.instances.values()) {
			if ('process' in phase) this.trees.signal({ name, starts, process: phase.process }, 'SIGKILL');
		}
	}

	close(): void {
		if (this.#scheduled !== null) clearImmediate(this.#scheduled);
		if (this.#sweepTimer !== null) clearTimeout(this.#sweepTimer);
		this.#readiness.close();
		this.trees.close();
		this.adopted.close();
		this.spawner.close();
	}

	#performSlice(): void {
		const until = monotonicNow() + SLICE_MS;
		this.#scheduled = null;
		const events: SupervisorEvent[] = [];
		while (this.#pending.length > 0 && monotonicNow() < until) {
			const event = this.#performOne(this.#pending.shift()!);
			if (event !== null) events.push(event);
		}
		if (this.#pending.length > 0) this.#scheduled = setImmediate(() => this.#performSlice());
		if (events.length > 0) this.#supervisor.dispatch(...events);
	}

	#performOne(effect: Effect): SupervisorEvent | null {
		const instance = this.#supervisor.state.instances.get(effect.name);
		if (instance === undefined) return null;
		switch (effect.kind) {
			case 'spawn':
				return this.#spawn(instance);
			case 'signal':
				this.#signal(instance, effect.signal as NodeJS.Signals);
				return null;
			case 'probe':
				this.#probe(instance);
				return null;
		}
	}

	#spawn(instance: Instance): SupervisorEvent | null {
		if (instance.phase.kind !== 'spawning') return null;
		const { name, starts } = instance;
		const launch = this.#supervisor.launchOf(instance);
		if (launch === null)
			return { kind: 'spawn-failed', name, reason: 'cannot start: its command was not recorded' };
		const check = this.#readyCheck(instance);
		if (check !== null) this.#readiness.prepare(instance, check);
		const { stack } = this.#supervisor.watch;
		const spawned = this.spawner.spawn({
			instance,
			launch,
			environment: instanceEnvironment(stack, this.#supervisor.definition, instance),
			logMax: this.#supervisor.state.definitions.get(instance.type)?.settings.logMax ?? DEFAULT_LOG_MAX,
		});
		if ('reason' in spawned) return { kind: 'spawn-failed', name, reason: spawned.reason };
		const { child, process } = spawned;
		child.on('exit', (code, signal) => this.#exited(name, starts, process, code, signal));
		child.unref();
		return { kind: 'spawned', name, process };
	}

	#exited(
		name: string,
		starts: number,
		process: LiveProcess,
		code: number | null,
		signal: string | null,
	): void {
		if (this.#supervisor.isAbandoned) return;
		this.#readiness.abort(name);
		// Where a stop is under way the watch over its tree answers that.
		const phase = this.#supervisor.state.instances.get(name)?.phase;
		const treeLeft = (phase === undefined || !isInStop(phase)) && groupLives(process);
		this.#supervisor.dispatch({ kind: 'exited', name, starts, code, signal, treeLeft });
		this.trees.lookSoon();
		this.#sweepLater(name);
	}

	/** What an instance that ended by itself left outside of its group is looked for apart, without delaying its restart. */
	#sweepLater(name: string): void {
		this.#toSweep.add(name);
		this.#sweepTimer ??= setTimeout(() => {
			this.#sweepTimer = null;
			for (const swept of this.#toSweep) {
				const instance = this.#supervisor.state.instances.get(swept);
				if (instance !== undefined && instance.phase.kind !== 'stopping')
					this.trees.sweep(swept, instance.starts);
			}
			this.#toSweep.clear();
		}, 1_000);
	}

	#signal(instance: Instance, signal: NodeJS.Signals): void {
		const { phase, name, starts } = instance;
		if (phase.kind !== 'stopping') return;
		this.#readiness.abort(name);
		this.trees.signal({ name, starts, process: phase.process }, signal);
	}

	#probe(instance: Instance): void {
		const check = this.#readyCheck(instance);
		if (check !== null) void this.#readiness.check(instance, check);
	}

	#stopSequence({ type }: Instance): readonly StopStep[] {
		return stopSequenceOf(this.#supervisor.state.definitions.get(type)?.settings ?? null);
	}

	#readyCheck({ type }: Instance): ReadyCheck | null {
		return this.#supervisor.state.definitions.get(type)?.settings.ready ?? null;
	}
}
