import type { InstanceObservation, TypeObservation } from '../model/observed.ts';
import { type ConsoleState, cellKey, type ServerEntry } from './console-store.ts';

export function serverNamed(state: ConsoleState, name: string): ServerEntry | null {
	return state.servers.find((server) => server.name === name) ?? null;
}

/** Every process type, in Procfile order, then the orphans that a server still has. */
export function typeNames(state: ConsoleState): readonly string[] {
	const names = new Set<string>();
	for (const { observation } of state.servers) {
		for (const entry of observation?.types ?? []) if (!entry.orphan) names.add(entry.type);
	}
	if (names.size === 0) for (const { name } of state.stack.processTypes) names.add(name);
	for (const { observation } of state.servers)
		for (const { type } of observation?.types ?? []) names.add(type);
	return [...names];
}

/** One process type on one server. */
export interface Cell {
	readonly server: ServerEntry;
	readonly type: string;
	/** null where the server does not know the type. */
	readonly known: TypeObservation | null;
	readonly instances: readonly InstanceObservation[];
	/** Instances in the state `running`. */
	readonly running: number;
	/** What the server wants, or what was asked for and waits to be acknowledged. */
	readonly wanted: number;
	readonly pending: number | null;
}

export function cellOf(state: ConsoleState, server: ServerEntry, type: string): Cell {
	const known = server.observation?.types.find((entry) => entry.type === type) ?? null;
	const instances = server.observation?.instances.filter((instance) => instance.type === type) ?? [];
	const pending = state.pending[cellKey(server.name, type)] ?? null;
	return {
		server,
		type,
		known,
		instances,
		running: instances.filter((instance) => instance.state === 'running').length,
		wanted: pending ?? known?.wanted ?? 0,
		pending,
	};
}

export interface Totals {
	readonly running: number;
	readonly wanted: number;
	readonly reachable: number;
	/** Cells that are on their way to what is wanted. */
	readonly changing: number;
	readonly stale: number;
}

/** Whether the cell is on its way: something starts or stops, or the count is not yet what was asked for. */
export function isChanging(cell: Cell): boolean {
	if (cell.server.observation?.connection !== 'connected') return false;
	return (
		(cell.pending !== null && cell.pending !== cell.known?.wanted) ||
		cell.instances.some(({ state }) => state === 'starting' || state === 'stopping')
	);
}

export function totalsOf(state: ConsoleState): Totals {
	let running = 0;
	let wanted = 0;
	let changing = 0;
	let stale = 0;
	for (const server of state.servers) {
		for (const { type } of server.observation?.types ?? []) {
			const cell = cellOf(state, server, type);
			running += cell.running;
			wanted += cell.wanted;
			if (isChanging(cell)) changing += 1;
			stale += cell.instances.filter((instance) => instance.stale).length;
		}
	}
	const reachable = state.servers.filter(({ observation }) => observation?.connection === 'connected').length;
	return { running, wanted, reachable, changing, stale };
}
