import { bySeverity, type Found } from '../model/finding.ts';
import type { Server } from '../server/server.ts';
import { type ConsoleStore, receiveFindings } from '../store/console-store.ts';
import { isReachable, serverNamed } from '../store/selectors.ts';
import type { VerbPage } from './console-verbs.ts';

/** Looks at servers as the doctor does: one at a time, while nothing else is to be done. */
export interface Checkups {
	/** A server is there, or has come back. */
	connected(name: string): void;
	/** Looks at all of them again: somebody wants to know. */
	again(): void;
	stop(): void;
}

export interface CheckupTimes {
	/** From one server to the next, and before the first; half as much again is left to chance. */
	readonly pauseMs: number;
	/** How long what was found of a server is good; half as much again is left to chance. */
	readonly everyMs: number;
}

/** A look takes some 20 ms of the processor here, and a tenth of a second there. */
const TIMES: CheckupTimes = { pauseMs: 4_000, everyMs: 60 * 60_000 };

interface CheckupOptions {
	/** As they are at any moment. */
	readonly servers: ReadonlyMap<string, Server>;
	readonly store: ConsoleStore;
	readonly times?: CheckupTimes;
}

class PatientCheckups implements Checkups {
	readonly #options: CheckupOptions;
	readonly #times: CheckupTimes;
	readonly #waiting = new Set<string>();
	/** When each server was looked at last, by the monotonic clock. */
	readonly #lookedAt = new Map<string, number>();
	readonly #repeats = new Map<string, NodeJS.Timeout>();
	#next: NodeJS.Timeout | null = null;
	#isOver = false;

	constructor(options: CheckupOptions) {
		this.#options = options;
		this.#times = options.times ?? TIMES;
	}

	connected(name: string): void {
		const lookedAt = this.#lookedAt.get(name) ?? Number.NEGATIVE_INFINITY;
		if (performance.now() - lookedAt >= this.#times.everyMs) this.#await(name);
	}

	again(): void {
		for (const name of this.#options.servers.keys()) this.#await(name);
	}

	stop(): void {
		this.#isOver = true;
		if (this.#next !== null) clearTimeout(this.#next);
		for (const timer of this.#repeats.values()) clearTimeout(timer);
	}

	#await(name: string): void {
		this.#waiting.add(name);
		this.#schedule();
	}

	#schedule(): void {
		if (this.#next !== null || this.#isOver || this.#waiting.size === 0) return;
		this.#next = setTimeout(() => void this.#turn(), withChance(this.#times.pauseMs)).unref();
	}

	async #turn(): Promise<void> {
		const [name] = this.#waiting;
		if (name !== undefined && isQuiet(this.#options.store)) {
			this.#waiting.delete(name);
			// What cannot be told now is told the next time.
			await this.#lookAt(name).catch(() => {});
		}
		this.#next = null;
		this.#schedule();
	}

	async #lookAt(name: string): Promise<void> {
		const { servers, store } = this.#options;
		const server = servers.get(name);
		const entry = serverNamed(store.getState(), name);
		// When it is back, it is looked at.
		if (server === undefined || entry === null || !isReachable(entry)) return;
		const found = await server.examine();
		// A look that was cut off says nothing of the server; when it is back, it is looked at anew.
		if (this.#isOver || servers.get(name) !== server || wasCutOff(found)) return;
		this.#lookedAt.set(name, performance.now());
		const wanting = found.filter(({ severity }) => severity !== 'fine');
		receiveFindings(store, name, bySeverity(wanting));
		clearTimeout(this.#repeats.get(name));
		const repeat = setTimeout(() => this.#await(name), withChance(this.#times.everyMs)).unref();
		this.#repeats.set(name, repeat);
	}
}

const OF_THE_LOOK_ITSELF = ['connection', 'examination'];

function wasCutOff(found: readonly Found[]): boolean {
	return found.some(({ check, severity }) => severity === 'fatal' && OF_THE_LOOK_ITSELF.includes(check));
}

function withChance(ms: number): number {
	return ms * (1 + Math.random() / 2);
}

/** Whether nothing is being changed from here. */
function isQuiet(store: ConsoleStore): boolean {
	const { pending, activities } = store.getState();
	return Object.keys(pending).length === 0 && activities.every(({ outcome }) => outcome !== null);
}

export function createCheckups(options: CheckupOptions): Checkups {
	return new PatientCheckups(options);
}

/** The page of verbs, after whose `doctor` the servers are looked at again: it may have mended something. */
export function withCheckups(page: VerbPage, checkups: Pick<Checkups, 'again'>): VerbPage {
	return {
		...page,
		async run(words) {
			await page.run(words);
			if (words[0] === 'doctor') checkups.again();
		},
	};
}
