/** How the load balancer picks the backend of a new session. */
export type BalancerAlgorithm = 'leastconn' | 'roundrobin' | 'source';

/** `load_balancer` of the stack file with its defaults filled in. */
export interface BalancerSettings {
	/** Where it listens. */
	readonly port: number;
	/** The path that its health check asks each backend for; 200 to 399 is healthy. */
	readonly healthCheck: string;
	readonly algorithm: BalancerAlgorithm;
	/** A client stays with its backend, by a cookie. */
	readonly sticky: boolean;
	/** So long the sessions of a backend may take to end before they are cut. */
	readonly drainTimeoutMs: number;
	/** The path, on the balancer's server, of the PEM file that HTTPS is served with; null: plain HTTP. */
	readonly certificate: string | null;
}

/** An instance of the web type, as the load balancer reaches it. */
export interface Backend {
	readonly server: string;
	/** `web.2` */
	readonly instance: string;
	/** Host or address, as seen from the balancer's server. */
	readonly address: string;
	readonly port: number;
}

/** What the load balancer's own configuration says: it comes back to this after a reload, a restart or a boot. */
export interface BalancerConfiguration {
	readonly settings: BalancerSettings;
	/** By server. A server that is not named is Off. */
	readonly serving: Readonly<Record<string, boolean>>;
	/** Also those of servers that are Off. */
	readonly backends: readonly Backend[];
}

/**
 * `draining`: no new sessions, those that run finish. `held`: taken out of turn, for a restart. `off`: its server is Off.
 * `checking`: not known yet.
 */
export type BackendState = 'healthy' | 'checking' | 'unhealthy' | 'draining' | 'held' | 'off';

export interface BackendObservation extends Backend {
	readonly state: BackendState;
	/** Why it is unhealthy, in the balancer's own words; null where it is not. */
	readonly reason: string | null;
	/** Requests and upgraded connections that are under way now. */
	readonly sessions: number;
	/** Requests since the balancer started. */
	readonly requests: number;
	/** Answers with 5xx, and requests that had none, since the balancer started. */
	readonly errors: number;
	/** Milliseconds to the answer, of late; null: none of late. */
	readonly responseMs: number | null;
}

/** What a load balancer reports. */
export interface BalancerObservation {
	readonly kind: 'haproxy' | 'embedded';
	/** The name of the server that it runs on. */
	readonly server: string;
	/** `unreachable`: all else is as of `asOf`. `stopped`: it is set up there, but does not run. */
	readonly connection: 'connected' | 'connecting' | 'unreachable' | 'stopped';
	/** Why it is not connected; null where it is. */
	readonly reason: string | null;
	/** When this was known to be true, ISO 8601. */
	readonly asOf: string;
	/** null: none is set up there. */
	readonly configuration: BalancerConfiguration | null;
	/** In the configuration's order, strangers last. */
	readonly backends: readonly BackendObservation[];
	/** In what it differs from its configuration, or its configuration from what Procdeck wrote; a line each. */
	readonly drift: readonly string[];
}
