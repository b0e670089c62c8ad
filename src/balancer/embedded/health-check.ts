import { get } from 'node:http';
import type { Address } from './dial.ts';

/** How often a backend is asked that is as it was. */
const SETTLED_MS = 1_000;
/** How soon again where the last answer was another one than the ones before. */
const DOUBTFUL_MS = 200;
/** Until the first verdict: from so soon, to so seldom. */
const FIRST_MS = 20;
const LONGEST_FIRST_MS = 250;
const LONGEST_ANSWER_MS = 2_000;
/** An answer that is lost on a busy machine is no illness. */
const FAILURES_TO_BE_UNHEALTHY = 3;

/** What a check found; `reason` says why not. */
export type Verdict =
	| { readonly state: 'healthy' | 'checking'; readonly reason: null }
	| { readonly state: 'unhealthy'; readonly reason: string };

type Finding = { readonly failure: string | null; readonly isRefused: boolean };

/** Asks one backend again and again whether it is well. */
export class HealthCheck {
	readonly #address: Address;
	readonly #path: () => string;
	readonly #onVerdict: () => void;
	#verdict: Verdict = { state: 'checking', reason: null };
	#failures = 0;
	#pauseMs = FIRST_MS;
	#timer: NodeJS.Timeout | null = null;
	/** Another number: the answer of a check that is under way does not count any more. */
	#run = 0;
	#isRunning = false;

	constructor(address: Address, path: () => string, onVerdict: () => void) {
		this.#address = address;
		this.#path = path;
		this.#onVerdict = onVerdict;
	}

	get verdict(): Verdict {
		return this.#verdict;
	}

	/** From the beginning: nothing is known until the first answer. */
	start(): void {
		this.stop();
		this.#isRunning = true;
		this.#verdict = { state: 'checking', reason: null };
		this.#failures = 0;
		this.#pauseMs = FIRST_MS;
		void this.#check(this.#run);
	}

	stop(): void {
		this.#run += 1;
		this.#isRunning = false;
		if (this.#timer !== null) clearTimeout(this.#timer);
		this.#timer = null;
	}

	/** A request could not even connect: that needs no second opinion. */
	refused(reason: string): void {
		if (!this.#isRunning) return;
		this.#take({ failure: reason, isRefused: true });
		this.#soon();
	}

	async #check(run: number): Promise<void> {
		const finding = await look(this.#address, this.#path());
		if (run !== this.#run) return;
		this.#take(finding);
		this.#soon();
	}

	#take({ failure, isRefused }: Finding): void {
		this.#failures = failure === null ? 0 : this.#failures + 1;
		const enough = isRefused || this.#failures >= FAILURES_TO_BE_UNHEALTHY;
		if (failure === null) this.#conclude({ state: 'healthy', reason: null });
		else if (enough) this.#conclude({ state: 'unhealthy', reason: failure });
	}

	#conclude(verdict: Verdict): void {
		const before = this.#verdict;
		this.#verdict = verdict;
		if (before.state !== verdict.state || before.reason !== verdict.reason) this.#onVerdict();
	}

	#soon(): void {
		if (this.#timer !== null) clearTimeout(this.#timer);
		const run = this.#run;
		this.#timer = setTimeout(() => void this.#check(run), this.#nextPause());
	}

	#nextPause(): number {
		if (this.#verdict.state === 'healthy') return this.#failures > 0 ? DOUBTFUL_MS : SETTLED_MS;
		this.#pauseMs = Math.min(LONGEST_FIRST_MS, this.#pauseMs * 1.5);
		return this.#pauseMs;
	}
}

function look({ address, port }: Address, path: string): Promise<Finding> {
	return new Promise((resolve) => {
		const found = (failure: string | null, isRefused = false) => resolve({ failure, isRefused });
		// A connection of its own: whether one that is open still works does not tell whether another could be made.
		const asked = get(
			{ host: address, port, path, agent: false, headers: { 'user-agent': 'procdeck' } },
			(answer) => {
				answer.resume();
				const status = answer.statusCode ?? 0;
				found(status >= 200 && status < 400 ? null : `GET ${path} was answered with ${status}`);
			},
		);
		asked.setTimeout(LONGEST_ANSWER_MS, () => {
			found(`GET ${path} was not answered within ${LONGEST_ANSWER_MS / 1000} s`);
			asked.destroy();
		});
		asked.on('error', (error: NodeJS.ErrnoException) =>
			found(failureText(error), error.code === 'ECONNREFUSED'),
		);
	});
}

/** Of a connection to an instance that went wrong. */
export function failureText({ code, message }: NodeJS.ErrnoException): string {
	if (code === 'ECONNREFUSED') return 'it refuses connections';
	if (code === 'ECONNRESET') return 'it closed the connection without an answer';
	return message;
}
