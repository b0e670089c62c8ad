import { type FSWatcher, watch } from 'node:fs';
import { instanceOfFile } from './files.ts';

/** A look at the folder now and then, should a notice of the kernel be missed. */
const LOOK_MS = 5_000;
/** How soon a folder that is not there yet is looked for again. */
const RETRY_MS = 250;

/** Tells which logs may have grown. */
export class Growth {
	readonly #directory: string;
	readonly #signal: AbortSignal;
	readonly #grown = new Set<string>();
	#everything = true;
	#watcher: FSWatcher | null = null;
	#wake: () => void = () => {};

	constructor(directory: string, signal: AbortSignal) {
		this.#directory = directory;
		this.#signal = signal;
		signal.addEventListener('abort', this.#onAbort);
		this.#watch();
	}

	/** The instances whose logs may have grown since the last call; null: the folder has to be looked at. */
	take(): string[] | null {
		const taken = this.#everything ? null : [...this.#grown];
		this.#everything = false;
		this.#grown.clear();
		return taken;
	}

	/** Resolves when there may be something new, or the signal is aborted. */
	async next(): Promise<void> {
		if (this.#signal.aborted || this.#everything || this.#grown.size > 0) return;
		let timer: NodeJS.Timeout | undefined;
		await new Promise<void>((resolve) => {
			this.#wake = resolve;
			timer = setTimeout(() => this.#lookAtAll(), this.#watcher === null ? RETRY_MS : LOOK_MS);
		});
		clearTimeout(timer);
		if (this.#watcher === null) this.#watch();
	}

	close(): void {
		this.#signal.removeEventListener('abort', this.#onAbort);
		this.#watcher?.close();
	}

	#lookAtAll(): void {
		this.#everything = true;
		this.#wake();
	}

	readonly #onAbort = () => this.#wake();

	/** The folder comes with the first start; until then it is looked for now and then. */
	#watch(): void {
		try {
			this.#watcher = watch(this.#directory, (_, name) => {
				const instance = name === null ? null : instanceOfFile(name);
				if (instance === null) return;
				this.#grown.add(instance);
				this.#wake();
			});
			this.#watcher.on('error', () => this.#lookAgain());
			this.#everything = true;
		} catch {
			this.#everything = true;
		}
	}

	#lookAgain(): void {
		this.#watcher?.close();
		this.#watcher = null;
		this.#everything = true;
	}
}
