import type { Command, CommandResult, RunOptions } from '../link.ts';
import type { Shell } from './shell.ts';

const MOST_SHELLS = 2;
const SECOND_IDLE_MS = 30_000;

interface Waiting {
	readonly command: Command;
	readonly options: RunOptions;
	readonly resolve: (result: CommandResult) => void;
	readonly reject: (error: Error) => void;
}

/** Runs commands in the order in which they come, in one shell, or in two when the first is busy. */
export class Shells {
	readonly #open: () => Promise<Shell>;
	readonly #mayOpenSecond: () => boolean;
	readonly #idle: Shell[] = [];
	#waiting: Waiting[] = [];
	#count = 0;
	#idleTimer: NodeJS.Timeout | undefined;

	/** @param mayOpenSecond whether the link has room for it now */
	constructor(open: () => Promise<Shell>, mayOpenSecond: () => boolean) {
		this.#open = open;
		this.#mayOpenSecond = mayOpenSecond;
	}

	/** @throws ProcdeckError when no shell can be opened */
	run(command: Command, options: RunOptions): Promise<CommandResult> {
		return new Promise((resolve, reject) => {
			this.#waiting.push({ command, options, resolve, reject });
			this.#next();
		});
	}

	#next(): void {
		if (this.#waiting.length === 0) return;
		const shell = this.#idle.shift();
		if (shell !== undefined) void this.#serve(shell);
		else if (this.#count === 0 || (this.#count < MOST_SHELLS && this.#mayOpenSecond())) void this.#add();
	}

	async #add(): Promise<void> {
		this.#count++;
		try {
			void this.#serve(await this.#open());
		} catch (error) {
			this.#count--;
			// Where another one works, those who wait get their turn there.
			if (this.#count > 0) return;
			for (const { reject } of this.#waiting.splice(0)) reject(error as Error);
		}
	}

	async #serve(shell: Shell): Promise<void> {
		clearTimeout(this.#idleTimer);
		for (;;) {
			const job = shell.isOpen ? this.#waiting.shift() : undefined;
			if (job === undefined) break;
			try {
				job.resolve(await shell.run(job.command, job.options));
			} catch (error) {
				job.reject(error as Error);
			}
		}
		if (shell.isOpen) this.#rest(shell);
		else {
			this.#count--;
			this.#next();
		}
	}

	#rest(shell: Shell): void {
		this.#idle.push(shell);
		if (this.#idle.length < MOST_SHELLS) return;
		this.#idleTimer = setTimeout(() => {
			this.#idle.pop()?.close();
			this.#count--;
		}, SECOND_IDLE_MS);
		this.#idleTimer.unref();
	}
}
