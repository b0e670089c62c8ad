import { isDeepStrictEqual } from 'node:util';
import type { ServerDefinition } from '../../model/stack.ts';
import type { StackSource } from '../stack-source.ts';
import type { Announcer } from './announcer.ts';
import { driftOf } from './drift.ts';
import { unitName } from './names.ts';
import type { FilesOnServer } from './read-files.ts';
import type { CurrentRelease } from './releases/current.ts';
import type { Session } from './session.ts';
import type { StackState } from './stack-state.ts';
import type { Units } from './units.ts';

/** Files are read again when they are quiet for so long. */
const REREAD_AFTER_MS = 100;

/** What is asked of a connected server here. */
type Connected = Pick<Session, 'layout' | 'facts' | 'readFiles'> & { readonly units: Pick<Units, 'know'> };

export interface FilesWatchContext {
	readonly source: StackSource;
	readonly definition: ServerDefinition;
	readonly known: StackState;
	readonly announcer: Pick<Announcer, 'stack'>;
	/** The connection there is; null: none. */
	readonly session: () => Connected | null;
}

/** Keeps up with a stack's files, here and on the server, and with how they differ. */
export class FilesWatch {
	readonly #context: FilesWatchContext;
	readonly #unlisten: () => void;
	#drift: readonly string[] = [];
	#timer: NodeJS.Timeout | null = null;

	constructor(context: FilesWatchContext) {
		this.#context = context;
		this.#unlisten = context.source.listen(() => {
			context.known.redefine();
			this.taken();
		});
	}

	/** What on the server differs from the files, in words. */
	get drift(): readonly string[] {
		return this.#drift;
	}

	/** The server's files were read into the state: tells what follows from it. */
	taken(): void {
		const { known, announcer, session } = this.#context;
		const current = session();
		if (known.files === null || current === null) return;
		this.lookForDrift();
		for (const unit of enabledUnits(current, known.files)) void current.units.know(unit);
		announcer.stack();
	}

	lookForDrift(): void {
		const { known, source, definition, session } = this.#context;
		const current = session();
		if (known.files !== null && current !== null)
			this.#drift = driftOf(source.stack, definition, current, known.files);
	}

	/** The server's files may have become others. */
	readSoon(): void {
		if (this.#timer !== null) clearTimeout(this.#timer);
		this.#timer = setTimeout(() => {
			this.#timer = null;
			void this.read().catch(() => {});
		}, REREAD_AFTER_MS).unref();
	}

	/** Another release is current, and the server said which. */
	takeRelease(release: CurrentRelease): void {
		const { known } = this.#context;
		if (known.files === null) return;
		known.takeFiles({ ...known.files, release });
		this.taken();
	}

	close(): void {
		this.#unlisten();
		if (this.#timer !== null) clearTimeout(this.#timer);
	}

	/** What is known then is not older than the call. @throws Error where they cannot be read */
	async read(): Promise<void> {
		const { known, session } = this.#context;
		const current = session();
		for (;;) {
			const before = known.files;
			const files = await current?.readFiles();
			if (files === undefined || session() !== current) return;
			// A change that is recorded at this moment knows better, and is taken in by itself.
			if (known.isChanging) return this.readSoon();
			// What was taken in meanwhile may be newer than what was read, or older.
			if (known.files !== before) continue;
			if (isDeepStrictEqual(files, before)) return;
			known.takeFiles(files);
			return this.taken();
		}
	}
}

/** The units of the instances that a boot starts. */
export function enabledUnits({ layout }: Pick<Session, 'layout'>, { enabled }: FilesOnServer): string[] {
	return Object.entries(enabled).flatMap(([type, numbers]) =>
		numbers.map((index) => unitName(layout.prefix, type, index)),
	);
}
