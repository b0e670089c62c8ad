import { monotonicNow } from '../../linux/proc.ts';
import type { HistoryEntry } from '../../model/change.ts';
import { HISTORY_KEPT, type ServerEvent, type ServerObservation } from '../../model/observed.ts';
import { type ProjectionContext, project, projectInstance, projectTypes } from './project.ts';
import type { Supervisor } from './supervisor.ts';

export type Listener = (event: ServerEvent) => void;

/** Who watches a supervisor, and what they are told of it. */
export class Observers {
	readonly #supervisor: Supervisor;
	readonly #listeners = new Set<Listener>();
	#history: readonly HistoryEntry[];

	constructor(supervisor: Supervisor, history: readonly HistoryEntry[]) {
		this.#supervisor = supervisor;
		this.#history = history;
	}

	snapshot(): ServerObservation {
		return project(this.#supervisor.state, this.#projection());
	}

	/** Pushes events from now on; returns how to stop it. */
	add(listener: Listener): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	tell(event: ServerEvent): void {
		for (const listener of this.#listeners) listener(event);
	}

	/**
	 * The time of a new entry, in ISO 8601. The order of entries is that of their times, so it is later than all before it
	 * even where the clock was set back.
	 */
	nextEntryAt(): string {
		const latest = Math.max(...this.#history.map(({ at }) => Date.parse(at)));
		return new Date(Math.max(Date.now(), latest + 1)).toISOString();
	}

	tellHistory(entry: HistoryEntry): void {
		const others = this.#history.filter(({ id }) => id !== entry.id);
		this.#history = [...others, entry].slice(-HISTORY_KEPT);
		this.tell({ kind: 'history', entry });
	}

	/** @param names of those that changed or, where there is no such instance any more, were removed */
	tellInstances(names: readonly string[]): void {
		if (names.length === 0) return;
		const { state } = this.#supervisor;
		const clock = now();
		const present = names.flatMap((name) => state.instances.get(name) ?? []);
		this.tell({
			kind: 'instances',
			changed: present.map((instance) => projectInstance(state, instance, clock)),
			removed: names.filter((name) => !state.instances.has(name)),
		});
	}

	/** Also tells of every instance: what is stale depends on the files alone. */
	tellStack(): void {
		const { state } = this.#supervisor;
		const projection = this.#projection();
		const types = projectTypes(state, projection);
		this.tell({ kind: 'stack', power: state.formation.power, types, problems: projection.problems });
		this.tellInstances([...state.instances.keys()]);
	}

	#projection(): ProjectionContext {
		const { definition, initial, launches, problems } = this.#supervisor;
		return {
			definition,
			initial,
			problems,
			history: this.#history,
			clock: now(),
			supervisorPid: process.pid,
			commandOf: (launch) => launches.commandOf(launch),
		};
	}
}

function now(): ProjectionContext['clock'] {
	return { mono: monotonicNow(), wall: Date.now() };
}
