/** Publishes lines to be drawn, and no more often than they can be looked at. */
export interface Painter {
	/** The painted lines; the same array while nothing changed. */
	readonly lines: () => readonly string[];
	readonly subscribe: (listener: () => void) => () => void;
	/** Has them drawn at once, in a turn of its own. */
	publish(): void;
	/** Has them drawn with the next frame. */
	publishSoon(): void;
	stop(): void;
}

/** State that changes faster than this is painted together; keys do not wait. */
const FRAME_MS = 33;
/** Where a drawing takes long, as on a machine that is busy, so many times as long is left to all else. */
const REST_SHARE = 2;
const LONGEST_REST_MS = 1_000;

function isSame(one: readonly string[], other: readonly string[]): boolean {
	return one.length === other.length && one.every((line, position) => line === other[position]);
}

/**
 * @param follow takes notice of what has changed; called before each drawing, not at each change
 */
export function createPainter(paintAll: () => readonly string[], follow: () => void): Painter {
	const listeners = new Set<() => void>();
	let lines: readonly string[] = [];
	let outdated = true;
	let timer: NodeJS.Timeout | null = null;
	/** Until then nothing but a key is drawn. */
	let restedAt = 0;
	let turn: NodeJS.Immediate | null = null;

	const draw = () => {
		turn = null;
		const startedAt = performance.now();
		for (const listener of listeners) listener();
		// React draws when those who listen have been told, in a microtask of its own.
		queueMicrotask(() => {
			const drawnAt = performance.now();
			const rest = Math.min(LONGEST_REST_MS, REST_SHARE * (drawnAt - startedAt));
			restedAt = Math.max(restedAt, drawnAt + rest);
		});
	};
	const publish = () => {
		if (timer !== null) clearTimeout(timer);
		timer = null;
		restedAt = performance.now() + FRAME_MS;
		follow();
		outdated = true;
		// What a key has set going is on its way before the screen takes its time.
		turn ??= setImmediate(draw);
	};
	const publishSoon = () => {
		timer ??= setTimeout(look, Math.max(0, restedAt - performance.now()));
	};
	const look = () => {
		timer = null;
		// What was about to be drawn may have been drawn in between, and taken long.
		if (performance.now() < restedAt) publishSoon();
		else publish();
	};
	return {
		lines() {
			if (!outdated) return lines;
			outdated = false;
			const painted = paintAll();
			// The same array means to React that there is nothing to draw: an idle screen costs nothing.
			if (!isSame(painted, lines)) lines = painted;
			return lines;
		},
		subscribe(listener) {
			listeners.add(listener);
			return () => listeners.delete(listener);
		},
		publish,
		publishSoon,
		stop() {
			if (timer !== null) clearTimeout(timer);
			if (turn !== null) clearImmediate(turn);
			listeners.clear();
		},
	};
}
