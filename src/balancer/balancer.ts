import type { Backend, BalancerConfiguration, BalancerObservation } from '../model/balancer.ts';
import type { SetupPlan } from '../model/setup.ts';

export interface DrainOptions {
	/** Milliseconds until sessions that still run are cut; null: `drainTimeoutMs` of the settings. */
	readonly withinMs: number | null;
	/** Told of the sessions that are left, whenever their number changes. */
	readonly onSessions?: (left: number) => void;
}

/** What became of a drain. */
export interface Drained {
	/** Sessions that were cut because they took too long. */
	readonly cut: number;
}

/** Sets a load balancer up on its server, and takes it away again. */
export interface BalancerSetup {
	/**
	 * What is to be done so that it is there with this configuration: packages, files, units.
	 * @throws ProcdeckError `unreachable`, `refused`
	 */
	plan(configuration: BalancerConfiguration): Promise<SetupPlan>;
	/**
	 * Does what was planned. What is invalid never takes the place of what works.
	 * @throws ProcdeckError `conflict` when something else would have to be done now; `unreachable`, `refused`
	 */
	write(planned: SetupPlan, configuration: BalancerConfiguration): Promise<void>;
	/**
	 * Why the configuration that is there cannot be used, in the balancer's own words; null: it can.
	 * @throws ProcdeckError `unreachable`, `refused`
	 */
	check(): Promise<string | null>;
	/**
	 * Takes away only what was set up.
	 * @throws ProcdeckError `unreachable`, `refused`
	 */
	remove(): Promise<void>;
}

/**
 * Spreads web traffic over backends. Implementations: the embedded proxy, HAProxy. What it is told is in its configuration
 * before it is in effect, so that it outlives a restart of it; {@link Balancer.drain} alone is not.
 */
export interface Balancer {
	readonly setup: BalancerSetup;
	/**
	 * Pushes what it is like now, and again whenever that changes, until the returned function is called. It reconnects by
	 * itself. Counters come with the next observation, at most once a second.
	 * @throws ProcdeckError `unreachable` when the first observation cannot be had
	 */
	observe(listener: (observation: BalancerObservation) => void): Promise<() => void>;
	/**
	 * Switches a server's traffic. Off: once the drain is over. On: once one of its backends is healthy, or all of them
	 * have been found not to be.
	 * @param serving null: it is no server of the stack any more; its backends are drained, and it is forgotten
	 * @throws ProcdeckError `unreachable`, `refused`
	 */
	setServing(server: string, serving: boolean | null, options: DrainOptions): Promise<Drained>;
	/**
	 * Makes these the backends of some servers. Those that go are drained first; those that come get traffic once they are
	 * healthy. Other servers keep theirs, whoever changes them at the same time.
	 * @throws ProcdeckError `unreachable`, `refused`
	 */
	setBackends(
		servers: readonly string[],
		backends: readonly Backend[],
		options: DrainOptions,
	): Promise<Drained>;
	/**
	 * Takes one backend out of turn, until {@link Balancer.release}: no new sessions, and the running ones end.
	 * @throws ProcdeckError `unreachable`, `refused`
	 */
	drain(backend: Backend, options: DrainOptions): Promise<Drained>;
	/**
	 * Gives a backend traffic again, once it is healthy.
	 * @throws ProcdeckError `unreachable`, `refused`, `timeout` when it does not become healthy within `withinMs`
	 */
	release(backend: Backend, options: { readonly withinMs: number }): Promise<void>;
	/**
	 * Makes what runs be what the configuration says, whoever changed it: nothing stays drained or forgotten.
	 * @throws ProcdeckError `unreachable`, `refused`
	 */
	mend(): Promise<void>;
	close(): Promise<void>;
}
