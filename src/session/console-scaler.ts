import { randomUUID } from 'node:crypto';
import type { ChangeRow } from '../model/change.ts';
import { ProcdeckError } from '../model/errors.ts';
import type { InstanceObservation } from '../model/observed.ts';
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
import { createTick } from '../store/tick.ts';

/** Presses of `+` and `-` on one cell that belong together: until all of them have settled. */
interface Burst {
	/** One id for all of them, so that one undo takes them back together. */
	readonly changeId: string;
	readonly startedAt: number;
	readonly from: number;
	/** The least that was acknowledged on the way: what is above it starts anew. */
	lowest: number;
	/** What the server acknowledged last: the next change is refused when it is no longer that. */
	acknowledged: number;
	target: number;
	sending: boolean;
}

/** Scales by key: every press counts at once, and what the server has not answered yet waits as one newest target. */
export interface Scaler {
	scaleTo(server: Server, type: string, target: number): void;
	/** Looks whether what was asked for is there; to be called when observations change. */
	settle(): void;
	stop(): void;
}

/** How far a burst has come. */
interface Standing {
	readonly settled: number;
	readonly total: number;
	readonly over: boolean;
	readonly failure: string | null;
}

/** An instance without a readiness check counts when it has lived so long: one that crashes at once was never up. */
const SETTLES_AFTER_MS = 1000;

const LOOK_AGAIN_MS = 200;

function isSettled({ state, ready, startedAt }: InstanceObservation): boolean {
	if (state !== 'running') return false;
	return ready === true || startedAt === null || Date.now() - Date.parse(startedAt) >= SETTLES_AFTER_MS;
}

function standingOf(cell: Cell, burst: Burst): Standing {
	const wanted = cell.known?.wanted ?? 0;
	const present = cell.instances.filter(({ state }) => state !== 'stopped').length;
	if (burst.target < burst.from && burst.target === burst.lowest) {
		const left = Math.max(0, present - wanted);
		return {
			settled: burst.from - burst.target - left,
			total: burst.from - burst.target,
			over: left === 0,
			failure: null,
		};
	}
	// How those are that were there before is not this change's doing.
	const added = cell.instances.filter(({ index }) => index > burst.lowest);
	const broken = added.find(({ state }) => state === 'backoff' || state === 'failed');
	const settled = added.filter(isSettled).length;
	const total = burst.target - burst.lowest;
	const failure = broken === undefined ? null : `${broken.name} does not stay up`;
	return { settled, total, over: settled >= total, failure };
}

export function createScaler(store: ConsoleStore): Scaler {
	// That an instance goes on living is no event.
	const lookAgain = createTick(LOOK_AGAIN_MS);
	const bursts = new Map<string, { server: Server; type: string; burst: Burst }>();

	const show = (server: Server, type: string, burst: Burst, result: Partial<Activity> = {}) => {
		putActivity(store, {
			id: burst.changeId,
			subject: `${type} on ${server.definition.name}`,
			action: `${burst.from} → ${burst.target}`,
			startedAt: burst.startedAt,
			settled: 0,
			total: 0,
			outcome: null,
			reason: null,
			tookMs: null,
			...result,
		});
	};
	const end = (
		server: Server,
		type: string,
		burst: Burst,
		outcome: Activity['outcome'],
		reason: string | null,
	) => {
		bursts.delete(cellKey(server.definition.name, type));
		setPending(store, server.definition.name, type, null);
		show(server, type, burst, { outcome, reason, tookMs: Date.now() - burst.startedAt });
	};
	const send = async (server: Server, type: string, burst: Burst): Promise<void> => {
		const to = burst.target;
		burst.sending = true;
		const row = await scaleOnce(server, type, to, burst, store.getState().who);
		burst.sending = false;
		if (row.outcome !== 'done' && row.outcome !== 'unchanged') {
			end(server, type, burst, row.outcome, row.reason);
			return;
		}
		burst.acknowledged = to;
		burst.lowest = Math.min(burst.lowest, to);
		acknowledgeWanted(store, server.definition.name, type, to);
		if (burst.target !== to) {
			await send(server, type, burst);
			return;
		}
		setPending(store, server.definition.name, type, null);
		settle();
	};
	const settle = () => {
		for (const { server, type, burst } of bursts.values()) {
			const entry = serverNamed(store.getState(), server.definition.name);
			if (entry === null || burst.sending || burst.acknowledged !== burst.target) continue;
			const cell = cellOf(store.getState(), entry, type);
			const { settled, total, over, failure } = standingOf(cell, burst);
			const idle = entry.observation?.power !== 'up' || cell.known?.stopped;
			if (idle) end(server, type, burst, 'done', 'recorded; it does not run now');
			else if (failure !== null) end(server, type, burst, 'failed', failure);
			// Somebody else has changed it since: this change is history.
			else if (over || cell.known?.wanted !== burst.target) end(server, type, burst, 'done', null);
			else {
				show(server, type, burst, { settled, total });
				lookAgain.mark();
			}
		}
	};
	lookAgain.subscribe(settle);
	return {
		scaleTo(server, type, target) {
			const key = cellKey(server.definition.name, type);
			const entry = serverNamed(store.getState(), server.definition.name);
			const wanted = entry === null ? 0 : (cellOf(store.getState(), entry, type).known?.wanted ?? 0);
			const known = bursts.get(key);
			const burst = known?.burst ?? {
				changeId: randomUUID(),
				startedAt: Date.now(),
				from: wanted,
				lowest: wanted,
				acknowledged: wanted,
				target,
				sending: false,
			};
			burst.target = target;
			bursts.set(key, { server, type, burst });
			setPending(store, server.definition.name, type, target);
			show(server, type, burst);
			if (burst.sending) return;
			burst.sending = true;
			// Presses that arrive together (`+++`) go out as one change.
			queueMicrotask(() => void send(server, type, burst));
		},
		settle,
		stop: lookAgain.stop,
	};
}

async function scaleOnce(
	server: Server,
	type: string,
	to: number,
	burst: Burst,
	who: string,
): Promise<ChangeRow> {
	const target = { type, to, expected: burst.acknowledged };
	const common = { server: server.definition.name, type, from: burst.acknowledged, to };
	try {
		const rows = await server.apply(
			{ verb: 'scale', targets: [target] },
			{ wait: false, timeoutMs: null, who, changeId: burst.changeId },
		);
		return rows[0] ?? { ...common, outcome: 'unchanged', reason: null };
	} catch (error) {
		if (!(error instanceof ProcdeckError)) throw error;
		return { ...common, outcome: 'failed', reason: error.message, code: error.code };
	}
}
