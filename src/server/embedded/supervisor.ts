import { bootId, monotonicNow } from '../../linux/proc.ts';
import type { HistoryEntry, SupervisorChange } from '../../model/change.ts';
import { type FileMessage, ProcdeckError } from '../../model/errors.ts';
import type { Launch } from '../../model/launch.ts';
import type { ServerStats } from '../../model/observed.ts';
import { assignPortBlocks, portBase } from '../../model/ports.ts';
import type { ServerDefinition } from '../../model/stack.ts';
import type { ChangeTarget } from '../carry-out.ts';
import { type Listener, type Observed, Observers } from '../observers.ts';
import { initialCounts } from '../plan/initial.ts';
import type { Plan } from '../plan/plan.ts';
import { isReady, WITHOUT_RELEASES } from '../plan/project.ts';
import type { Formation, Instance, SupervisorState } from '../plan/state.ts';
import { Settling } from '../settling.ts';
import { adopt } from './adoption.ts';
import { BalancerKeeper } from './balancer-keeper.ts';
import { begin } from './begin.ts';
import { Effects } from './effects.ts';
import { appendHistory } from './history.ts';
import { Launches } from './launches.ts';
import { Machine } from './machine.ts';
import type { StatePaths } from './paths.ts';
import { type LaunchRecord, writeFormation } from './records.ts';
import { SavedInstances } from './saved-instances.ts';
import type { StackWatch } from './stack-watch.ts';
import type { Effect, SupervisorEvent } from './step/events.ts';
import { Ticker } from './ticker.ts';
import { Timers } from './timers.ts';

interface SupervisorOptions {
	readonly definition: ServerDefinition;
	readonly paths: StatePaths;
	readonly watch: StackWatch;
	/** What was recorded, and what is known to run beside that. */
	readonly state: SupervisorState;
	readonly launches: LaunchRecord;
	readonly history: readonly HistoryEntry[];
}

/**
 * The embedded supervisor: holds the state, lets `step` decide, carries out its effects, tells who listens, and saves.
 * It knows nothing of sockets or terminals.
 */
export class Supervisor implements ChangeTarget, Observed {
	readonly definition: ServerDefinition;
	readonly paths: StatePaths;
	readonly watch: StackWatch;
	readonly settling = new Settling();
	readonly launches: Launches;
	readonly rollsAlone = true;
	readonly observers: Observers;
	readonly #boot = bootId();
	readonly #effects: Effects;
	readonly #ticker: Ticker;
	readonly #saved: SavedInstances;
	readonly #timers = new Timers((names) => this.#elapsed(names));
	readonly #machine: Machine;
	readonly #balancer: BalancerKeeper;
	#isAbandoned = false;
	#turn: Promise<unknown> = Promise.resolve();

	constructor({ definition, paths, watch, state, launches, history }: SupervisorOptions) {
		this.definition = definition;
		this.paths = paths;
		this.watch = watch;
		this.#balancer = new BalancerKeeper(paths);
		this.#machine = new Machine(state, (before, effects) => this.#follow(before, effects));
		this.launches = new Launches(launches);
		this.observers = new Observers(this, history);
		this.#effects = new Effects(this);
		const tell = () => this.observers.tellStack();
		this.#ticker = new Ticker(this, this.#effects.spawner.startedLogs, tell);
		this.#saved = new SavedInstances(this, this.#boot, tell);
	}

	get state(): SupervisorState {
		return this.#machine.state;
	}

	get initial(): Record<string, number> {
		return initialCounts(this.watch.stack, this.definition);
	}

