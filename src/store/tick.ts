/** Publishes at most once an interval, and not at all while nothing was marked. */
export interface Tick {
	/** Something is there to be published. */
	mark(): void;
	/** Calls `listener` at every publication, until the returned function is called. */
	subscribe(listener: () => void): () => void;
	stop(): void;
}

export function createTick(intervalMs: number): Tick {
	const listeners = new Set<() => void>();
	let timer: NodeJS.Timeout | null = null;
	const publish = () => {
		timer = null;
		for (const listener of listeners) listener();
	};
	return {
		mark() {
			timer ??= setTimeout(publish, intervalMs);
		},
		subscribe(listener) {
			listeners.add(listener);
			return () => listeners.delete(listener);
		},
		stop() {
			if (timer !== null) clearTimeout(timer);
			listeners.clear();
		},
	};
}
