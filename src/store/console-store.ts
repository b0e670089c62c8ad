import { createStore, type StoreApi } from 'zustand/vanilla';
import type { BalancerObservation } from '../model/balancer.ts';
import type { Found } from '../model/finding.ts';
import { observe, type ServerEvent, type ServerObservation, type ServerStats } from '../model/observed.ts';
import { commandShower } from '../model/shown-command.ts';
import type { ServerDefinition, Stack } from '../model/stack.ts';
import { type Activity, withActivity } from './activity.ts';
import type { NewServer, PlaceRemark } from './new-server.ts';
import { NO_TRAFFIC, type Traffic, withReport, withTime } from './traffic.ts';
import { NO_TRENDS, type Trends, withSample } from './trend.ts';

/** What became of the last log that was to be saved. */
export interface SavedLog {
	/** Why it was not, or null. */
	readonly error: string | null;
}

/** All that is known of one server. */
export interface ServerEntry {
	readonly name: string;
	/** null until the first snapshot. */
	readonly observation: ServerObservation | null;
	/** Why the server cannot be reached, or null. */
	readonly connectionReason: string | null;
	readonly stats: ServerStats;
	readonly trends: Trends;
	/** What the doctor found last that is not fine, the worst first. */
	readonly findings: readonly Found[];
}

/** How what runs is not what the folder and the options let expect; it stays so while the console is open. */
export interface Notice {
	/** What `text` is about: `-f Procfile.dev`. */
	readonly subject: string;
	readonly text: string;
	/** What to do about it. */
	readonly detail: string;
}

/** News of what nobody did in this console. */
export interface Announcement {
	/** `web3 was added to procdeck.yml` */
	readonly text: string;
	/** Milliseconds since the epoch. */
	readonly at: number;
}

export interface ConsoleState {
	readonly stack: Stack;
	readonly notices: readonly Notice[];
	/** A type's command as it will run. */
	readonly showCommand: (type: string, command: string) => string;
	/** `user@host` of this console. */
	readonly who: string;
	readonly readOnly: boolean;
	/** In the stack file's order. */
	readonly servers: readonly ServerEntry[];
	/** null while none is known. */
	readonly balancer: BalancerObservation | null;
	readonly traffic: Traffic;
	/** Counts asked for by key and not acknowledged yet, by `cellKey`. */
	readonly pending: Readonly<Record<string, number>>;
	/** Oldest first. */
	readonly activities: readonly Activity[];
	/** null before the first. */
	readonly announcement: Announcement | null;
	/** null before the first. */
	readonly saved: SavedLog | null;
	/** null while nobody adds one. */
	readonly newServer: NewServer | null;
	/** Of the place that is typed; null while none is known. */
	readonly placeRemark: PlaceRemark | null;
	/** Milliseconds since the epoch, one step a second. */
	readonly now: number;
}

export type ConsoleStore = StoreApi<ConsoleState>;

export function createConsoleStore(options: {
	readonly stack: Stack;
	readonly notices?: readonly Notice[];
	/** This console's shell, which local instances get. */
	readonly shell: Readonly<Record<string, string>>;
	readonly servers: readonly string[];
	readonly who: string;
	readonly readOnly: boolean;
	readonly now: number;
}): ConsoleStore {
	const { stack, notices = [], shell, who, readOnly, now } = options;
	const servers = options.servers.map(newEntry);
	return createStore<ConsoleState>(() => ({
		stack,
		notices,
		showCommand: commandShower(stack, shell),
		who,
		readOnly,
		servers,
		balancer: null,
		traffic: NO_TRAFFIC,
		pending: {},
		activities: [],
		announcement: null,
		saved: null,
		newServer: null,
		placeRemark: null,
		now,
	}));
}

/** A server of which nothing is known yet. */
function newEntry(name: string): ServerEntry {
	return { name, observation: null, connectionReason: null, stats: {}, trends: NO_TRENDS, findings: [] };
}

/** Has a server that was added among the others, as their last. */
export function joinServer(store: ConsoleStore, definition: ServerDefinition): void {
	const { stack, servers } = store.getState();
	store.setState({
		stack: { ...stack, servers: [...stack.servers, definition] },
		servers: [...servers, newEntry(definition.name)],
	});
}

/**
 * Takes the stack as its files have become. Servers that stay keep what is known of them.
 * @param closed names of servers of which nothing is known any more, even where there is one of that name again
 */
