import type { Balancer, Drained } from '../balancer/balancer.ts';
import { endsWeb, wantedBackends } from '../model/backends.ts';
import type { Backend, BalancerObservation } from '../model/balancer.ts';
import type { ChangeOptions, ChangeRow, SupervisorChange } from '../model/change.ts';
import type { ServerObservation } from '../model/observed.ts';
import { WEB_TYPE } from '../model/stack.ts';
import type { Server } from '../server/server.ts';
import { balancerNow } from './balancer-now.ts';
import { snapshotOf } from './snapshot.ts';

/** So long an instance that is back may take to pass the load balancer's health check. */
const HEALTHY_WITHIN_MS = 30_000;

/** The traffic to one server's web instances. */
export class Traffic {
	readonly #balancer: Balancer;
	readonly #server: Server;
	readonly #address: string;
	readonly #onProgress: ChangeOptions['onProgress'];

	constructor(balancer: Balancer, server: Server, address: string, { onProgress }: ChangeOptions) {
		this.#balancer = balancer;
		this.#server = server;
		this.#address = address;
		this.#onProgress = onProgress;
	}

	/** The server's backends, by what runs there. */
	backendsOf(observation: ServerObservation): Backend[] {
		return wantedBackends(observation, this.#address);
	}

	/** How many backends answer, over all servers that are serving. */
	async healthy(): Promise<number> {
		const { backends } = await balancerNow(this.#balancer);
		return backends.filter(({ state }) => state === 'healthy').length;
	}

	/** Takes the traffic from what a change is going to end. */
	async endOf(observation: ServerObservation, change: SupervisorChange): Promise<Drained> {
		const ends = endsWeb(change, observation);
		const ended = new Set(observation.instances.filter((each) => ends(each)).map(({ name }) => name));
		const backends = this.backendsOf(observation);
		const left = backends.filter(({ instance }) => !ended.has(instance));
		if (left.length === backends.length) return { cut: 0 };
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

	release(backend: Backend): Promise<void> {
		return this.#balancer.release(backend, { withinMs: HEALTHY_WITHIN_MS });
	}

	#draining(what: string) {
		const onSessions = (left: number) => {
			if (left > 0) this.#onProgress?.(0, 0, [`${what} drains, ${left} left`]);
		};
		return { withinMs: null, onSessions };
	}
}

/** What became of a change has to say that requests were lost for it. */
export function withCut(row: ChangeRow, cut: number): ChangeRow {
	if (cut === 0 || row.type !== WEB_TYPE) return row;
	const remark = `${cut} ${cut === 1 ? 'session was' : 'sessions were'} cut after the drain timeout`;
	return { ...row, reason: row.reason === null ? remark : `${row.reason}; ${remark}` };
}
