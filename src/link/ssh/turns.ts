import type { Duplex } from 'node:stream';

/**
 * Milliseconds of work in one turn, besides the piece that is then under way. CPU time: where the machine is so busy that we
 * seldom get a turn, as much has to be done in it.
 */
const LONGEST_TURN_MS = 5;

type Work = () => void;

/**
 * Deals out the turns of the event loop. Node takes all that has come over hundreds of connections in one turn, and a key
 * or a timer waits behind all of it: what would make a turn long is left for the next ones, in the order in which it came.
 */
export class Turns {
	readonly #waiting: Work[] = [];
	readonly #cpuMs: () => number;
	#startedAt: number | null = null;

	/** @param cpuMs CPU time that this process has used, in milliseconds */
	constructor(cpuMs: () => number) {
		this.#cpuMs = cpuMs;
	}

	/** Whether something that has come waits for its turn. */
	get isBehind(): boolean {
		return this.#waiting.length > 0;
	}

	/** Does the work now, or in a later turn where this one has lasted long enough or other work waits. */
	do(work: Work): void {
		const isOver = this.#isOver();
		if (isOver || this.#waiting.length > 0) this.#waiting.push(work);
		else work();
	}

	/** Whether it is for the next turn to go on; begins a turn where none has begun. */
	#isOver(): boolean {
		if (this.#startedAt !== null) return this.#cpuMs() - this.#startedAt >= LONGEST_TURN_MS;
		this.#startedAt = this.#cpuMs();
		setImmediate(() => this.#end());
		return false;
	}

	#end(): void {
		this.#startedAt = null;
		if (this.#waiting.length > 0) this.#goOn();
	}

	readonly #goOn = (): void => {
		if (this.#waiting.length === 0 || this.#isOver()) return;
		this.#waiting.shift()?.();
		// What the work has left to be done within this turn comes first.
		process.nextTick(this.#goOn);
	};
}

function cpuMs(): number {
	const { user, system } = process.cpuUsage();
	return (user + system) / 1000;
}

/** Of all connections. */
const turns = new Turns(cpuMs);

/** Whether servers may have said something that nobody has looked at yet. */
export function isBehind(): boolean {
	return turns.isBehind;
}

/** Has a stream take its turn: until what has come over it may be worked on, no more is read. @returns the stream */
export function inTurn<Stream extends Duplex>(stream: Stream): Stream {
	const push = stream.push.bind(stream);
	stream.push = (chunk, encoding) => {
		let wantsMore = false;
		turns.do(() => {
			wantsMore = push(chunk, encoding);
		});
		return wantsMore;
	};
	return stream;
}
