import { type FSWatcher, statSync, watch } from 'node:fs';
import { basename, dirname } from 'node:path';
import { inspectStack, loadStack } from '../../files/load-stack.ts';
import type { FileMessage } from '../../model/errors.ts';
import type { Stack } from '../../model/stack.ts';
import { inspectOrRecall } from './recall.ts';

/** How the app's files are found: `-C`, `-f` and `-e` as given. */
export interface StackFiles {
	readonly directory: string;
	readonly procfile: string | null;
	readonly environment: string | null;
}

/** An editor writes a file in several steps. */
const QUIET_MS = 100;

/** Keeps the stack as its files say; where they break, the last good version stays and the error is told. */
export class StackWatch {
	readonly #files: StackFiles;
	readonly #onChange: () => void;
	#stack: Stack;
	#problems: readonly FileMessage[];
	#watchers: FSWatcher[] = [];
	#timer: NodeJS.Timeout | null = null;
	#stamp: string;
	#reading: Promise<void> = Promise.resolve();

	private constructor(
		files: StackFiles,
		stack: Stack,
		problems: readonly FileMessage[],
		onChange: () => void,
	) {
		this.#files = files;
		this.#stack = stack;
		this.#problems = problems;
		this.#onChange = onChange;
		this.#stamp = this.#stampOfFiles();
		this.#watch();
	}

	/** @throws ProcdeckError where the files are broken from the start */
	static async open(files: StackFiles, onChange: () => void): Promise<StackWatch> {
		const { stack, errors } = await inspectOrRecall(files);
		// Nothing usable: the same files told as one error.
		if (stack === null) return new StackWatch(files, await loadStack(files), [], onChange);
		return new StackWatch(files, stack, errors, onChange);
	}

	get stack(): Stack {
		return this.#stack;
	}

	get problems(): readonly FileMessage[] {
		return this.#problems;
	}

	/** Reads the files now, for a change that must not miss an edit of a moment ago. */
	refresh(): Promise<void> {
		if (this.#timer !== null) clearTimeout(this.#timer);
		this.#timer = null;
		const reading = this.#reading.then(() => this.#read());
		this.#reading = reading.catch(() => {});
		return reading;
	}

	async #read(): Promise<void> {
		this.#stamp = this.#stampOfFiles();
		const { stack, problems } = await this.#inspect();
		this.#problems = problems;
		if (stack !== null && problems.length === 0) {
			const before = this.#stack.watchedFiles.join();
			this.#stack = stack;
			if (stack.watchedFiles.join() !== before) this.#watch();
		}
		this.#onChange();
	}

	/** Reads the files again if they are not as they were: an edit of this very moment may not be noticed yet. */
	async refreshIfTouched(): Promise<void> {
		// What is being read at this moment has its stamp already, but not yet its effect.
		await this.#reading;
		if (this.#stampOfFiles() !== this.#stamp) await this.refresh();
	}

	#stampOfFiles(): string {
		const stamps = this.#stack.watchedFiles.map((file) => {
			const found = statSync(file, { throwIfNoEntry: false });
			return found === undefined ? '' : `${found.ino} ${found.mtimeMs} ${found.size}`;
		});
		return stamps.join();
	}

	async #inspect(): Promise<{ stack: Stack | null; problems: readonly FileMessage[] }> {
		try {
			const { stack, errors, missingProcfile } = await inspectStack(this.#files);
			const problems = missingProcfile === null ? errors : [missingProcfile, ...errors];
			return { stack, problems: [...problems, ...this.#otherIdentity(stack)] };
		} catch (error) {
			// The folder is gone, or the stack file is no longer for this environment: what runs goes on.
			const { message } = error as Error;
			return { stack: null, problems: [{ file: this.#files.directory, line: null, message }] };
		}
	}

	/** The files may come to say that they are another stack's, such as when the stack file is removed. */
	#otherIdentity(stack: Stack | null): FileMessage[] {
		const { name, environment } = this.#stack;
		if (stack === null || (stack.name === name && stack.environment === environment)) return [];
		const file = basename(stack.stackFile ?? this.#stack.stackFile ?? 'procdeck.yml');
		const message = `this is ${name} (${environment}); the files are now those of ${stack.name} (${stack.environment})`;
		return [{ file, line: null, message }];
	}

	close(): void {
		if (this.#timer !== null) clearTimeout(this.#timer);
		for (const watcher of this.#watchers) watcher.close();
		this.#watchers = [];
	}

	#watch(): void {
		for (const watcher of this.#watchers) watcher.close();
		const names = Map.groupBy(this.#stack.watchedFiles, dirname);
		names.set(this.#stack.directory, names.get(this.#stack.directory) ?? []);
		this.#watchers = [...names].flatMap(([directory, files]) =>
			this.#watchDirectory(directory, new Set(files.map((file) => basename(file)))),
		);
	}

	/** Folders are watched and not files: an editor replaces a file by a new one. */
	#watchDirectory(directory: string, names: ReadonlySet<string>): FSWatcher[] {
		try {
			const watcher = watch(directory, (_, name) => {
				if (name === null || names.has(name)) this.#soon();
			});
			watcher.on('error', () => watcher.close());
			return [watcher];
		} catch {
			return [];
		}
	}

	#soon(): void {
		if (this.#timer !== null) clearTimeout(this.#timer);
		this.#timer = setTimeout(() => void this.refresh(), QUIET_MS);
	}
}
