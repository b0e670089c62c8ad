import type { Instance, Phase, SupervisorState } from '../../plan/state.ts';
import type { Clock, Effect } from './events.ts';

/** One step's working copy: the state before stays as it was. */
export class Draft {
	readonly clock: Clock;
	readonly effects: Effect[] = [];
	formation: SupervisorState['formation'];
	definitions: SupervisorState['definitions'];
	rollouts: SupervisorState['rollouts'];
	readonly #before: SupervisorState;
	#instances: Map<string, Instance> | null = null;

	constructor(before: SupervisorState, clock: Clock) {
		this.#before = before;
		this.clock = clock;
		this.formation = before.formation;
		this.definitions = before.definitions;
		this.rollouts = before.rollouts;
	}

	get instances(): ReadonlyMap<string, Instance> {
		return this.#instances ?? this.#before.instances;
	}

	set(instance: Instance): Instance {
		this.#writable().set(instance.name, instance);
		return instance;
	}

	enter(instance: Instance, phase: Phase): Instance {
		return this.set({ ...instance, phase });
	}

	remove(name: string): void {
		this.#writable().delete(name);
	}

	finish(): SupervisorState {
		const { formation, definitions, rollouts, instances } = this;
		return { formation, definitions, rollouts, instances };
	}

	#writable(): Map<string, Instance> {
		this.#instances ??= new Map(this.#before.instances);
		return this.#instances;
	}
}
