import type { Change, ChangeOptions, ChangeRow, HistoryEntry, Selector } from '../../src/model/change.ts';
import type {
	InstanceObservation,
	InstanceState,
	ServerEvent,
	ServerObservation,
	ServerStats,
	TypeObservation,
} from '../../src/model/observed.ts';
import { observe } from '../../src/model/observed.ts';
import type { ServerDefinition } from '../../src/model/stack.ts';
import type { LogChunk, LogQuery, Server } from '../../src/server/server.ts';

/** 2026-11-22 14:02:00 UTC: screens of tests show the same times everywhere. */
export const START = Date.UTC(2026, 10, 22, 14, 2, 0);

export function definition(name = 'local', localIndex = 0): ServerDefinition {
	return {
		name,
		kind: 'local',
		host: null,
		user: null,
		port: null,
		supervisor: 'embedded',
		scope: 'user',
		address: null,
		portBase: null,
		localIndex,
		serving: null,
	};
}

export function instance(
	type: string,
	index: number,
	changed: Partial<InstanceObservation> = {},
): InstanceObservation {
	return {
		name: `${type}.${index}`,
		type,
		index,
		state: 'running',
		ready: null,
		stale: false,
		held: false,
		release: null,
		pid: 4100 + index,
		port: 5000 + index,
		startedAt: new Date(START - 3_600_000).toISOString(),
		restarts: 0,
		lastExit: null,
		nextStartAt: null,
		recentExits: [],
		...changed,
	};
}

export function typeEntry(
	type: string,
	wanted: number,
	changed: Partial<TypeObservation> = {},
): TypeObservation {
	return { type, command: `run ${type}`, wanted, paused: null, orphan: false, stopped: false, ...changed };
}

function matches(selectors: readonly Selector[], { type, index }: { type: string; index: number }): boolean {
	if (selectors.length === 0) return true;
	return selectors.some((selector) => selector.type === type && (selector.index ?? index) === index);
}

export interface ScriptedServer extends Server {
	/** Every change that was asked for, in order. */
	readonly applied: readonly { readonly change: Change; readonly options: ChangeOptions }[];
	readonly observation: ServerObservation;
	/** While held, `apply` waits for `release`. */
	hold(): void;
	release(): void;
	/** What the server does by itself: a crash, somebody else's change. */
	push(event: ServerEvent): void;
	setInstance(name: string, changed: Partial<InstanceObservation>): void;
	setType(type: string, changed: Partial<TypeObservation>): void;
	writeLog(instance: string, text: string, at?: number): void;
	/** How many log streams are open. */
	readonly logStreams: number;
}

interface Script {
	readonly counts: Readonly<Record<string, number>>;
	readonly name?: string;
	readonly power?: ServerObservation['power'];
	/** The state that a new instance is in at first; `starting` waits for `setInstance`. */
	readonly newState?: InstanceState;
}

