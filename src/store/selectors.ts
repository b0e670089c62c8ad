import type { InstanceObservation, ServerObservation, TypeObservation } from '../model/observed.ts';
import { type ConsoleState, cellKey, type ServerEntry } from './console-store.ts';
import { derived, perObject } from './derived.ts';

export function serverNamed(state: ConsoleState, name: string): ServerEntry | null {
	return state.servers.find((server) => server.name === name) ?? null;
}

/** Every process type, in Procfile order, then the orphans that a server still has. */
export const typeNames: (state: ConsoleState) => readonly string[] = derived(
	({ stack, servers }) => [stack, ...servers.map(({ observation }) => observation?.types)],
	({ stack, servers }) => {
		const known = servers.flatMap(({ observation }) => observation?.types ?? []);
		const names = new Set<string>();
		for (const { type, orphan } of known) if (!orphan) names.add(type);
		if (names.size === 0) for (const { name } of stack.processTypes) names.add(name);
		for (const { type } of known) names.add(type);
		return [...names];
	},
);

/** What a server reports of one process type. */
interface Part {
	/** null where the server does not know the type. */
	readonly known: TypeObservation | null;
	readonly instances: readonly InstanceObservation[];
	/** Instances in the state `running`. */
	readonly running: number;
}

const NOTHING: Part = { known: null, instances: [], running: 0 };

const partsOf: (observation: ServerObservation) => ReadonlyMap<string, Part> = perObject(
	({ types, instances }) => {
		const byType = Map.groupBy(instances, ({ type }) => type);
		const known = new Map(types.map((entry) => [entry.type, entry]));
		const names = new Set([...known.keys(), ...byType.keys()]);
		return new Map(
			[...names].map((type) => {
				const own = byType.get(type) ?? [];
				const running = own.filter(({ state }) => state === 'running').length;
				return [type, { known: known.get(type) ?? null, instances: own, running }];
			}),
		);
	},
);

/** One process type on one server. */
export interface Cell extends Part {
	readonly server: ServerEntry;
	readonly type: string;
	/** What the server wants, or what was asked for and waits to be acknowledged. */
	readonly wanted: number;
	readonly pending: number | null;
}

/** The cells that were asked for, by what is pending, server and type: a screen of hundreds of servers asks for all of them. */
const cellsAsked = perObject((_pending: ConsoleState['pending']) =>
	perObject((_server: ServerEntry) => new Map<string, Cell>()),
);

/** The same object as long as nothing of it changes. */
export function cellOf({ pending }: ConsoleState, server: ServerEntry, type: string): Cell {
	const cells = cellsAsked(pending)(server);
	const known = cells.get(type);
	if (known !== undefined) return known;
	const made = makeCell(server, type, pending[cellKey(server.name, type)] ?? null);
	cells.set(type, made);
	return made;
}

function makeCell(server: ServerEntry, type: string, pending: number | null): Cell {
	const { observation } = server;
	const part = (observation === null ? null : partsOf(observation).get(type)) ?? NOTHING;
	const { known, instances, running } = part;
	return { server, type, known, instances, running, wanted: pending ?? known?.wanted ?? 0, pending };
}

/** The cells of a server that it knows, in its order. */
export function cellsOf(state: ConsoleState, server: ServerEntry): readonly Cell[] {
	return (server.observation?.types ?? []).map(({ type }) => cellOf(state, server, type));
}

/** Whether the server answers. */
export function isReachable({ observation }: ServerEntry): boolean {
	return observation?.connection === 'connected';
}

/** Whether the cell is on its way: something starts or stops, or the count is not yet what was asked for. */
export const isChanging: (cell: Cell) => boolean = perObject(({ server, pending, known, instances }) => {
	if (!isReachable(server)) return false;
	if (pending !== null && pending !== known?.wanted) return true;
	return instances.some(({ state }) => state === 'starting' || state === 'stopping');
});

export interface Counts {
	readonly running: number;
	readonly wanted: number;
}

export interface Totals extends Counts {
	readonly reachable: number;
	/** Cells that are on their way to what is wanted. */
	readonly changing: number;
	readonly stale: number;
}

export const totalsOf: (state: ConsoleState) => Totals = perObject((state) => {
	let running = 0;
	let wanted = 0;
	let changing = 0;
	let stale = 0;
	for (const server of state.servers) {
		for (const cell of cellsOf(state, server)) {
			running += cell.running;
			wanted += cell.wanted;
			if (isChanging(cell)) changing += 1;
			for (const instance of cell.instances) if (instance.stale) stale += 1;
		}
	}
	const reachable = state.servers.filter(isReachable).length;
	return { running, wanted, reachable, changing, stale };
});

/** How many of all types run and are wanted on a server. */
export function serverCounts(state: ConsoleState, server: ServerEntry): Counts {
	let running = 0;
	let wanted = 0;
	for (const cell of cellsOf(state, server)) {
		running += cell.running;
		wanted += cell.wanted;
	}
	return { running, wanted };
}

/** How many of a type run and are wanted on these servers together. */
export function countsOn(state: ConsoleState, servers: readonly ServerEntry[], type: string): Counts {
	let running = 0;
	let wanted = 0;
	for (const server of servers) {
		const cell = cellOf(state, server, type);
		running += cell.running;
		wanted += cell.wanted;
	}
	return { running, wanted };
}
