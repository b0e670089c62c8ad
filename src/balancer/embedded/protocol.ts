import type { Backend, BalancerConfiguration, BalancerObservation } from '../../model/balancer.ts';
import { type Connection, connect } from '../../wire/connection.ts';
import type { Drained } from '../balancer.ts';

/**
 * Raised when a client and a load balancer would no longer understand each other.
 * A newer client ends an older one, which its supervisor then starts anew; an older client refuses a newer one.
 */
export const PROTOCOL_VERSION = 1;

/** What the process knows of itself: the name of the server that it runs on is its clients' business. */
export type OwnObservation = Omit<BalancerObservation, 'server'>;

interface WithinOptions {
	/** null: as long as the settings say. */
	readonly withinMs: number | null;
}

/** What can be asked of a load balancer's process, with its answer. */
interface Methods {
	hello: { params: null; result: { readonly protocol: number; readonly pid: number } };
	/** The first event says what it is like now. */
	observe: { params: null; result: null };
	unobserve: { params: { observer: number }; result: null };
	/** Refused when it cannot listen there or read its certificate; then all is as before. */
	configure: { params: { configuration: BalancerConfiguration }; result: null };
	setServing: { params: { server: string; serving: boolean | null } & WithinOptions; result: Drained };
	setBackends: {
		params: { servers: readonly string[]; backends: readonly Backend[] } & WithinOptions;
		result: Drained;
	};
	drain: { params: { backend: Backend } & WithinOptions; result: Drained };
	release: { params: { backend: Backend; withinMs: number }; result: null };
	mend: { params: null; result: null };
	/** What is under way may end. */
	end: { params: null; result: null };
}

export interface BalancerProtocol {
	readonly methods: Methods;
	/** Sessions that are left in a drain. */
	readonly progress: readonly [left: number];
	readonly event: OwnObservation;
}

export type BalancerConnection = Connection<BalancerProtocol>;

/** Connects to the load balancer behind a socket; null when there is none. */
export function connectTo(socketPath: string): Promise<BalancerConnection | null> {
	return connect(socketPath, 'the load balancer');
}
