import type { ChangeRow } from '../model/change.ts';
import { ProcdeckError } from '../model/errors.ts';
import { freshId } from '../model/fresh-id.ts';
import type { Server } from '../server/server.ts';
import type { Activity } from '../store/activity.ts';
import {
	acknowledgeWanted,
	type ConsoleStore,
	cellKey,
	putActivity,
	setPending,
} from '../store/console-store.ts';
import { type Cell, cellOf, serverNamed } from '../store/selectors.ts';
import { createTick, type Tick } from '../store/tick.ts';
import { type Burst, standingOf } from './console-burst.ts';

/** Scales by key: every press counts at once, and what the server has not answered yet waits as one newest target. */
export interface Scaler {
	scaleTo(server: Server, type: string, target: number): void;
	/** Looks whether what was asked for is there; to be called when observations change. */
	settle(): void;
	stop(): void;
}

const LOOK_AGAIN_MS = 200;

/** A burst on its cell. */
interface Scaling {
	readonly server: Server;
	readonly type: string;
	readonly burst: Burst;
}

class CellScaler implements Scaler {
	readonly #store: ConsoleStore;
	/** That an instance goes on living is no event. */
	readonly #lookAgain: Tick = createTick(LOOK_AGAIN_MS);
	readonly #scalings = new Map<string, Scaling>();

	constructor(store: ConsoleStore) {
		this.#store = store;
		this.#lookAgain.subscribe(() => this.settle());
	}

	scaleTo(server: Server, type: string, target: number): void {
		const { name } = server.definition;
		const key = cellKey(name, type);
		const burst = this.#scalings.get(key)?.burst ?? newBurst(this.#wantedOf(name, type), target);
		const scaling = { server, type, burst };
		burst.target = target;
		this.#scalings.set(key, scaling);
		setPending(this.#store, name, type, target);
		this.#show(scaling);
		if (burst.sending) return;
		burst.sending = true;
		// Presses that arrive together (`+++`) go out as one change.
		queueMicrotask(() => void this.#send(scaling));
	}

	settle(): void {
		for (const scaling of this.#scalings.values()) {
			const { burst } = scaling;
			const cell = this.#cellOf(scaling);
			if (cell === null) this.#end(scaling, 'unknown', 'the server is none of the stack any more');
			else if (!burst.sending && burst.acknowledged === burst.target) this.#look(scaling, cell);
		}
	}

	stop(): void {
		this.#lookAgain.stop();
	}

	/** Ends the burst once it has come to something. */
	#look(scaling: Scaling, cell: Cell): void {
		const { burst } = scaling;
		const { settled, total, over, failure } = standingOf(cell, burst);
		const idle = cell.server.observation?.power !== 'up' || cell.known?.stopped;
		if (idle) this.#end(scaling, 'done', 'recorded; it does not run now');
		else if (failure !== null) this.#end(scaling, 'failed', failure);
		// Somebody else has changed it since: this change is history.
		else if (over || cell.known?.wanted !== burst.target)
			this.#end(scaling, isAsBefore(burst) ? 'unchanged' : 'done', burst.remark);
		else {
			this.#show(scaling, { settled, total });
			this.#lookAgain.mark();
		}
	}

	/** Sends the target, and whatever it has become meanwhile, until the server has the newest. */
	async #send(scaling: Scaling): Promise<void> {
		const { server, type, burst } = scaling;
		const { name } = server.definition;
		do {
			const to = burst.target;
			const row = await scaleOnce(scaling, this.#store.getState().who);
			if (row.outcome !== 'done' && row.outcome !== 'unchanged') {
				this.#end(scaling, row.outcome, row.reason);
				return;
			}
			burst.acknowledged = to;
			burst.remark = remarkOf(row);
			burst.lowest = Math.min(burst.lowest, to);
			acknowledgeWanted(this.#store, name, type, to);
		} while (burst.target !== burst.acknowledged);
		burst.sending = false;
		setPending(this.#store, name, type, null);
		this.settle();
	}

	#end(scaling: Scaling, outcome: Activity['outcome'], reason: string | null): void {
		const { server, type, burst } = scaling;
		const { name } = server.definition;
		this.#scalings.delete(cellKey(name, type));
		setPending(this.#store, name, type, null);
		this.#show(scaling, { outcome, reason, tookMs: Date.now() - burst.startedAt });
	}

	#show({ server, type, burst }: Scaling, result: Partial<Activity> = {}): void {
		putActivity(this.#store, {
			id: burst.changeId,
			subject: `${type} on ${server.definition.name}`,
			action: `${burst.from} → ${burst.target}`,
			startedAt: burst.startedAt,
			settled: 0,
			total: 0,
			outcome: null,
			reason: null,
			tookMs: null,
			servers: [server.definition.name],
			rows: [],
			...result,
		});
	}

	#cellOf({ server, type }: Scaling): Cell | null {
		const state = this.#store.getState();
		const entry = serverNamed(state, server.definition.name);
		return entry === null ? null : cellOf(state, entry, type);
	}

	#wantedOf(server: string, type: string): number {
		const entry = serverNamed(this.#store.getState(), server);
		return entry?.observation?.types.find((known) => known.type === type)?.wanted ?? 0;
	}
}

export function createScaler(store: ConsoleStore): Scaler {
	return new CellScaler(store);
}

function newBurst(wanted: number, target: number): Burst {
	return {
		changeId: freshId(),
		startedAt: Date.now(),
		from: wanted,
		lowest: wanted,
		acknowledged: wanted,
		target,
		remark: null,
		sending: false,
	};
}

/** Whether nothing was ever asked for but what was there already. */
function isAsBefore({ from, lowest, target }: Burst): boolean {
	return target === from && lowest === from;
}

/** A change that is not waited for is always said to be recorded. */
function remarkOf({ reason }: ChangeRow): string | null {
	return reason?.replace(/^recorded(; )?/, '') || null;
}

async function scaleOnce({ server, type, burst }: Scaling, who: string): Promise<ChangeRow> {
	const { acknowledged: from, target: to, changeId } = burst;
	const common = { server: server.definition.name, type, from, to };
	try {
		const rows = await server.apply(
			{ verb: 'scale', targets: [{ type, to, expected: from }] },
			{ wait: false, timeoutMs: null, who, changeId },
		);
		return rows[0] ?? { ...common, outcome: 'unchanged', reason: null };
	} catch (error) {
		if (!(error instanceof ProcdeckError)) throw error;
		const outcome = error.code === 'unreachable' ? 'unreachable' : 'failed';
		return { ...common, outcome, reason: error.message, code: error.code };
	}
}
