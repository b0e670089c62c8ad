import { bootId, monotonicNow } from '../../linux/proc.ts';
import type { Change, ChangeOptions, ChangeRow, HistoryEntry } from '../../model/change.ts';
import type { FileMessage } from '../../model/errors.ts';
import type { Launch } from '../../model/launch.ts';
import {
	HISTORY_KEPT,
	type ServerEvent,
	type ServerObservation,
	type ServerStats,
} from '../../model/observed.ts';
import { assignPortBlocks, portBase } from '../../model/ports.ts';
import type { ServerDefinition } from '../../model/stack.ts';
import { adopt, recoverUnrecorded } from './adoption.ts';
import { carryOut } from './carry-out.ts';
import { define, launchesInUse } from './definitions.ts';
import { Effects } from './effects.ts';
import { initialCounts } from './initial.ts';
import type { StatePaths } from './paths.ts';
import { project, projectInstance, projectTypes } from './project.ts';
import { type LaunchRecord, type Recorded, writeFormation } from './records.ts';
import { SavedInstances } from './saved-instances.ts';
import { Settling } from './settling.ts';
import type { StackWatch } from './stack-watch.ts';
import type { Goal } from './step/goals.ts';
import type { Clock, Formation, Instance, SupervisorEvent, SupervisorState } from './step/state.ts';
import { step } from './step/step.ts';
import { setUp, withoutOverride } from './step/verbs/power.ts';
import { Ticker } from './ticker.ts';
import { LONGEST_TIMER_MS, Timers } from './timers.ts';

export interface SupervisorOptions {
	readonly definition: ServerDefinition;
	readonly paths: StatePaths;
	readonly watch: StackWatch;
	readonly recorded: Recorded;
	readonly launches: LaunchRecord;
	readonly history: readonly HistoryEntry[];
}

/**
 * The embedded supervisor: holds the state, lets `step` decide, carries out its effects, tells who listens, and saves.
 * It knows nothing of sockets or terminals.
 */
export class Supervisor {
	readonly definition: ServerDefinition;
	readonly paths: StatePaths;
	readonly watch: StackWatch;
	readonly settling = new Settling();
	readonly #boot = bootId();
	readonly #effects: Effects;
	readonly #ticker: Ticker;
	readonly #saved: SavedInstances;
	readonly #listeners = new Set<(event: ServerEvent) => void>();
	readonly #timers = new Timers((names) => this.#elapsed(names));
	#state: SupervisorState;
	#history: HistoryEntry[];
	#shell: Readonly<Record<string, string>>;
	#launches: Readonly<Record<string, Launch>>;
	#queue: SupervisorEvent[] = [];
	#stepping = false;
	#isAbandoned = false;
	#turn: Promise<unknown> = Promise.resolve();

	constructor({ definition, paths, watch, recorded, launches, history }: SupervisorOptions) {
		this.definition = definition;
		this.paths = paths;
		this.watch = watch;
		this.#state = recorded.state;
		this.#shell = launches.shell;
		this.#launches = launches.launches;
		this.#history = [...history];
		this.#effects = new Effects(this);
		this.#ticker = new Ticker(this);
		this.#saved = new SavedInstances(this, this.#boot, () => this.#publishStack());
	}

	/** What a supervisor after this one needs to start an instance again as it was. */
	get shell(): Readonly<Record<string, string>> {
		return this.#shell;
	}

	get launches(): Readonly<Record<string, Launch>> {
		return this.#launches;
	}

	get state(): SupervisorState {
		return this.#state;
	}

	get initial(): Record<string, number> {
		return initialCounts(this.watch.stack, this.definition);
	}