/** An honest server in memory: it keeps counts, refuses what is out of date, and tells everybody what it did. */
export function scriptedServer({
	counts,
	name = 'local',
	power = 'up',
	newState = 'running',
}: Script): ScriptedServer {
	const listeners = new Set<(event: ServerEvent) => void>();
	const readers = new Set<{ query: LogQuery; deliver: (chunks: LogChunk[]) => void }>();
	const written: LogChunk[] = [];
	const applied: { change: Change; options: ChangeOptions }[] = [];
	let held: Promise<void> | null = null;
	let release = () => {};
	let nextPid = 9000;
	let entries = 0;
	let observation: ServerObservation = {
		name,
		kind: 'local',
		supervisor: 'embedded',
		connection: 'connected',
		asOf: new Date(START).toISOString(),
		serving: null,
		drift: [],
		supervisorPid: 4000,
		power,
		release: null,
		types: Object.entries(counts).map(([type, wanted]) => typeEntry(type, wanted)),
		instances:
			power === 'up'
				? Object.entries(counts).flatMap(([type, count]) =>
						Array.from({ length: count }, (_, position) => instance(type, position + 1)),
					)
				: [],
		problems: [],
		history: [],
	};

	const push = (event: ServerEvent) => {
		observation = observe(observation, event, new Date(START).toISOString());
		for (const listener of listeners) listener(event);
	};
	const setTypes = (update: (entry: TypeObservation) => TypeObservation, nextPower = observation.power) => {
		push({
			kind: 'stack',
			power: nextPower,
			types: observation.types.map(update),
			problems: observation.problems,
		});
	};
	/** Starts and ends instances until they are as wanted. */
	const reconcile = () => {
		for (const { type, wanted, stopped } of observation.types) {
			const want = observation.power === 'up' && !stopped ? wanted : 0;
			const have = observation.instances.filter((entry) => entry.type === type);
			const removed = have.filter(({ index }) => index > want).map((entry) => entry.name);
			const missing = Array.from({ length: want }, (_, position) => position + 1).filter(
				(index) => !have.some((entry) => entry.index === index && entry.state !== 'stopped'),
			);
			const changed = missing.map((index) => instance(type, index, { state: newState, pid: nextPid++ }));
			if (removed.length + changed.length > 0) push({ kind: 'instances', changed, removed });
		}
	};
	const record = (verb: string, options: ChangeOptions, row: ChangeRow) => {
		const entry: HistoryEntry = {
			id: `${name}-${++entries}`,
			changeId: options.changeId,
			at: new Date(START + entries * 1000).toISOString(),
			who: options.who,
			verb: options.historyVerb ?? verb,
			server: name,
			type: row.type,
			from: row.from,
			to: row.to,
			outcome: row.outcome,
			...(row.code && { code: row.code }),
			tookMs: 400,
			...(options.undoes === undefined ? {} : { undoes: options.undoes }),
		};
		push({ kind: 'history', entry });
	};
	const row = (type: string | null, from: ChangeRow['from'], to: ChangeRow['to']): ChangeRow => ({
		server: name,
		type,
		from,
		to,
		outcome: 'done',
		reason: null,
	});
	const scale = (change: Extract<Change, { verb: 'scale' }>): ChangeRow[] =>
		change.targets.map((target) => {
			const wanted = observation.types.find(({ type }) => type === target.type)?.wanted ?? 0;
			const to = 'to' in target ? target.to : wanted + target.by;
			if ('to' in target && target.expected !== null && target.expected !== wanted) {
				const reason = `${target.type} is ${wanted} now, not ${target.expected}`;
				return { ...row(target.type, wanted, to), outcome: 'failed', reason, code: 'conflict' };
			}
			setTypes((entry) => (entry.type === target.type ? { ...entry, wanted: to, paused: null } : entry));
			return row(target.type, wanted, to);
		});
	const carryOut = (change: Change): ChangeRow[] => {
		switch (change.verb) {
			case 'serve': {
				const word = (on: boolean) => (on ? 'on' : 'off');
				const was = observation.serving === true;
				push({ kind: 'serving', serving: change.on });
				return [row('web', word(was), word(change.on))];
			}
			case 'scale':
				return scale(change);
			case 'start':
				setTypes((entry) => ({ ...entry, stopped: false }), 'up');
				return [row(null, null, null)];
			case 'stop':
				setTypes((entry) =>
					matches(change.selectors, { type: entry.type, index: 1 }) ? { ...entry, stopped: true } : entry,
				);
				return [row(change.selectors[0]?.type ?? null, null, null)];
			case 'pause':
				setTypes((entry) =>
					change.types.includes(entry.type) ? { ...entry, paused: entry.wanted, wanted: 0 } : entry,
				);
				return [row(change.types[0] ?? null, null, 0)];
			case 'resume':
				setTypes((entry) =>
					change.types.includes(entry.type)
						? { ...entry, paused: null, wanted: entry.paused ?? entry.wanted }
						: entry,
				);
				return [row(change.types[0] ?? null, 0, null)];
			case 'restart': {
				const changed = observation.instances
					.filter((entry) => matches(change.selectors, entry))
					.map((entry) => ({
						...entry,
						pid: nextPid++,
						stale: false,
						state: 'running' as const,
						restarts: 0,
						nextStartAt: null,
					}));
				push({ kind: 'instances', changed, removed: [] });
				return changed.map(({ type }) => row(type, null, null));
			}
			case 'surge':
			case 'down':
				setTypes((entry) => entry, 'down');
				return [row(null, null, null)];
		}
	};
	return {
		definition: definition(name),
		setup: null,
		releases: null,
		machine: null,
		async examine() {
			return [];
		},
		applied,
		get observation() {
			return observation;
		},
		get logStreams() {
			return readers.size;
		},
		hold() {
			held = new Promise((resolve) => {
				release = resolve;
			});
		},
		release() {
			held = null;
			release();
		},
		push,
		setInstance(instanceName, changed) {
			const before = observation.instances.find((entry) => entry.name === instanceName);
			if (before !== undefined)
				push({ kind: 'instances', changed: [{ ...before, ...changed }], removed: [] });
		},
		setType(type, changed) {
			setTypes((entry) => (entry.type === type ? { ...entry, ...changed } : entry));
			reconcile();
		},
		writeLog(instanceName, text, at = START) {
			const chunk: LogChunk = {
				instance: instanceName,
				at,
				stream: null,
				bytes: Buffer.from(text),
				marker: false,
			};
			written.push(chunk);
			for (const { query, deliver } of readers) if (wants(query, chunk)) deliver([chunk]);
		},
		async observe(listener) {
			listener({ kind: 'snapshot', observation });
			listeners.add(listener);
			return () => listeners.delete(listener);
		},
		async apply(change, options) {
			applied.push({ change, options });
			if (held !== null) await held;
			const rows = carryOut(change);
			reconcile();
			for (const each of rows) record(change.verb, options, each);
			return rows;
		},
		async *logs(query, signal) {
			const past = written.filter((chunk) => wants(query, chunk));
			const queue: LogChunk[][] = past.length > 0 ? [past] : [];
			if (query.follow) queue.push([]);
			let wake = () => {};
			const reader = {
				query,
				deliver: (chunks: LogChunk[]) => {
					queue.push(chunks);
					wake();
				},
			};
			readers.add(reader);
			signal.addEventListener('abort', () => wake());
			try {
				while (!signal.aborted) {
					const chunks = queue.shift();
					if (chunks !== undefined) yield chunks;
					else if (!query.follow) return;
					else
						await new Promise<void>((resolve) => {
							wake = resolve;
						});
				}
			} finally {
				readers.delete(reader);
			}
		},
		async stats(): Promise<ServerStats> {
			return {};
		},
		async note(entry) {
			push({ kind: 'history', entry });
		},
		async close() {},
	};
}

function wants({ selectors }: LogQuery, { instance: name }: LogChunk): boolean {
	const [type = '', index] = name.split('.');
	return matches(selectors, { type, index: Number(index) });
}
