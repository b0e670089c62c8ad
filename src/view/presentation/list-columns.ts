import { derived } from '../../store/derived.ts';
import { cellOf, countsOn } from '../../store/selectors.ts';
import { cellStanding } from '../../store/standing.ts';
import type { ListedServers } from '../arrangement.ts';
import type { Model } from '../model.ts';
import { selectedType, visibleTypes } from '../selection.ts';
import type { UiState } from '../ui.ts';
import { listCell } from './list-cell.ts';
import { widthOf } from './row.ts';
import { servingText } from './server-facts.ts';

/** A process type in the list of servers. */
export interface TypeColumn {
	readonly type: string;
	/** Of its text, without the two cells for the marks of the cursor. */
	readonly width: number;
}

export interface ListColumns {
	readonly nameWidth: number;
	/** 0 where no server can be in a load balancer. */
	readonly servingWidth: number;
	readonly types: readonly TypeColumn[];
	/** Types that have no room. */
	readonly hidden: readonly string[];
	/** Of the column that stands for them; 0 without any. */
	readonly hiddenWidth: number;
}

/** Of the marks around a type's text. */
export const MARKS = 2;
export const CPU_WIDTH = 6;
export const MEMORY_WIDTH = 7;
export const UP_WIDTH = 9;
/** Of the cursor and the sign before the name. */
const LEAD = 3;
const SHORTEST_NAME = 7;
const LONGEST_NAME = 20;
const SHORT_TITLE = 6;
const HIDDEN_WIDTH = 4;

/** What a type needs: room for its widest cell, and whether one of them is wrong. */
interface Need {
	readonly type: string;
	readonly content: number;
	readonly isWrong: boolean;
}

interface Asked {
	readonly model: Model;
	readonly servers: ListedServers['servers'];
	readonly types: readonly string[];
}

/** Measured again when a server, a count that waits or the filter has changed; the clock alone moves no column. */
const needsOf: (asked: Asked) => readonly Need[] = derived(
	({ model: { state, glyphs }, servers, types }) => [state.pending, glyphs, ...types, ...servers],
	({ model: { state, glyphs }, servers, types }) =>
		types.map((type) => {
			const { running, wanted } = countsOn(state, servers, type);
			let content = totalText(running, wanted).length;
			let isWrong = false;
			for (const server of servers) {
				const cell = cellOf(state, server, type);
				content = Math.max(content, widthOf(listCell(cell, glyphs, state.now).text));
				const standing = cellStanding(cell, state.now);
				if (standing === 'failed' || standing === 'backoff') isWrong = true;
			}
			return { type, content, isWrong };
		}),
);

/** `48`, or `223/226` where they differ. */
export function totalText(running: number, wanted: number): string {
	return running === wanted ? String(running) : `${running}/${wanted}`;
}

function widthOfAll(columns: readonly TypeColumn[]): number {
	return columns.reduce((sum, { width }) => sum + width + MARKS, 0);
}

/** The types from the left that fit into the room; the selected one and those with something wrong never give way. */
function fitting(needs: readonly Need[], room: number, selected: string | null): readonly Need[] {
	const narrow = (need: Need) => Math.max(need.content, Math.min(SHORT_TITLE, widthOf(need.type)));
	const shown = [...needs];
	const used = () => shown.reduce((sum, need) => sum + narrow(need) + MARKS, 0);
	const left = () => room - (shown.length < needs.length ? HIDDEN_WIDTH + MARKS : 0);
	const canGo = ({ type, isWrong }: Need) => type !== selected && !isWrong;
	while (shown.length > 1 && used() > left()) {
		const last = shown.findLastIndex(canGo);
		// Even these do not all fit: the selected one at least.
		const gone = last === -1 ? shown.findLastIndex(({ type }) => type !== selected) : last;
		shown.splice(gone, 1);
	}
	return shown;
}

/** Titles get the room that is left, from the left. */
function withTitles(needs: readonly Need[], room: number): readonly TypeColumn[] {
	const columns = needs.map(({ type, content }) => ({
		type,
		width: Math.max(content, Math.min(SHORT_TITLE, widthOf(type))),
	}));
	let left = room - widthOfAll(columns);
	return columns.map(({ type, width }) => {
		const more = Math.max(0, Math.min(left, widthOf(type) - width));
		left -= more;
		return { type, width: width + more };
	});
}

export function listColumns(
	model: Model,
	ui: UiState,
	{ servers }: ListedServers,
	width: number,
): ListColumns {
	const longest = Math.max(0, ...servers.map(({ name }) => widthOf(name)));
	const widest = Math.max(SHORTEST_NAME, Math.min(LONGEST_NAME, Math.floor(width / 5)));
	const nameWidth = Math.min(Math.max(SHORTEST_NAME, longest), widest) + 2;
	const servingWidth = servers.some((server) => servingText(server) !== '') ? 6 : 0;
	const room = width - LEAD - nameWidth - servingWidth - CPU_WIDTH - MEMORY_WIDTH - UP_WIDTH - 1;
	const types = visibleTypes(model, ui);
	const needs = needsOf({ model, servers, types });
	const shown = fitting(needs, room, selectedType(model, ui));
	const names = new Set(shown.map(({ type }) => type));
	const hidden = types.filter((type) => !names.has(type));
	const hiddenWidth = hidden.length > 0 ? HIDDEN_WIDTH : 0;
	return {
		nameWidth,
		servingWidth,
		types: withTitles(shown, room - (hiddenWidth > 0 ? hiddenWidth + MARKS : 0)),
		hidden,
		hiddenWidth,
	};
}
