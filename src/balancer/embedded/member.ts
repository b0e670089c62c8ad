import type { Backend, BackendObservation, BackendState } from '../../model/balancer.ts';
import type { Candidate } from './choose.ts';
import { InstanceAgent } from './dial.ts';
import { cookieValue } from './headers.ts';
import { HealthCheck } from './health-check.ts';
import { type Session, Sessions } from './sessions.ts';

/** How much a new answer counts in the mean of the response times. */
const WEIGHT_OF_LATEST = 0.1;
/** Older answers say nothing of now. */
const OF_LATE_MS = 10_000;

/** Names a backend among all; another port is another one. */
export function keyOf({ server, instance, address, port }: Backend): string {
	return `${server}/${instance} ${address}:${port}`;
}

/** A backend with what is known of it. */
export class Member implements Candidate {
	readonly backend: Backend;
	readonly key: string;
	/** What a client's sticky cookie says that it is with. */
	readonly cookie: string;
	readonly agent: InstanceAgent;
	readonly health: HealthCheck;
	readonly sessions = new Sessions();
	/** For the library: where requests go. */
	readonly route: {
		readonly target: { readonly host: string; readonly port: number };
		readonly agent: InstanceAgent;
	};
	/** Its server is Off. */
	isOff = true;
	/** Drained out of turn. */
	isHeld = false;
	/** It is a backend no more once its sessions have ended. */
	isLeaving = false;
	#requests = 0;
	#errors = 0;
	#responseMs: number | null = null;
	#answeredAt = 0;

	/** @param onChange told when its state changed */
	constructor(backend: Backend, healthPath: () => string, onChange: () => void) {
		this.backend = backend;
		this.key = keyOf(backend);
		this.cookie = cookieValue(this.key);
		this.agent = new InstanceAgent(backend);
		const target = { host: backend.address, port: backend.port };
		this.route = { target, agent: this.agent };
		this.health = new HealthCheck(backend, healthPath, onChange);
	}

	/** Takes no part, whatever its health. */
	get isOut(): boolean {
		return this.isOff || this.isHeld || this.isLeaving;
	}

	get state(): BackendState {
		if (!this.isOut) return this.health.verdict.state;
		if (this.sessions.size > 0 || this.isLeaving) return 'draining';
		return this.isOff ? 'off' : 'held';
	}

	begin(session: Session): void {
		this.sessions.add(session);
		this.#requests += 1;
	}

	/**
	 * @param status of the answer
	 * @param now by `performance.now()`
	 */
	answered(status: number, afterMs: number, now: number): void {
		if (status >= 500) this.#errors += 1;
		const before = this.#latelyMs(now);
		this.#responseMs = before === null ? afterMs : before + (afterMs - before) * WEIGHT_OF_LATEST;
		this.#answeredAt = now;
	}

	/** A request had no answer, or half of one. */
	failed(): void {
		this.#errors += 1;
	}

	close(): void {
		this.health.stop();
		this.agent.close();
	}

	observe(): BackendObservation {
		const responseMs = this.#latelyMs(performance.now());
		const { state } = this;
		return {
			...this.backend,
			state,
			reason: state === 'unhealthy' ? this.health.verdict.reason : null,
			sessions: this.sessions.size,
			requests: this.#requests,
			errors: this.#errors,
			responseMs: responseMs === null ? null : Math.round(responseMs * 10) / 10,
		};
	}

	#latelyMs(now: number): number | null {
		return now - this.#answeredAt > OF_LATE_MS ? null : this.#responseMs;
	}
}
