import type { BalancerObservation } from '../../model/balancer.ts';
import { errorText, ProcdeckError } from '../../model/errors.ts';
import { readConfiguration, type Written } from './configuration-text.ts';
import type { RuntimeState } from './runtime-state.ts';
import { runtimeRemarks, type Seen, toObservation, unreachable } from './seen.ts';
import type { BalancerSession } from './session.ts';
import { unitText } from './unit-file.ts';

const EVERY_MS = 1_000;
/** What the unit is like is told by no mark, so that it is looked at now and then. */
const FILES_EVERY_SAMPLES = 15;
const READ_TIMEOUT_MS = 10_000;

type Listener = (observation: BalancerObservation) => void;

/** Tells what a balancer is like, once a second while somebody wants to know. */
export class Watcher {
	readonly #server: string;
	readonly #listeners = new Set<Listener>();
	#session: BalancerSession | null = null;
	#seen: Seen | null = null;
	#fileMark = '';
	/** Of the last sample; null before the first one. */
	#remarks: readonly string[] | null = null;
	#latest: BalancerObservation | null = null;
	#untilFiles = 0;
	#timer: NodeJS.Timeout | null = null;
	#sampling: Promise<void> | null = null;

	/** @param server the name of the one that is watched */
	constructor(server: string) {
		this.#server = server;
	}

	/** Looks through this connection from now on. */
	connect(session: BalancerSession): void {
		this.#session = session;
		this.#forget();
		void this.refresh();
	}

	disconnect(reason: string): void {
		this.#session = null;
		this.#tell(unreachable(this.#server, this.#latest, null, reason));
	}

	/** @returns what ends it */
	async add(listener: Listener): Promise<() => void> {
		if (this.#listeners.size === 0) this.#forget();
		await this.#sampleAnew();
		this.#listeners.add(listener);
		if (this.#latest !== null) listener(this.#latest);
		this.#schedule();
		return () => {
			this.#listeners.delete(listener);
		};
	}

	/** Looks now, if anybody wants to know: something was changed. */
	async refresh(): Promise<void> {
		if (this.#listeners.size > 0) await this.#sampleAnew();
	}

	async #sampleAnew(): Promise<void> {
		// What is under way may have looked before.
		await this.#sampling;
		this.#untilFiles = 0;
		await this.#sample();
	}

	/** Takes what a change has seen of HAProxy on its way. */
	take(state: RuntimeState): void {
		if (this.#seen === null || this.#listeners.size === 0) return;
		this.#seen = { ...this.#seen, state };
		this.#show(this.#seen, this.#remarks ?? []);
	}

	close(): void {
		this.#listeners.clear();
		if (this.#timer !== null) clearTimeout(this.#timer);
		this.#timer = null;
	}

	#forget(): void {
		this.#seen = null;
		this.#remarks = null;
	}

	#schedule(): void {
		if (this.#timer !== null || this.#listeners.size === 0) return;
		this.#timer = setTimeout(() => void this.#round(), EVERY_MS).unref();
	}

	async #round(): Promise<void> {
		await this.#sample();
		this.#timer = null;
		this.#schedule();
	}

	#sample(): Promise<void> {
		this.#sampling ??= this.#look().finally(() => {
			this.#sampling = null;
		});
		return this.#sampling;
	}

	async #look(): Promise<void> {
		const session = this.#session;
		if (session === null) return;
		try {
			const seen = await this.#see(session);
			const before = this.#remarks;
			this.#seen = seen;
			this.#remarks = runtimeRemarks(seen);
			// A change that is under way would look like drift for a moment.
			this.#show(seen, before ?? this.#remarks);
		} catch (error) {
			if (this.#session !== session) return;
			const written = this.#latest === null ? await readPlainly(session) : null;
			this.#tell(unreachable(this.#server, this.#latest, written, wordsOf(error)));
		}
	}

	async #see(session: BalancerSession): Promise<Seen> {
		const { state, failure, fileMark } = await session.ask();
		const isOther = fileMark !== this.#fileMark || state === null || this.#seen?.state === null;
		const files =
			isOther || this.#seen === null || this.#untilFiles <= 0 ? await session.files() : this.#seen.files;
		this.#untilFiles = files === this.#seen?.files ? this.#untilFiles - 1 : FILES_EVERY_SAMPLES;
		this.#fileMark = fileMark;
		return { state, failure, files, unit: unitText(session.layout, session.haproxy) };
	}

	/** @param lasting remarks that were so before */
	#show(seen: Seen, lasting: readonly string[]): void {
		const remarks = runtimeRemarks(seen).filter((remark) => lasting.includes(remark));
		this.#tell(toObservation(this.#server, seen, remarks));
	}

	#tell(observation: BalancerObservation): void {
		const isNews = withoutTime(observation) !== withoutTime(this.#latest);
		this.#latest = observation;
		if (!isNews) return;
		for (const listener of [...this.#listeners]) listener(observation);
	}
}

/** Who looks on sees the reason alone. */
function wordsOf(error: unknown): string {
	return error instanceof ProcdeckError ? errorText(error) : (error as Error).message;
}

function withoutTime(observation: BalancerObservation | null): string {
	return JSON.stringify(observation === null ? null : { ...observation, asOf: '' });
}

/** Whoever may change nothing may still read what is to be there. */
async function readPlainly({ link, layout }: BalancerSession): Promise<Written | null> {
	const { stdout } = await link
		.run(['cat', layout.configPath], { timeoutMs: READ_TIMEOUT_MS })
		.catch(() => ({ stdout: '' }));
	return readConfiguration(stdout);
}