export function setStack(
	store: ConsoleStore,
	stack: Stack,
	shell: Readonly<Record<string, string>>,
	closed: ReadonlySet<string>,
): void {
	const { servers, pending } = store.getState();
	const known = new Map(servers.filter(({ name }) => !closed.has(name)).map((entry) => [entry.name, entry]));
	const keys = Object.entries(pending).filter(([key]) => !closed.has(key.slice(0, key.indexOf(' '))));
	store.setState({
		stack,
		showCommand: commandShower(stack, shell),
		servers: stack.servers.map(({ name }) => known.get(name) ?? newEntry(name)),
		pending: Object.fromEntries(keys),
	});
}

/** The key of one process type on one server. */
export function cellKey(server: string, type: string): string {
	return `${server} ${type}`;
}

function updateServer(store: ConsoleStore, name: string, update: (entry: ServerEntry) => ServerEntry): void {
	const { servers } = store.getState();
	const position = servers.findIndex((entry) => entry.name === name);
	const entry = servers[position];
	if (entry === undefined) return;
	store.setState({ servers: servers.with(position, update(entry)) });
}

/** Takes in what a server pushed. `now` in milliseconds since the epoch. */
export function receive(store: ConsoleStore, name: string, event: ServerEvent, now: number): void {
	if (event.kind === 'stats') {
		receiveStats(store, new Map([[name, event.stats]]));
		return;
	}
	updateServer(store, name, (entry) => {
		if (event.kind === 'snapshot') {
			return { ...entry, observation: event.observation, connectionReason: null };
		}
		const connectionReason = event.kind === 'connection' ? event.reason : entry.connectionReason;
		if (entry.observation === null) return { ...entry, connectionReason };
		const observation = observe(entry.observation, event, new Date(now).toISOString());
		return { ...entry, observation, connectionReason };
	});
}

/** Takes in one sample of statistics of each of several servers, by name. */
export function receiveStats(store: ConsoleStore, samples: ReadonlyMap<string, ServerStats>): void {
	const servers = store.getState().servers.map((entry) => {
		const stats = samples.get(entry.name);
		return stats === undefined ? entry : { ...entry, stats, trends: withSample(entry.trends, stats) };
	});
	store.setState({ servers });
}

/** Takes in what the doctor found of a server. */
export function receiveFindings(store: ConsoleStore, name: string, findings: readonly Found[]): void {
	updateServer(store, name, (entry) => ({ ...entry, findings }));
}

/**
 * Takes in what the load balancer is like; null: there is none.
 * @param now milliseconds since the epoch
 */
export function receiveBalancer(
	store: ConsoleStore,
	balancer: BalancerObservation | null,
	now: number,
): void {
	const { traffic, balancer: before } = store.getState();
	store.setState({ balancer, traffic: withReport(traffic, before, balancer, now) });
}

/** Records that a server has acknowledged a wanted count, ahead of its own event about it. */
export function acknowledgeWanted(store: ConsoleStore, server: string, type: string, wanted: number): void {
	updateServer(store, server, (entry) => {
		if (entry.observation === null) return entry;
		const types = entry.observation.types.map((other) =>
			other.type === type ? { ...other, wanted, paused: null } : other,
		);
		return { ...entry, observation: { ...entry.observation, types } };
	});
}

/** Shows a count that was asked for and not acknowledged yet; null takes it away. */
export function setPending(store: ConsoleStore, server: string, type: string, target: number | null): void {
	const { [cellKey(server, type)]: _, ...others } = store.getState().pending;
	store.setState({ pending: target === null ? others : { ...others, [cellKey(server, type)]: target } });
}

export function putActivity(store: ConsoleStore, activity: Activity): void {
	store.setState({ activities: withActivity(store.getState().activities, activity) });
}

/** @param now milliseconds since the epoch */
export function announce(store: ConsoleStore, text: string, now: number): void {
	store.setState({ announcement: { text, at: now } });
}

export function setNewServer(store: ConsoleStore, newServer: NewServer | null): void {
	store.setState({ newServer });
}

export function setPlaceRemark(store: ConsoleStore, placeRemark: PlaceRemark | null): void {
	store.setState({ placeRemark });
}

export function setSaved(store: ConsoleStore, saved: SavedLog): void {
	store.setState({ saved });
}

/** Moves the clock on, in whole seconds. */
export function setNow(store: ConsoleStore, now: number): void {
	const second = Math.floor(now / 1000) * 1000;
	const { traffic, balancer, now: before } = store.getState();
	if (second !== before) store.setState({ now: second, traffic: withTime(traffic, balancer, now) });
}
