import { typeOf } from '../plan/names.ts';
import type { PlannedRestart } from '../plan/plan.ts';
import type { Rollout } from '../plan/state.ts';

/** How one instance came back from its restart. */
export type Replacement = 'settled' | 'failed';

export interface RollingHooks {
	/** What is under way now; told whenever it changes. */
	readonly onProgress: (rollouts: readonly Rollout[]) => void;
	/** The number of starts of an instance by now. */
	readonly startsOf: (name: string) => number;
	/** Restarts an instance, and tells when it has settled again or will not. */
	readonly replace: (name: string) => Promise<Replacement>;
}

/** Carries out rolling restarts: so many at a time, and those of one type one after another. */
export class Rolling {
	readonly #hooks: RollingHooks;
	readonly #underWay = new Set<{ rollout: Rollout }>();
	readonly #turns = new Map<string, Promise<void>>();

	constructor(hooks: RollingHooks) {
		this.#hooks = hooks;
	}

	add({ names, width }: PlannedRestart): void {
		const entry = { rollout: { pending: [...names], current: [], width: width ?? names.length } as Rollout };
		this.#underWay.add(entry);
		this.#tell();
		const type = typeOf(names[0] ?? '');
		const turn = (this.#turns.get(type) ?? Promise.resolve()).then(() => this.#roll(entry));
		this.#turns.set(type, turn);
	}

	/** Those that wait for their turn are left as they are. */
	giveUp(): void {
		for (const entry of this.#underWay) entry.rollout = { ...entry.rollout, pending: [] };
		this.#tell();
	}

	async #roll(entry: { rollout: Rollout }): Promise<void> {
		const workers = Array.from({ length: entry.rollout.width }, () => this.#work(entry));
		await Promise.all(workers);
		this.#underWay.delete(entry);
		this.#tell();
	}

	async #work(entry: { rollout: Rollout }): Promise<void> {
		for (;;) {
			const [name, ...pending] = entry.rollout.pending;
			if (name === undefined) return;
			const turn = { name, starts: this.#hooks.startsOf(name) };
			entry.rollout = { ...entry.rollout, pending, current: [...entry.rollout.current, turn] };
			this.#tell();
			const replacement = await this.#hooks.replace(name);
			const current = entry.rollout.current.filter((other) => other.name !== name);
			// The rest keeps working with what it has: better one broken instance than all of them.
			entry.rollout = {
				...entry.rollout,
				current,
				pending: replacement === 'failed' ? [] : entry.rollout.pending,
			};
			this.#tell();
		}
	}

	#tell(): void {
		this.#hooks.onProgress([...this.#underWay].map(({ rollout }) => rollout));
	}
}
