import type { HistoryEntry } from '../../model/change.ts';
import { followHistory } from './history.ts';
import type { Live } from './live.ts';
import { rush } from './rush.ts';

/** What runs comes first, and who asks only once does not wait for the past. */
const FOLLOWED_AFTER_MS = 500;
/** As exactly as the server's clock is known. */
const CLOCKS_DIFFER_MS = 1_000;

export interface HistoryWatchContext {
	/** The connection there is; null: none. */
	readonly current: () => Live | null;
	/** Whether anybody goes on looking. */
	readonly isWanted: () => boolean;
	readonly onEntry: (entry: HistoryEntry) => void;
	/** Somebody changed something: what is held or paused may have become another. */
	readonly onChange: () => void;
}

/** Follows what is written of a stack's changes on its server, for those who go on looking. */
export class HistoryWatch {
	readonly #context: HistoryWatchContext;
	/** The connection over which it is followed. */
	#followed: Live | null = null;

	constructor(context: HistoryWatchContext) {
		this.#context = context;
	}

	/** There is another connection, or one more who looks. */
	soon(): void {
		const live = this.#context.current();
		if (live === null) return;
		setTimeout(() => void rush.later(() => this.#follow(live)), FOLLOWED_AFTER_MS).unref();
	}

	/** Once for each connection. */
	async #follow(live: Live): Promise<void> {
		const { current, isWanted, onEntry, onChange } = this.#context;
		if (current() !== live || this.#followed === live || !isWanted()) return;
		this.#followed = live;
		const told = (entry: HistoryEntry, writtenAt: number) => {
			onEntry(entry);
			if (writtenAt > live.readAt - CLOCKS_DIFFER_MS) onChange();
		};
		await followHistory(live.session, told).catch(() => {});
	}
}