	/** Errors of the app's files, why nothing can be saved, and which logs cannot be bounded. */
	get problems(): readonly FileMessage[] {
		const own = [this.#saved.problem, this.#ticker.problem].filter((problem) => problem !== null);
		return [...this.watch.problems, ...own];
	}

	/** Another supervisor may act for this stack: nothing may be done, sent or written any more. */
	get isAbandoned(): boolean {
		return this.#isAbandoned;
	}

	/** Takes over what still runs from an earlier supervisor, and begins to act. */
	async open(): Promise<void> {
		await this.#effects.open();
		for (const instance of this.state.instances.values())
			this.#timers.arm(instance, undefined, monotonicNow());
		this.redefine();
		adopt(this, this.#effects);
		this.#ticker.open();
		this.#balancer.open();
	}

	/** Reads the definitions from the stack again, with the given shell for what starts from now on. */
	redefine(shell: Readonly<Record<string, string>> = this.launches.shell): void {
		if (shell !== this.launches.shell) this.#saved.soon();
		const { stack } = this.watch;
		const definitions = this.launches.define(stack, this.state, shell);
		const types = definitions.map(({ type }) => type);
		const inUse = new Set([...this.state.instances.values()].map(({ type }) => type));
		const base = portBase(this.definition, stack.environmentVariables);
		const ports = assignPortBlocks(base, types, this.state.formation.ports, inUse);
		this.dispatch({ kind: 'defined', definitions, ports });
		this.observers.tellStack();
	}

	/** Makes the state take events, and everything follow that they entail. */
	dispatch(...events: SupervisorEvent[]): void {
		this.#machine.dispatch(events);
	}

	/**
	 * Records a new formation before anything is done about it, so that what was promised is never forgotten.
	 * @param shell for what starts from now on; null: as before
	 * @throws when it cannot be written; then nothing has changed
	 */
	async record(
		formation: Formation,
		restarts: readonly SupervisorEvent[],
		shell: Readonly<Record<string, string>> | null,
	): Promise<void> {
		if (this.#isAbandoned) throw lostLock();
		await writeFormation(this.paths, formation, this.#boot);
		if (shell !== null) this.redefine(shell);
		// Port blocks follow the files and may have changed while this was written.
		const { ports } = this.state.formation;
		this.dispatch({ kind: 'formation', formation: { ...formation, ports } }, ...restarts);
		this.observers.tellStack();
	}

	/** Runs one after another what must not see a formation that another is about to replace. */
	exclusively<T>(work: () => Promise<T>): Promise<T> {
		const turn = this.#turn.then(work);
		this.#turn = turn.catch(() => {});
		return turn;
	}

	/** Plans a change, records it and sets it going, after those before it. */
	begin(change: SupervisorChange): Promise<{ readonly planned: Plan; readonly problem: Error | null }> {
		return this.exclusively(() => begin(this, change));
	}

	async keep(entry: HistoryEntry): Promise<void> {
		if (this.#isAbandoned) return;
		await appendHistory(this.paths.history, entry).catch((error: Error) => {
			process.stderr.write(`cannot write the history: ${error.message}\n`);
		});
	}

	projection(): ReturnType<Observed['projection']> {
		const { definition, initial, launches, problems } = this;
		return {
			definition,
			initial,
			problems,
			drift: [],
			clock: { mono: monotonicNow(), wall: Date.now() },
			supervisorPid: process.pid,
			readinessOf: isReady,
			commandOf: (launch) => launches.commandOf(launch),
			...WITHOUT_RELEASES,
		};
	}

	/** Ends every process at once, whatever its stop sequence says. */
	kill(): void {
		this.#effects.killAll();
	}

	/** Pushes events from now on; returns how to stop it. */
	listen(listener: Listener, wantsStats: boolean): () => void {
		const stop = this.observers.add(wantsStats ? listener : withoutStats(listener));
		if (!wantsStats) return stop;
		const releaseStats = this.#ticker.wantStats();
		listener({ kind: 'stats', stats: this.#ticker.recentStats() });
		return () => {
			stop();
			releaseStats();
		};
	}

	stats(): ServerStats {
		return this.#ticker.recentStats();
	}

	launchOf(instance: Instance): Launch | null {
		return this.launches.of(instance, this.state);
	}

	/** Decides nothing any more. Who ends us may be ending the instances as well: none is started again for that. */
	halt(): void {
		this.#machine.halt();
	}

	/** Stops acting at once, and saves nothing. */
	abandon(): void {
		this.#isAbandoned = true;
		this.halt();
		this.#timers.close();
		this.#effects.close();
		this.watch.close();
		this.#balancer.close();
		this.#saved.abandon();
		this.#ticker.abandon();
	}

	/** Lets go of everything but the instances. */
	async close(): Promise<void> {
		if (this.#isAbandoned) return;
		this.halt();
		this.#timers.close();
		this.#balancer.close();
		const logsBounded = this.#ticker.close();
		this.#effects.close();
		this.watch.close();
		await Promise.all([this.#saved.now(), logsBounded]);
	}

	/** What follows from a step: effects, and what keeps up with the instances that changed. */
	#follow(before: SupervisorState, effects: readonly Effect[]): void {
		const { state } = this;
		if (before.instances !== state.instances) this.#followInstances(before.instances, state.instances);
		this.#effects.perform(effects);
		this.#balancer.want(state.formation.power === 'up');
		this.settling.check(state);
	}

	#followInstances(before: SupervisorState['instances'], after: SupervisorState['instances']): void {
		const now = monotonicNow();
		const changed = [...after.values()].filter((instance) => before.get(instance.name) !== instance);
		const removed = [...before.keys()].filter((name) => !after.has(name));
		for (const instance of changed) this.#timers.arm(instance, before.get(instance.name), now);
		for (const name of removed) this.#timers.disarm(name);
		if (changed.length === 0 && removed.length === 0) return;
		this.observers.tellInstances([...changed.map(({ name }) => name), ...removed]);
		this.#saved.soon();
	}

	#elapsed(names: readonly string[]): void {
		const events = names.flatMap((name): SupervisorEvent[] => {
			const instance = this.state.instances.get(name);
			if (instance === undefined) return [];
			return [this.#effects.survivorsOf(instance) ?? { kind: 'elapsed', name }];
		});
		if (events.length > 0) this.dispatch(...events);
	}
}

function lostLock(): ProcdeckError {
	return new ProcdeckError(
		'internal',
		'this supervisor lost its lock: another one may be in its place',
		'try again',
	);
}

function withoutStats(listener: Listener): Listener {
	return (event) => {
		if (event.kind !== 'stats') listener(event);
	};
}
