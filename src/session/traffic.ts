import type { Balancer, Drained } from '../balancer/balancer.ts';
import type { Turns } from '../files/turns.ts';
import { endsWeb, wantedBackends } from '../model/backends.ts';
import type { Backend, BackendObservation, BalancerObservation } from '../model/balancer.ts';
import type { ChangeOptions, ChangeRow, SupervisorChange } from '../model/change.ts';
import { ProcdeckError } from '../model/errors.ts';
import type { ServerObservation } from '../model/observed.ts';
import { WEB_TYPE } from '../model/stack.ts';
import type { Server } from '../server/server.ts';
import { balancerNow } from './balancer-now.ts';
import { snapshotOf } from './snapshot.ts';

/** So long an instance that is back may take to pass the load balancer's health check, where the change says nothing. */
const HEALTHY_WITHIN_MS = 30_000;

/** The way that web traffic takes to one server. */
export interface Route {
	/** @throws ProcdeckError `unreachable`, `refused` */
	readonly balancer: Balancer;
	/** Where the load balancer reaches the server's instances. */
	readonly address: string;
	/** One for all servers of the stack. */
	readonly turns: Turns;
}

/** The traffic to one server's web instances. */
export class Traffic {
	readonly #balancer: Balancer;
	readonly #address: string;
	readonly #turns: Turns;
	readonly #server: Server;
	readonly #onProgress: ChangeOptions['onProgress'];
	readonly #healthyWithinMs: number;

	constructor({ balancer, address, turns }: Route, server: Server, { onProgress, timeoutMs }: ChangeOptions) {
		this.#balancer = balancer;
		this.#address = address;
		this.#turns = turns;
		this.#server = server;
		this.#onProgress = onProgress;
		this.#healthyWithinMs = timeoutMs ?? HEALTHY_WITHIN_MS;
	}

	/** The server's backends, by what runs there. */
	backendsOf(observation: ServerObservation): Backend[] {
		return wantedBackends(observation, this.#address);
	}

	/** The server's backends, by what the load balancer was told. */
	async known(): Promise<Backend[]> {
		const { configuration } = await balancerNow(this.#balancer);
		const { name } = this.#server.definition;
		return (configuration?.backends ?? []).filter(({ server }) => server === name);
	}

	/** The backends that answer, over all servers that are serving. */
	async healthy(): Promise<BackendObservation[]> {
		const { backends } = await balancerNow(this.#balancer);
		return backends.filter(({ state }) => state === 'healthy');
	}

	/** Does what takes instances out of turn when no other server's are: together they might be all that answer. */
	inTurn<T>(work: () => Promise<T>): Promise<T> {
		return this.#turns.take('', work);
	}

	/** The backends that a change leaves as they are. */
	leftBy(observation: ServerObservation, change: SupervisorChange): Backend[] {
		const ends = endsWeb(change, observation);
		const ended = new Set(observation.instances.filter((each) => ends(each)).map(({ name }) => name));
		return this.backendsOf(observation).filter(({ instance }) => !ended.has(instance));
	}

	/** Takes the traffic from what a change is going to end. */
	async endOf(observation: ServerObservation, change: SupervisorChange): Promise<Drained> {
		const left = this.leftBy(observation, change);
		if (left.length === this.backendsOf(observation).length) return { cut: 0 };
		return this.set(left);
	}

	/** Takes the traffic from all that runs, until the load balancer starts anew. */
	async drainAll(observation: ServerObservation): Promise<Drained> {
		const drained = await Promise.all(this.backendsOf(observation).map((backend) => this.drain(backend)));
		return { cut: drained.reduce((sum, { cut }) => sum + cut, 0) };
	}

	/** As {@link follow}, for a load balancer that did not run: our own is started by its supervisor. */
	async comeBack(kind: BalancerObservation['kind']): Promise<void> {
		if (kind === 'embedded') await this.#balancer.mend();
		await this.follow();
	}

	/** Makes what is wanted on the server now its backends. */
	async follow(): Promise<void> {
		await this.set(this.backendsOf(await snapshotOf(this.#server)));
	}

	set(backends: readonly Backend[]): Promise<Drained> {
		return this.#balancer.setBackends([this.#server.definition.name], backends, this.#draining(WEB_TYPE));
	}

	drain(backend: Backend): Promise<Drained> {
		return this.#balancer.drain(backend, this.#draining(backend.instance));
	}

	/**
	 * Gives a backend traffic again, or for the first time.
	 * @returns null once it is healthy, or the row of why it is not
	 * @throws ProcdeckError `unreachable`, `refused`
	 */
	async restored(backend: Backend): Promise<ChangeRow | null> {
		try {
			await this.#balancer.release(backend, { withinMs: this.#healthyWithinMs });
			return null;
		} catch (error) {
			if (!(error instanceof ProcdeckError) || error.code !== 'timeout') throw error;
			const { server, instance } = backend;
			const failed = { outcome: 'failed', reason: error.message, code: error.code } as const;
			return { server, type: WEB_TYPE, from: 1, to: 1, ...failed, failedInstances: [instance] };
		}
	}

	/**
	 * Waits until the backends have traffic that have come.
	 * @param before what the server was like before they did
	 * @returns null, or the row of the first that is not healthy
	 */
	async lateSince(before: ServerObservation): Promise<ChangeRow | null> {
		const old = this.backendsOf(before);
		for (const backend of this.backendsOf(await snapshotOf(this.#server))) {
			if (old.some((each) => isSameInstance(each, backend))) continue;
			const late = await this.restored(backend);
			if (late !== null) return late;
		}
		return null;
	}

	#draining(what: string) {
		const onSessions = (left: number) => {
			if (left > 0) this.#onProgress?.(0, 0, [`${what} drains, ${left} left`]);
		};
		return { withinMs: null, onSessions };
	}
}

export function isSameInstance(
	a: Pick<Backend, 'server' | 'instance'>,
	b: Pick<Backend, 'server' | 'instance'>,
): boolean {
	return a.server === b.server && a.instance === b.instance;
}

/** What became of a change has to say that requests were lost for it. */
export function withCut(row: ChangeRow, cut: number): ChangeRow {
	if (cut === 0) return row;
	return withRemark(row, cutText(cut));
}

/** What is said of sessions that a drain did not wait for. */
export function cutText(cut: number): string {
	return `${cut} ${cut === 1 ? 'session was' : 'sessions were'} cut after the drain timeout`;
}

/** A row of web with something more to say. */
export function withRemark(row: ChangeRow, remark: string): ChangeRow {
	if (row.type !== WEB_TYPE) return row;
	return { ...row, reason: row.reason === null ? remark : `${row.reason}; ${remark}` };
}
