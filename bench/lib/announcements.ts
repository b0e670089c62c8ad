import { execFileSync } from 'node:child_process';
import { constants, openSync } from 'node:fs';
import { Socket } from 'node:net';

/** One line that a program wrote into the pipe, and when it came. */
export interface Announcement {
	/** Milliseconds of `performance.now()`. */
	readonly at: number;
	readonly text: string;
}

/** A named pipe into which programs under test say what they have reached: no polling, and none goes unseen. */
export class Announcements {
	readonly path: string;
	readonly all: Announcement[] = [];
	readonly #socket: Socket;
	#rest = '';
	#wake: () => void = () => {};

	constructor(path: string) {
		execFileSync('mkfifo', [path]);
		this.path = path;
		// Open for both directions, it does not end between two writers.
		this.#socket = new Socket({
			fd: openSync(path, constants.O_RDWR | constants.O_NONBLOCK),
			readable: true,
		});
		this.#socket.on('data', (data) => this.#take(String(data)));
	}

	/**
	 * Waits until there are `count`.
	 * @returns them all
	 * @throws Error after `deadlineMs`, with how many there were
	 */
	async reach(count: number, deadlineMs: number): Promise<readonly Announcement[]> {
		let isLate = false;
		const deadline = setTimeout(() => {
			isLate = true;
			this.#wake();
		}, deadlineMs);
		while (this.all.length < count && !isLate) {
			await new Promise<void>((resolve) => {
				this.#wake = resolve;
			});
		}
		clearTimeout(deadline);
		if (this.all.length < count)
			throw new Error(`${this.all.length} of ${count} came within ${deadlineMs / 1000} s`);
		return this.all;
	}

	close(): void {
		this.#socket.destroy();
	}

	#take(text: string): void {
		const at = performance.now();
		const lines = (this.#rest + text).split('\n');
		this.#rest = lines.pop() ?? '';
		this.all.push(...lines.map((line) => ({ at, text: line })));
		this.#wake();
	}
}
