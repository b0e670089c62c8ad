import { isAlive, monotonicNow } from '../../linux/proc.ts';
import type { Tree } from './trees.ts';

/** Watches processes that are not our children, which end without telling us. */
export class AdoptedWatch {
	readonly #processes = new Map<string, Tree>();
	readonly #onExit: (tree: Tree) => void;
	readonly #everyMs: number;
	#timer: NodeJS.Timeout | null = null;
	#lastThorough = 0;

	constructor(everyMs: number, onExit: (tree: Tree) => void) {
		this.#everyMs = everyMs;
		this.#onExit = onExit;
	}

	add(tree: Tree): void {
		this.#processes.set(tree.name, tree);
		this.#timer ??= setInterval(() => this.#look(), this.#everyMs);
	}

	close(): void {
		if (this.#timer !== null) clearInterval(this.#timer);
		this.#timer = null;
		this.#processes.clear();
	}

	#look(): void {
		// Asking the kernel for a pid is 20 times cheaper than reading /proc, but takes zombies for living.
		const thorough = monotonicNow() - this.#lastThorough > 1_000;
		if (thorough) this.#lastThorough = monotonicNow();
		for (const tree of this.#processes.values()) {
			if (exists(tree.process.pid) && (!thorough || isAlive(tree.process))) continue;
			this.#processes.delete(tree.name);
			this.#onExit(tree);
		}
		if (this.#processes.size === 0) this.close();
	}
}

function exists(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === 'EPERM';
	}
}
