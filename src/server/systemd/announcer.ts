import { monotonicNow } from '../../linux/proc.ts';
import type { Observers } from '../observers.ts';
import type { Settling } from '../settling.ts';
import type { StackState } from './stack-state.ts';

/** Tells observers and those who wait for changes what has become of a stack's instances, a burst of news at one time. */
export class Announcer {
	readonly #known: StackState;
	readonly #observers: Observers;
	readonly #settling: Settling;
	readonly #changed = new Set<string>();
	/** When instances that run will have settled. */
	readonly #timers = new Map<string, NodeJS.Timeout>();
	/** Instances that observers know of. */
	#told: ReadonlySet<string> = new Set();
	#turn: NodeJS.Immediate | null = null;

	constructor(known: StackState, observers: Observers, settling: Settling) {
		this.#known = known;
		this.#observers = observers;
		this.#settling = settling;
	}

	/** Something of these instances has changed, or of what waits for them. */
	soon(names: readonly string[]): void {
		for (const name of names) this.#changed.add(name);
		this.#turn ??= setImmediate(() => this.#tell());
	}

	/** What is wanted, held or run has changed: it concerns all of them. */
	stack(): void {
		this.#observers.tellStack();
		this.#tellRemoved();
		this.#settling.check(this.#known.state);
	}

	close(): void {
		for (const timer of this.#timers.values()) clearTimeout(timer);
	}

	#tell(): void {
		this.#turn = null;
		const changed = [...this.#changed];
		this.#changed.clear();
		for (const name of changed) this.#lookAgainLater(name);
		this.#observers.tellInstances(changed);
		this.#tellRemoved();
		this.#settling.check(this.#known.state);
	}

	/** What is no longer wanted goes with the files that said so. */
	#tellRemoved(): void {
		const { instances } = this.#known.state;
		this.#observers.tellInstances([...this.#told].filter((name) => !instances.has(name)));
		this.#told = new Set(instances.keys());
	}

	/** What runs settles by the time alone. */
	#lookAgainLater(name: string): void {
		const phase = this.#known.state.instances.get(name)?.phase;
		if (phase?.kind !== 'running' || phase.settled || phase.until === null) return;
		clearTimeout(this.#timers.get(name));
		const look = () => {
			if (this.#known.refresh(name)) this.soon([name]);
			else this.#lookAgainLater(name);
		};
		const wait = Math.max(1, phase.until - monotonicNow());
		this.#timers.set(name, setTimeout(look, wait).unref());
	}
}
