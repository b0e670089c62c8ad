import { isSelected } from '../model/backends.ts';
import type { Backend } from '../model/balancer.ts';
import type { ChangeOptions, ChangeRow, Selector, SupervisorChange } from '../model/change.ts';
import type { InstanceObservation, ServerObservation } from '../model/observed.ts';
import { WEB_TYPE } from '../model/stack.ts';
import type { Server } from '../server/server.ts';
import { succeeded } from './outcome.ts';
import { snapshotOf } from './snapshot.ts';
import { Surge } from './surge.ts';
import { isSameInstance, type Traffic, withCut, withRemark } from './traffic.ts';

type Restart = SupervisorChange & { verb: 'restart' };

/**
 * Restarts instances, and those of the web type without a lost request: each is drained first and gets traffic again
 * once it is healthy. Where nothing else answers, one more instance runs meanwhile.
 */
export async function restartBalanced(
	server: Server,
	traffic: Traffic,
	change: Restart,
	options: ChangeOptions,
): Promise<ChangeRow[]> {
	if (change.atOnce) return server.apply(change, options);
	const before = await snapshotOf(server);
	const web = turnsOf(before, change);
	if (web.length === 0) return server.apply(change, options);
	const others = withoutWeb(before, change);
	const rows = others === null ? [] : await server.apply(others, options);
	return [...rows, ...(await traffic.inTurn(() => new Roll(server, traffic, change, options).go(web)))];
}

/** The web instances that are restarted, first to last; one that an earlier restart has left behind is not. */
function turnsOf(
	{ types, instances }: ServerObservation,
	{ selectors, staleOnly }: Restart,
): InstanceObservation[] {
	const wanted = types.find(({ type }) => type === WEB_TYPE)?.wanted ?? 0;
	return instances.filter(
		(each) =>
			each.type === WEB_TYPE &&
			each.index <= wanted &&
			isSelected(selectors, each) &&
			(!staleOnly || each.stale),
	);
}

/** null: the change is about web alone. */
function withoutWeb({ types }: ServerObservation, change: Restart): Restart | null {
	const all: readonly Selector[] = types.map(({ type }) => ({ type, index: null }));
	const selectors = (change.selectors.length === 0 ? all : change.selectors).filter(
		({ type }) => type !== WEB_TYPE,
	);
	return selectors.length === 0 ? null : { ...change, selectors };
}

/** A rolling restart of web instances. */
class Roll {
	readonly #server: Server;
	readonly #traffic: Traffic;
	readonly #change: Restart;
	readonly #options: ChangeOptions;
	readonly #surge: Surge;
	#cut = 0;

	constructor(server: Server, traffic: Traffic, change: Restart, options: ChangeOptions) {
		this.#server = server;
		this.#traffic = traffic;
		this.#change = change;
		this.#options = { ...options, wait: true };
		this.#surge = new Surge(server, traffic, this.#options);
	}

	async go(turns: readonly InstanceObservation[]): Promise<ChangeRow[]> {
		let left: ChangeRow[] = [];
		let rows: ChangeRow[];
		try {
			rows = await this.#oneByOne(turns);
		} finally {
			left = await this.#surge.end();
		}
		const remarks = left.flatMap((row) => (succeeded(row) ? [] : (row.reason ?? [])));
		return remarks.length === 0 ? rows : rows.map((row) => withRemark(row, remarks.join('; ')));
	}

	async #oneByOne(turns: readonly InstanceObservation[]): Promise<ChangeRow[]> {
		const backends = await this.#surge.catchUp();
		for (const [position, { name }] of turns.entries()) {
			this.#options.onProgress?.(position, turns.length, [name]);
			const failed = await this.#replace(
				name,
				backends.find(({ instance }) => instance === name),
			);
			if (failed !== null) return this.#rows(turns, position, failed);
		}
		return this.#rows(turns, turns.length, null);
	}

	/**
	 * @param backend undefined: it has no traffic
	 * @returns null, or the row of what did not come back
	 */
	async #replace(name: string, backend: Backend | undefined): Promise<ChangeRow | null> {
		const healthy = await this.#traffic.healthy();
		const wasHealthy = backend !== undefined && healthy.some((each) => isSameInstance(each, backend));
		const missing = wasHealthy && healthy.length === 1 ? await this.#surge.begin() : null;
		if (missing !== null) {
			const reason = `${name} was not restarted: nothing else answers, and the next instance did not come up: ${missing.reason}`;
			return { ...missing, reason };
		}
		if (backend !== undefined) this.#cut += (await this.#traffic.drain(backend)).cut;
		const failed = await this.#restart(name);
		const unhealthy = backend === undefined ? null : await this.#traffic.restored(backend);
		// What was ill before does not keep the others from their turn.
		return failed ?? (wasHealthy ? unhealthy : null);
	}

	async #restart(name: string): Promise<ChangeRow | null> {
		const index = Number(name.slice(name.lastIndexOf('.') + 1));
		const change = { ...this.#change, selectors: [{ type: WEB_TYPE, index }] };
		const rows = await this.#server.apply(change, this.#options);
		return rows.find((row) => !succeeded(row)) ?? null;
	}

	#rows(turns: readonly InstanceObservation[], done: number, failed: ChangeRow | null): ChangeRow[] {
		const count = turns.length;
		const { name: server } = this.#server.definition;
		if (failed === null) {
			const row = { server, type: WEB_TYPE, from: count, to: count, outcome: 'done', reason: null } as const;
			return [withCut(row, this.#cut)];
		}
		const left = count - done - 1;
		const reason = left === 0 ? failed.reason : `${failed.reason}; ${left} left as they were`;
		return [withCut({ ...failed, from: count, to: count, reason }, this.#cut)];
	}
}
