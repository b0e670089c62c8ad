/** Whose CPU and memory are worth a sample. */
export interface LoadInterest {
	/** These servers are on the screen from now on. */
	watch(servers: readonly string[]): void;
	/** Whether to take a sample of a server now. */
	wants(server: string): boolean;
}

/** What is out of sight still counts in the sums over all servers. */
const SELDOM_MS = 60_000;

export function createLoadInterest(): LoadInterest {
	const sampledAt = new Map<string, number>();
	let inSight: ReadonlySet<string> = new Set();
	return {
		watch(servers) {
			inSight = new Set(servers);
		},
		wants(server) {
			const now = performance.now();
			const isDue = now - (sampledAt.get(server) ?? Number.NEGATIVE_INFINITY) >= SELDOM_MS;
			if (!inSight.has(server) && !isDue) return false;
			sampledAt.set(server, now);
			return true;
		},
	};
}
