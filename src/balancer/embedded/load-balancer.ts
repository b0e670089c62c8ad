import { Turns } from '../../files/turns.ts';
import type { Backend, BalancerConfiguration } from '../../model/balancer.ts';
import { ProcdeckError } from '../../model/errors.ts';
import { without } from '../../model/look-up.ts';
import type { Drained } from '../balancer.ts';
import { ConfigurationKeeper } from './configuration-keeper.ts';
import { Drains } from './drains.ts';
import { Forwarder } from './forwarder.ts';
import { Front } from './front.ts';
import type { Member } from './member.ts';
import { Observers } from './observers.ts';
import type { BalancerPaths } from './paths.ts';
import { Pool } from './pool.ts';
import type { OwnObservation } from './protocol.ts';

/** So long the first check of a backend may take. */
const CHECKED_WITHIN_MS = 5_000;

interface DrainCall {
	readonly withinMs: number | null;
	readonly onSessions: (left: number) => void;
}

interface Parts {
	readonly keeper: ConfigurationKeeper;
	readonly pool: Pool;
	readonly front: Front;
	readonly drains: Drains;
	readonly observers: Observers;
}

/** An embedded load balancer: its configuration, its backends and its port. It knows nothing of those who steer it. */
export class LoadBalancer {
	readonly observers: Observers;
	readonly #keeper: ConfigurationKeeper;
	readonly #pool: Pool;
	readonly #front: Front;
	readonly #drains: Drains;
	readonly #turns = new Turns();

	private constructor({ keeper, pool, front, drains, observers }: Parts) {
		this.#keeper = keeper;
		this.#pool = pool;
		this.#front = front;
		this.#drains = drains;
		this.observers = observers;
	}

	/** @throws ProcdeckError `refused` when there is no configuration that can be read */
	static async open(paths: BalancerPaths): Promise<LoadBalancer> {
		const keeper = ConfigurationKeeper.read(paths.configuration);
		const drains = new Drains();
		const observers = new Observers(() => opened.observe());
		const changed = () => {
			drains.look();
			observers.soon();
		};
		const pool = new Pool(keeper.configuration, changed);
		const front = new Front(await Forwarder.create(pool, changed), () => observers.soon());
		const opened = new LoadBalancer({ keeper, pool, front, drains, observers });
		await front.open(() => keeper.configuration.settings);
		return opened;
	}

	observe(): OwnObservation {
		const { configuration, drift } = this.#keeper;
		const { problem } = this.#front;
		return {
			kind: 'embedded',
			connection: problem === null ? 'connected' : 'stopped',
			reason: problem,
			asOf: new Date().toISOString(),
			configuration,
			backends: this.#pool.observe(configuration.backends),
			drift,
		};
	}

	/** @throws ProcdeckError `refused`; then all is as before */
	configure(configuration: BalancerConfiguration): Promise<void> {
		return this.#exclusively(async () => {
			await this.#front.move(configuration.settings, () => this.#keeper.write(configuration));
			const out = this.#pool.follow(configuration);
			void this.#drain(out, { withinMs: null, onSessions: () => {} });
		});
	}

	async setServing(server: string, serving: boolean | null, call: DrainCall): Promise<Drained> {
		if (serving === null) return this.#forget(server, call);
		const out = await this.#change(({ serving: before }) => ({ serving: { ...before, [server]: serving } }));
		if (!serving) return this.#drain(out, call);
		await this.observers.until(() => isDecided(this.#pool.of(server)));
		return { cut: 0 };
	}

	async setBackends(
		servers: readonly string[],
		backends: readonly Backend[],
		call: DrainCall,
	): Promise<Drained> {
		const isKept = ({ server }: Backend) => !servers.includes(server);
		const change = ({ backends: before }: BalancerConfiguration) => ({
			backends: [...before.filter(isKept), ...backends],
		});
		const out = await this.#change(change);
		const coming = servers.flatMap((server) => this.#pool.of(server));
		// Who has come may be all that answers once something else goes.
		const [drained] = await Promise.all([
			this.#drain(out, call),
			this.observers.until(() => coming.every(isKnown), CHECKED_WITHIN_MS),
		]);
		return drained;
	}

	/** @throws ProcdeckError `refused` when there is no such backend */
	async drain(backend: Backend, call: DrainCall): Promise<Drained> {
		const member = this.#find(backend);
		this.#pool.hold(member);
		return this.#drain([member], call);
	}

	/** @throws ProcdeckError `refused` when there is no such backend, `timeout` when it does not become healthy */
	async release(backend: Backend, withinMs: number): Promise<void> {
		const member = this.#find(backend);
		this.#pool.release([member]);
		const isSettled = () => member.isOut || member.state === 'healthy';
		if (await this.observers.until(isSettled, withinMs)) return;
		const { reason } = member.health.verdict;
		const why = reason === null ? '' : `: ${reason}`;
		throw new ProcdeckError(
			'timeout',
			`${backend.instance} of ${backend.server} was not healthy within ${withinMs / 1000} s${why}`,
		);
	}

	mend(): Promise<void> {
		return this.#exclusively(async () => {
			await this.#keeper.write(this.#keeper.configuration);
			this.#pool.release(this.#pool.held);
			this.observers.soon();
		});
	}

	/** Takes nothing in any more, and lets what is under way end for a while. */
	async close(): Promise<void> {
		await this.#front.close();
		this.#pool.close();
		this.observers.close();
	}

	/** Records what is wanted, then acts accordingly; returns the backends that take no part from now on. */
	#change(
		changed: (before: BalancerConfiguration) => Partial<BalancerConfiguration>,
	): Promise<readonly Member[]> {
		return this.#exclusively(async () => {
			const before = this.#keeper.configuration;
			await this.#keeper.write({ ...before, ...changed(before) });
			return this.#pool.follow(this.#keeper.configuration);
		});
	}

	async #drain(members: readonly Member[], { withinMs, onSessions }: DrainCall): Promise<Drained> {
		const drained = await this.#drains.drain(
			members,
			withinMs ?? this.#pool.settings.drainTimeoutMs,
			onSessions,
		);
		this.#pool.remove(members);
		return drained;
	}

	async #forget(server: string, call: DrainCall): Promise<Drained> {
		const change = ({ serving, backends }: BalancerConfiguration) => ({
			serving: without(serving, server),
			backends: backends.filter((backend) => backend.server !== server),
		});
		return this.#drain(await this.#change(change), call);
	}

	#find(backend: Backend): Member {
		const member = this.#pool.find(backend);
		if (member !== null) return member;
		throw new ProcdeckError('refused', `${backend.instance} of ${backend.server} is no backend here`);
	}

	#exclusively<T>(work: () => Promise<T>): Promise<T> {
		return this.#turns.take('', work);
	}
}

function isKnown(member: Member): boolean {
	return member.isOut || member.state !== 'checking';
}

/** One can be given traffic, or none will be soon. */
function isDecided(members: readonly Member[]): boolean {
	const isHealthy = ({ isOut, state }: Member) => !isOut && state === 'healthy';
	return members.some(isHealthy) || members.every(isKnown);
}
