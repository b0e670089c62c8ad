import { isSelected } from '../model/backends.ts';
import type { Backend } from '../model/balancer.ts';
import type { ChangeOptions, ChangeRow, Selector, SupervisorChange } from '../model/change.ts';
import type { InstanceObservation, ServerObservation } from '../model/observed.ts';
import { WEB_TYPE } from '../model/stack.ts';
import type { Server } from '../server/server.ts';
import { succeeded } from './outcome.ts';
import { snapshotOf } from './snapshot.ts';
import { type Traffic, withCut } from './traffic.ts';

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
	const others = withoutWeb(before, change);
	const rows = others === null ? [] : await server.apply(others, options);
	if (web.length === 0) return rows;
	return [...rows, ...(await new Roll(server, traffic, change, options).go(before, web))];
}

/** The web instances that are restarted, first to last. */
function turnsOf({ instances }: ServerObservation, { selectors, staleOnly }: Restart): InstanceObservation[] {
	return instances.filter(
		(each) => each.type === WEB_TYPE && isSelected(selectors, each) && (!staleOnly || each.stale),
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
	#cut = 0;

	constructor(server: Server, traffic: Traffic, change: Restart, options: ChangeOptions) {
		this.#server = server;
		this.#traffic = traffic;
		this.#change = change;
		this.#options = { ...options, wait: true };
	}

	async go(before: ServerObservation, turns: readonly InstanceObservation[]): Promise<ChangeRow[]> {
		const backends = new Map(this.#traffic.backendsOf(before).map((backend) => [backend.instance, backend]));
		const roll = async () => {
			for (const [position, { name }] of turns.entries()) {
				this.#options.onProgress?.(position, turns.length, [name]);
				const failed = await this.#replace(name, backends.get(name));
				if (failed !== null) return this.#rows(turns, position, failed);
			}
			return this.#rows(turns, turns.length, null);
		};
		const isAlone = backends.size > 0 && (await this.#traffic.healthy()) < 2;
		return isAlone ? this.#besides(before, roll) : roll();
	}

	/** @returns null, or the row of what did not come back */
	async #replace(name: string, backend: Backend | undefined): Promise<ChangeRow | null> {
		const index = Number(name.slice(name.lastIndexOf('.') + 1));
		const selectors = [{ type: WEB_TYPE, index }];
		if (backend !== undefined) this.#cut += (await this.#traffic.drain(backend)).cut;
		const rows = await this.#server.apply({ ...this.#change, selectors }, this.#options);
		const failed = rows.find((row) => !succeeded(row)) ?? null;
		// One that did not come back is the health check's to judge: to hold it would outlast its recovery.
		if (backend !== undefined) await this.#traffic.release(backend).catch(() => {});
		return failed;
	}

	/** Has one more instance answer while `roll` goes on. */
	async #besides(before: ServerObservation, roll: () => Promise<ChangeRow[]>): Promise<ChangeRow[]> {
		const surge = (on: boolean) => this.#server.apply({ verb: 'surge', type: WEB_TYPE, on }, this.#options);
		const wanted = this.#traffic.backendsOf(before);
		const failed = (await surge(true)).find((row) => !succeeded(row));
		if (failed !== undefined) {
			await surge(false);
			return [
				{ ...failed, reason: `the next instance did not come up, so none was restarted: ${failed.reason}` },
			];
		}
		try {
			const guest = guestIn(await snapshotOf(this.#server), wanted);
			await this.#traffic.set([...wanted, guest]);
			await this.#traffic.release(guest);
			return await roll();
		} finally {
			await this.#traffic.set(wanted);
			await surge(false);
		}
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

/** The instance beyond the wanted ones. */
function guestIn({ instances, name }: ServerObservation, wanted: readonly Backend[]): Backend {
	const known = new Set(wanted.map(({ instance }) => instance));
	const guest = instances.find(
		({ type, name, port }) => type === WEB_TYPE && !known.has(name) && port !== null,
	);
	const [first] = wanted;
	if (guest === undefined || first === undefined) throw new Error(`${name} shows no further instance of web`);
	return { ...first, instance: guest.name, port: guest.port! };
}
