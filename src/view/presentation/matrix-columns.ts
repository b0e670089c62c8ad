import type { ServerEntry } from '../../store/console-store.ts';
import type { Model } from '../model.ts';
import { isOnAll, selectedServer, visibleServers } from '../selection.ts';
import type { UiState } from '../ui.ts';
import { widthOf } from './row.ts';
import { shownPart } from './shown-part.ts';

const COMFORTABLE = 17;
const NARROWEST = 16;
export const TOTAL_WIDTH = 11;
/** Of `12 ›`, with a blank before it. */
export const MORE_WIDTH = 6;
const SHORTEST_COMMAND = 20;
const SHORTEST_NAME = 13;
const LONGEST_NAME = 43;

/** What of the matrix is on the screen, and how wide. */
export interface MatrixColumns {
	readonly nameWidth: number;
	readonly servers: readonly ServerEntry[];
	/** Of each server's column. */
	readonly width: number;
	/** Whether there are more servers than columns. */
	readonly isPart: boolean;
	/** Servers out of sight on either side. */
	readonly before: number;
	readonly after: number;
	/** Whether there is a column for all servers together. */
	readonly total: boolean;
	/** 0: there is no column for the commands. */
	readonly command: number;
}

/** Names come before the command, but no server gives way to them. */
function nameWidthFor(types: readonly string[], servers: number, width: number): number {
	const longest = Math.max(0, ...types.map(widthOf));
	const spare = width - servers * COMFORTABLE - (servers > 1 ? TOTAL_WIDTH : 0);
	const widest = Math.max(SHORTEST_NAME, Math.floor(width / 3), Math.min(LONGEST_NAME, spare));
	const fitting = width - servers * NARROWEST - (servers > 1 ? TOTAL_WIDTH : 0);
	const wanted = Math.min(Math.max(SHORTEST_NAME, longest + 3), widest);
	// A name that costs a server its column is cut instead, as long as enough of it is left.
	return fitting >= SHORTEST_NAME ? Math.min(wanted, Math.max(fitting, SHORTEST_NAME)) : wanted;
}

/** As many servers as fit, with the selected one among them. */
export function columnsOf(model: Model, ui: UiState, types: readonly string[], width: number): MatrixColumns {
	const servers = visibleServers(model, ui);
	const total = servers.length > 1;
	const nameWidth = nameWidthFor(types, servers.length, width);
	const room = width - nameWidth - (total ? TOTAL_WIDTH : 0);
	const isPart = servers.length * NARROWEST > room;
	const roomForServers = room - (isPart ? MORE_WIDTH : 0);
	const shown = isPart ? Math.max(1, Math.floor(roomForServers / NARROWEST)) : servers.length;
	const column = shown === 0 ? NARROWEST : Math.floor(roomForServers / shown);
	const columnWidth = Math.max(NARROWEST, Math.min(COMFORTABLE, column));
	const selected = isOnAll(model, ui)
		? servers.length
		: servers.findIndex(({ name }) => name === selectedServer(model, ui)?.name);
	const part = shownPart(servers, selected, shown);
	const before = servers.indexOf(part[0]!);
	const used = nameWidth + shown * columnWidth + (isPart ? MORE_WIDTH : 0) + (total ? TOTAL_WIDTH : 0);
	const left = width - used - 1;
	return {
		nameWidth,
		servers: part,
		width: columnWidth,
		isPart,
		before: Math.max(0, before),
		after: servers.length - Math.max(0, before) - part.length,
		total,
		command: left >= SHORTEST_COMMAND ? left : 0,
	};
}
