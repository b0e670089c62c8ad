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
	let publishedAt = 0;
	let turn: NodeJS.Immediate | null = null;

	const draw = () => {
		turn = null;
		for (const listener of listeners) listener();
	};
	const publish = () => {
		if (timer !== null) clearTimeout(timer);
		timer = null;
		publishedAt = performance.now();
		follow();
		outdated = true;
		// What a key has set going is on its way before the screen takes its time.
		turn ??= setImmediate(draw);
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
		publishSoon() {
			timer ??= setTimeout(publish, Math.max(0, publishedAt + FRAME_MS - performance.now()));
		},
		stop() {
			if (timer !== null) clearTimeout(timer);
			if (turn !== null) clearImmediate(turn);
			listeners.clear();
		},
	};
}
