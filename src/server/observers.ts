import type { HistoryEntry } from '../model/change.ts';
import { type ServerEvent, type ServerObservation, withEntry } from '../model/observed.ts';
import { type ProjectionContext, project, projectInstance, projectTypes } from './plan/project.ts';
import type { SupervisorState } from './plan/state.ts';

export type Listener = (event: ServerEvent) => void;

/** What is watched. */
export interface Observed {
	readonly state: SupervisorState;
	/** What has to be known besides the state, at this moment. */
	projection(): Omit<ProjectionContext, 'history'>;
}

/** Who watches a server, and what they are told of it. */
export class Observers {
	readonly #observed: Observed;
	readonly #listeners = new Set<Listener>();
	#history: readonly HistoryEntry[];

	constructor(observed: Observed, history: readonly HistoryEntry[]) {
		this.#observed = observed;
		this.#history = history;
	}

	snapshot(): ServerObservation {
		return project(this.#observed.state, this.#projection());
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

	/** What the history is by now, read anew; nobody is told. */
	recall(history: readonly HistoryEntry[]): void {
		this.#history = history;
	}

	/** Does nothing where it is known that far: what is written down is read again with each connection. */
	tellHistory(entry: HistoryEntry): void {
		const known = this.#history.find(({ id }) => id === entry.id);
		if (known !== undefined && (known.outcome !== null || entry.outcome === null)) return;
		this.#history = withEntry(this.#history, entry);
		this.tell({ kind: 'history', entry });
	}

	/** @param names of those that changed or, where there is no such instance any more, were removed */
	tellInstances(names: readonly string[]): void {
		if (names.length === 0) return;
		const { state } = this.#observed;
		const projection = this.#observed.projection();
		const present = names.flatMap((name) => state.instances.get(name) ?? []);
		this.tell({
			kind: 'instances',
			changed: present.map((instance) => projectInstance(state, instance, projection)),
			removed: names.filter((name) => !state.instances.has(name)),
		});
	}

	/** Also tells of every instance: what is stale depends on the files alone. */
	tellStack(): void {
		const { state } = this.#observed;
		const projection = this.#projection();
		const types = projectTypes(state, projection);
		const { problems, drift, release } = projection;
		this.tell({ kind: 'stack', power: state.formation.power, types, problems, drift, release });
		this.tellInstances([...state.instances.keys()]);
	}

	#projection(): ProjectionContext {
		return { ...this.#observed.projection(), history: this.#history };
	}
}
