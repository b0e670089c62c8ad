import { Gate } from '../../link/ssh/gate.ts';

/** So many connections at a time are no rush. */
const FEW = 10;
/** Hundreds that waited must not all begin at once. */
const LATER_AT_ONCE = 4;

/** Connections that are being made in this process: what can wait does not take their time from them. */
export class Rush {
	readonly #later = new Gate(LATER_AT_ONCE);
	#count = 0;
	#waiting: (() => void)[] = [];

	/** Counts a connection until it is made or has failed. */
	async during<T>(connecting: Promise<T>): Promise<T> {
		this.#count++;
		try {
			return await connecting;
		} finally {
			this.#count--;
			if (this.#count <= FEW) for (const goOn of this.#waiting.splice(0)) goOn();
		}
	}

	/** Does what can wait, when few connections are being made, and few of it at a time. */
	async later(work: () => Promise<void>): Promise<void> {
		if (this.#count > FEW) await new Promise<void>((resolve) => this.#waiting.push(resolve));
		const leave = await this.#later.enter();
		await work().finally(leave);
	}
}

/** Of all servers. */
export const rush = new Rush();
