import type { FileMessage } from '../../model/errors.ts';
import { writeInstances, writeLaunches } from './records.ts';
import { Saver } from './saver.ts';
import type { Supervisor } from './supervisor.ts';

const RETRY_MS = 1_000;

/** Keeps on disk which processes run and what they were started with, so that the next supervisor can take them over. */
export class SavedInstances {
	readonly #supervisor: Supervisor;
	readonly #boot: string;
	readonly #saver: Saver;
	readonly #onProblem: () => void;
	#launchesOnDisk = '';
	#problem: FileMessage | null = null;

	/** @param onProblem told when `problem` changed */
	constructor(supervisor: Supervisor, boot: string, onProblem: () => void) {
		this.#supervisor = supervisor;
		this.#boot = boot;
		this.#onProblem = onProblem;
		this.#saver = new Saver(
			() => this.#write(),
			(error) => this.#note(error),
		);
	}

	/** Why nothing can be saved, or null. */
	get problem(): FileMessage | null {
		return this.#problem;
	}

	soon(): void {
		this.#saver.soon();
	}

	abandon(): void {
		this.#saver.abandon();
	}

	now(): Promise<void> {
		return this.#saver.now();
	}

	#note(error: Error | null): void {
		const before = this.#problem?.message;
		const file = this.#supervisor.paths.directory;
		this.#problem = error === null ? null : { file, line: null, message: error.message };
		if (this.#problem?.message !== before) this.#onProblem();
		// For as long as it fails it is tried again: what is not written would not be adopted.
		if (error !== null) setTimeout(() => this.#saver.soon(), RETRY_MS).unref();
	}

	async #write(): Promise<void> {
		const { paths, state, launches } = this.#supervisor;
		const record = launches.record(state);
		const content = JSON.stringify([record.shell, Object.keys(record.launches)]);
		if (content !== this.#launchesOnDisk) {
			await writeLaunches(paths, record);
			this.#launchesOnDisk = content;
			if (this.#supervisor.isAbandoned) return;
		}
		await writeInstances(paths, state.instances.values(), this.#boot);
	}
}
