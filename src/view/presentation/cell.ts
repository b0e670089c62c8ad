import { secondsToNextStart } from '../../store/instance-problems.ts';
import { type Cell, isChanging } from '../../store/selectors.ts';
import type { Glyphs } from './glyphs.ts';
import type { Role } from './row.ts';

/** How a cell of the formation is drawn: `↻  0/1 8s`. */
export interface CellLook {
	readonly glyph: string;
	readonly role: Role;
	/** In three cells, right-aligned, so that the slashes stand below each other. */
	readonly running: string;
	/** From the slash on. */
	readonly rest: string;
	/** Whether the rest is of no interest because all that is wanted runs. */
	readonly asWanted: boolean;
}

function look(glyph: string, role: Role, running: number | string, rest: string, asWanted = false): CellLook {
	return { glyph, role, running: String(running).padStart(3), rest, asWanted };
}

function isNothing({ known, wanted, instances, pending }: Cell): boolean {
	if (pending !== null && pending > 0) return false;
	return known === null || (wanted === 0 && known.paused === null && instances.length === 0);
}

function backoffLook(cell: Cell, glyphs: Glyphs, now: number): CellLook | null {
	const waiting = cell.instances.filter(({ state }) => state === 'backoff');
	if (waiting.length === 0) return null;
	const seconds = waiting.map((instance) => secondsToNextStart(instance, now) ?? 0);
	return look(glyphs.backoff, 'warn', cell.running, `/${cell.wanted} ${Math.min(...seconds)}s`);
}

/** The instances that a `stop` holds, until `start`. */
export function heldCount({ known, wanted, instances }: Cell): number {
	const present = instances.filter(({ state }) => state !== 'stopped').length;
	if (known?.stopped) return Math.max(0, wanted - present);
	return instances.filter(({ state, held }) => held && state === 'stopped').length;
}

/** How many are to run once the change is over. */
function goalOf({ known, instances, wanted, server }: Cell): number {
	if (known?.stopped || server.observation?.power !== 'up') return 0;
	return wanted - instances.filter(({ held }) => held).length;
}

function changingLook(cell: Cell, glyphs: Glyphs): CellLook {
	const goal = goalOf(cell);
	const present = cell.instances.filter(({ state }) => state !== 'stopped').length;
	const from = present > goal ? present : cell.running;
	const sign = from === goal ? '/' : glyphs.arrow;
	return look(glyphs.changing, 'accent', from, `${sign}${goal}`);
}

/** Fewer than wanted and nothing on its way: held, ended as their policy allows, or about to start. */
function missingLook(cell: Cell, glyphs: Glyphs): CellLook {
	const { running, wanted, instances } = cell;
	const held = heldCount(cell);
	const ended = instances.filter(
		({ state, held, lastExit }) => state === 'stopped' && !held && lastExit?.code === 0,
	).length;
	if (running + held + ended < wanted)
		return look(glyphs.changing, 'accent', running, `${glyphs.arrow}${wanted}`);
	return look(held > 0 ? glyphs.paused : ' ', 'dim', running, `/${wanted}`);
}

export function cellLook(cell: Cell, glyphs: Glyphs, now: number): CellLook {
	const { running, wanted, known, instances, server } = cell;
	if (server.observation === null && cell.pending === null) return look(' ', 'dim', '?', '');
	if (isNothing(cell)) return look(' ', 'dim', glyphs.none, '');
	if (server.observation?.connection !== 'connected') {
		return look(glyphs.unreachable, 'dim', running, `/${wanted}?`);
	}
	if (instances.some(({ state }) => state === 'failed'))
		return look(glyphs.failed, 'error', running, `/${wanted}`);
	const backoff = backoffLook(cell, glyphs, now);
	if (backoff !== null) return backoff;
	if (isChanging(cell)) return changingLook(cell, glyphs);
	if (known?.paused != null) return look(glyphs.paused, 'dim', running, ` (${known.paused})`);
	if (known?.stopped) return look(glyphs.paused, 'dim', running, `/${wanted}`);
	if (server.observation.power !== 'up') return look(glyphs.none, 'dim', running, `/${wanted}`);
	if (running < wanted) return missingLook(cell, glyphs);
	return look(' ', 'plain', running, `/${wanted}`, running === wanted);
}
