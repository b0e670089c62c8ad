import type { HistoryEntry } from './change.ts';
import type { FileMessage } from './errors.ts';

export type InstanceState = 'starting' | 'running' | 'stopping' | 'stopped' | 'backoff' | 'failed';

export interface LastExit {
	/** Both null: the exit was not seen. */
	readonly code: number | null;
	/** With its prefix, such as `SIGTERM`. */
	readonly signal: string | null;
	/** ISO 8601. */
	readonly at: string;
	/** Why Procdeck ended it (`memory_max`, `not ready in 30 s`) or why it could not start; absent for an exit of its own. */
	readonly reason?: string;
}

/** An exit as the crash-loop page lists it. */
export interface PastExit extends LastExit {
	/** ISO 8601. */
	readonly startedAt: string;
	/** Milliseconds waited before the next start; null while not known. */
	readonly waitedMs: number | null;
}

export interface InstanceObservation {
	/** `worker.2` */
	readonly name: string;
	readonly type: string;
	/** From 1. */
	readonly index: number;
	readonly state: InstanceState;
	/** null without a readiness check. */
	readonly ready: boolean | null;
	/** Runs with older code, command or environment than the files say now. */
	readonly stale: boolean;
	/** Held by a `stop` of this very instance, until `start`. */
	readonly held: boolean;
	/** Of the code that it runs; null: that is in no release, or not known. */
	readonly release: string | null;
	readonly pid: number | null;
	readonly port: number | null;
	/** ISO 8601. */
	readonly startedAt: string | null;
	/** Automatic restarts since the last manual start. */
	readonly restarts: number;
	readonly lastExit: LastExit | null;
	/** ISO 8601; set in `backoff` only. */
	readonly nextStartAt: string | null;
	/** The latest exits, oldest first, at most 5. */
	readonly recentExits: readonly PastExit[];
}

export interface TypeObservation {
	readonly type: string;
	/** The Procfile's text; for an orphan the one it was started with. */
	readonly command: string;
	readonly wanted: number;
	/** The count kept by `pause`, or null. */
	readonly paused: number | null;
	/** It left the Procfile but is still wanted or running. */
	readonly orphan: boolean;
	/** Held by `stop`: wanted stays, nothing runs until `start`. */
	readonly stopped: boolean;
}

/** What one server reports. */
export interface ServerObservation {
	readonly name: string;
	readonly kind: 'local' | 'ssh';
	readonly supervisor: 'embedded' | 'systemd';
	readonly connection: 'connected' | 'connecting' | 'unreachable';
	/** When this was known to be true, ISO 8601. */
	readonly asOf: string;
	readonly serving: boolean | null;
	readonly drift: readonly string[];
	readonly supervisorPid: number | null;
	/** Whether the stack is meant to run here: `never` was not started yet, `down` was ended by `down`. */
	readonly power: 'up' | 'down' | 'never';
	/** What instances are started with, and since when (milliseconds since the epoch); null: the code is in no release. */
	readonly release: { readonly id: string; readonly since: number } | null;
	/** In Procfile order, orphans last. */
	readonly types: readonly TypeObservation[];
	/** By type in that order, then by index. */
	readonly instances: readonly InstanceObservation[];
	/** Errors of the app's files; the last good version is in use. */
	readonly problems: readonly FileMessage[];
	/** Oldest first, the latest {@link HISTORY_KEPT}. */
	readonly history: readonly HistoryEntry[];
}

export interface InstanceStats {
	/** 100 is one core; the whole tree. */
	readonly cpuPercent: number | null;
	/** Resident bytes of the whole tree. */
	readonly memoryBytes: number | null;
}

/** Statistics by instance name. */
export type ServerStats = Readonly<Record<string, InstanceStats>>;

/** What a server pushes. The first event of an observation is always a `snapshot`. */
export type ServerEvent =
	| { readonly kind: 'snapshot'; readonly observation: ServerObservation }
	| {
			readonly kind: 'instances';
			readonly changed: readonly InstanceObservation[];
			readonly removed: readonly string[];
	  }
	| {
			readonly kind: 'stack';
			readonly power: ServerObservation['power'];
			readonly types: readonly TypeObservation[];
			readonly problems: readonly FileMessage[];
			/** Absent: as it was. */
			readonly drift?: readonly string[];
			/** Absent: as it was. */
			readonly release?: ServerObservation['release'];
	  }
	| { readonly kind: 'history'; readonly entry: HistoryEntry }
	/** Whether web traffic goes there; null: there is no load balancer, or what it does is not known. */
	| { readonly kind: 'serving'; readonly serving: boolean | null }
	| {
			readonly kind: 'connection';
			readonly connection: ServerObservation['connection'];
			readonly reason: string | null;
			/** When something last came over a connection that is lost, ISO 8601; absent: only just. */
			readonly heardAt?: string;
	  }
	| { readonly kind: 'stats'; readonly stats: ServerStats };

/** Entries of the history that a server keeps. */
export const HISTORY_KEPT = 500;

/** A history, oldest first, with an entry that is new, or that is told again now that its outcome is known. */
export function withEntry(history: readonly HistoryEntry[], entry: HistoryEntry): readonly HistoryEntry[] {
	const others = history.filter(({ id }) => id !== entry.id);
	const position = others.findLastIndex(({ at }) => at <= entry.at) + 1;
	return others.toSpliced(position, 0, entry).slice(-HISTORY_KEPT);
}

function byTypeThenIndex(
	types: readonly TypeObservation[],
): (a: InstanceObservation, b: InstanceObservation) => number {
	const order = new Map(types.map((entry, position) => [entry.type, position]));
	const positionOf = (type: string) => order.get(type) ?? types.length;
	return (a, b) => positionOf(a.type) - positionOf(b.type) || a.index - b.index;
}

/** The observation after an event at `now` (ISO 8601). Statistics are kept apart and change nothing here. */
export function observe(before: ServerObservation, event: ServerEvent, now: string): ServerObservation {
	switch (event.kind) {
		case 'snapshot':
			return event.observation;
		case 'instances': {
			const byName = new Map(before.instances.map((instance) => [instance.name, instance]));
			for (const name of event.removed) byName.delete(name);
			for (const instance of event.changed) byName.set(instance.name, instance);
			const instances = [...byName.values()].sort(byTypeThenIndex(before.types));
			return { ...before, instances, asOf: now };
		}
		case 'stack': {
			const { power, types, problems, drift = before.drift, release = before.release } = event;
			const instances = [...before.instances].sort(byTypeThenIndex(types));
			return { ...before, power, types, problems, drift, release, instances, asOf: now };
		}
		case 'history': {
			return { ...before, history: withEntry(before.history, event.entry), asOf: now };
		}
		case 'serving':
			return { ...before, serving: event.serving };
		case 'connection':
			// As long as something came over it a connection would have told of every change.
			return {
				...before,
				connection: event.connection,
				asOf: before.connection === 'connected' ? (event.heardAt ?? now) : before.asOf,
			};
		case 'stats':
			return before;
	}
}