	/** Takes over what still runs from an earlier supervisor, and begins to act. */
	async open(): Promise<void> {
		await this.#effects.open();
		this.#state = recoverUnrecorded(this.#state, this.#effects.trees.carriers());
		for (const instance of this.#state.instances.values())
			this.#timers.arm(instance, undefined, monotonicNow());
		this.redefine();
		adopt(this, this.#effects);
		this.#ticker.open();
	}

	/** Reads the definitions from the stack again, with the given shell for what starts from now on. */
	redefine(shell: Readonly<Record<string, string>> = this.#shell): void {
		this.#shell = shell;
		const defined = define(this.watch.stack, shell);
		this.#launches = { ...launchesInUse(this.#launches, this.#state), ...defined.launches };
		const types = defined.definitions.map(({ type }) => type);
		const inUse = new Set([...this.#state.instances.values()].map(({ type }) => type));
		const base = portBase(this.definition, this.watch.stack.environmentVariables);
		const ports = assignPortBlocks(base, types, this.#state.formation.ports, inUse);
		this.dispatch({ kind: 'defined', definitions: defined.definitions, ports });
		this.#publishStack();
	}

	/** Makes the state take events, and everything follow that they entail. */
	dispatch(...events: SupervisorEvent[]): void {
		if (this.#isAbandoned) return;
		this.#queue.push(...events);
		if (this.#stepping) return;
		this.#stepping = true;
		try {
			while (this.#queue.length > 0) this.#step(this.#queue.splice(0));
		} finally {
			this.#stepping = false;
		}
	}

	/**
	 * Records a new formation before anything is done about it, so that what was promised is never forgotten.
	 * @throws when it cannot be written; then nothing has changed
	 */
	async record(formation: Formation, restarts: readonly SupervisorEvent[]): Promise<void> {
		await writeFormation(this.paths, formation, this.#boot);
		// Port blocks follow the files and may have changed while this was written.
		const { ports } = this.#state.formation;
		this.dispatch({ kind: 'formation', formation: { ...formation, ports } }, ...restarts);
		this.#publishStack();
	}

	/** Runs one after another what must not see a formation that another is about to replace. */
	exclusively<T>(work: () => Promise<T>): Promise<T> {
		const turn = this.#turn.then(work);
		this.#turn = turn.catch(() => {});
		return turn;
	}

	apply(change: Change, options: ChangeOptions): Promise<ChangeRow[]> {
		return carryOut(this, change, options);
	}

	/** Starts what is wanted without anybody's verb: at a boot, or in the foreground. */
	powerUp(formation: Partial<Formation>, shell: Readonly<Record<string, string>> | null): Promise<void> {
		return this.exclusively(() => {
			this.redefine(shell ?? this.#shell);
			return this.record({ ...setUp(this.#state.formation, this.initial), power: 'up', ...formation }, []);
		});
	}

	/** Stops everything without anybody's verb; resolves when nothing is left, or cannot be ended. */
	async powerOff(power: 'down' | 'never'): Promise<void> {
		await this.exclusively(() => {
			const formation = withoutOverride({ ...this.#state.formation, power, held: [] });
			// What runs is stopped even if that cannot be written down.
			return this.record(formation, []).catch(() => this.dispatch({ kind: 'formation', formation }));
		});
		const goals = [...this.#state.instances.keys()].map((name): Goal => ({ kind: 'rests', name }));
		await this.settling.wait(goals, this.#state, LONGEST_TIMER_MS, () => {});
	}

	/** Ends every process at once, whatever its stop sequence says. */
	kill(): void {
		this.#effects.killAll();
	}

	snapshot(): ServerObservation {
		return project(this.#state, {
			definition: this.definition,
			clock: this.clock(),
			supervisorPid: process.pid,
			problems: this.#problems(),
			history: this.#history,
			initial: this.initial,
			commandOf: (launch) => this.#launches[launch]?.command ?? '',
		});
	}

	/** Pushes events from now on; returns how to stop it. */
	listen(listener: (event: ServerEvent) => void, wantsStats: boolean): () => void {
		const listening = wantsStats ? listener : withoutStats(listener);
		this.#listeners.add(listening);
		const releaseStats = wantsStats ? this.#ticker.wantStats() : () => {};
		if (wantsStats) listener({ kind: 'stats', stats: this.#ticker.recentStats() });
		return () => {
			this.#listeners.delete(listening);
			releaseStats();
		};
	}

	stats(): ServerStats {
		return this.#ticker.recentStats();
	}

	launchOf(instance: Instance): Launch | null {
		const key = instance.launch ?? this.#state.definitions.get(instance.type)?.launch;
		return key === undefined ? null : (this.#launches[key] ?? null);
	}

	addHistory(entry: HistoryEntry): void {
		this.#history = [...this.#history.filter(({ id }) => id !== entry.id), entry].slice(-HISTORY_KEPT);
		this.publish({ kind: 'history', entry });
	}

	publish(event: ServerEvent): void {
		for (const listener of this.#listeners) listener(event);
	}

	clock(): Clock {
		return { mono: monotonicNow(), wall: Date.now(), random: Math.random() };
	}

	/** Stops acting at once, and saves nothing. */
	abandon(): void {
		this.#isAbandoned = true;
		this.#timers.close();
		this.#effects.close();
		this.watch.close();
		this.#saved.abandon();
		void this.#ticker.close();
	}

	/** Lets go of everything but the instances. */
	async close(): Promise<void> {
		this.#timers.close();
		const logsBounded = this.#ticker.close();
		this.#effects.close();
		this.watch.close();
		await Promise.all([this.#saved.now(), logsBounded]);
	}

	#step(events: SupervisorEvent[]): void {
		const before = this.#state;
		const { state, effects } = step(before, events, this.clock());
		this.#state = state;
		this.#follow(before, state);
		this.#effects.perform(effects);
		this.settling.check(state);
	}

	/** Timers, listeners and files follow the instances that changed. */
	#follow(before: SupervisorState, after: SupervisorState): void {
		if (before.instances === after.instances) return;
		const clock = this.clock();
		const changed = [...after.instances.values()].filter(
			(instance) => before.instances.get(instance.name) !== instance,
		);
		const removed = [...before.instances.keys()].filter((name) => !after.instances.has(name));
		for (const instance of changed)
			this.#timers.arm(instance, before.instances.get(instance.name), clock.mono);
		for (const name of removed) this.#timers.disarm(name);
		if (changed.length === 0 && removed.length === 0) return;
		this.publish({
			kind: 'instances',
			changed: changed.map((instance) => projectInstance(after, instance, clock)),
			removed,
		});
		this.#saved.soon();
	}

	#elapsed(names: readonly string[]): void {
		const events = names.flatMap((name): SupervisorEvent[] => {
			const instance = this.#state.instances.get(name);
			if (instance === undefined) return [];
			return [this.#effects.survivorsOf(instance) ?? { kind: 'elapsed', name }];
		});
		if (events.length > 0) this.dispatch(...events);
	}

	#publishStack(): void {
		const types = projectTypes(this.#state, {
			initial: this.initial,
			commandOf: (launch) => this.#launches[launch]?.command ?? '',
		});
		this.publish({ kind: 'stack', power: this.#state.formation.power, types, problems: this.#problems() });
		const clock = this.clock();
		// What is stale depends on the files alone.
		const changed = [...this.#state.instances.values()].map((instance) =>
			projectInstance(this.#state, instance, clock),
		);
		if (changed.length > 0) this.publish({ kind: 'instances', changed, removed: [] });
	}

	#problems(): FileMessage[] {
		return [...this.watch.problems, ...(this.#saved.problem === null ? [] : [this.#saved.problem])];
	}
}

function withoutStats(listener: (event: ServerEvent) => void): (event: ServerEvent) => void {
	return (event) => {
		if (event.kind !== 'stats') listener(event);
	};
}
