import type { SystemdBus } from './bus.ts';

/** What systemd was asked to do with an instance and has not done yet. */
export type Asked = 'start' | 'stop' | 'restart';

/** A job that is under way. */
interface Job {
	readonly name: string;
	readonly asked: Asked;
	readonly resolve: (result: string) => void;
}

/** The jobs that were asked for here, until systemd says how they ended. */
export class Jobs {
	readonly #underWay = new Map<string, Job>();
	/** Ended before the answer that names them was taken in. */
	readonly #early = new Map<string, string>();
	#calling = 0;
	readonly #asked = new Map<string, Asked>();

	/** What is under way with an instance; null: nothing. */
	of(name: string): Asked | null {
		return this.#asked.get(name) ?? null;
	}

	/**
	 * Asks for a job and waits for its end.
	 * @returns `done`, or how else it ended in systemd's own word (`failed`, `timeout`, `canceled`, `dependency`); `lost`:
	 * nobody told
	 * @throws BusError when systemd refuses it
	 */
	async run(bus: SystemdBus, name: string, unit: string, asked: Asked): Promise<string> {
		this.#asked.set(name, asked);
		try {
			const job = await this.#call(() => bus[asked](unit));
			const early = this.#early.get(job);
			this.#early.delete(job);
			return early ?? (await new Promise((resolve) => this.#underWay.set(job, { name, asked, resolve })));
		} finally {
			this.#asked.delete(name);
		}
	}

	/** systemd said that a job has ended. */
	ended(job: string, result: string): void {
		const underWay = this.#underWay.get(job);
		this.#underWay.delete(job);
		if (underWay !== undefined) underWay.resolve(result);
		else if (this.#calling > 0) this.#early.set(job, result);
	}

	async #call(call: () => Promise<string>): Promise<string> {
		this.#calling++;
		try {
			return await call();
		} finally {
			this.#calling--;
		}
	}

	/** The connection is gone: nobody will tell. */
	forget(): void {
		for (const { resolve } of this.#underWay.values()) resolve('lost');
		this.#underWay.clear();
		this.#early.clear();
		this.#asked.clear();
	}
}
