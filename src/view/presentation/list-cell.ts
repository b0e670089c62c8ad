import type { Cell } from '../../store/selectors.ts';
import { isReachable } from '../../store/selectors.ts';
import { cellStanding } from '../../store/standing.ts';
import { cellLook } from './cell.ts';
import type { Glyphs } from './glyphs.ts';
import type { Role } from './row.ts';

/** How a cell is drawn in the list of servers, where only what is not as wanted has more than a number. */
export interface ListCell {
	readonly text: string;
	readonly role: Role;
}

/** Whether just what is wanted runs: most cells of most servers, told without looking closer. */
function isAsWanted({ server, known, pending, running, wanted, instances }: Cell): boolean {
	return (
		known !== null &&
		pending === null &&
		isReachable(server) &&
		server.observation?.power === 'up' &&
		running === wanted &&
		instances.length === wanted &&
		known.paused === null &&
		!known.stopped
	);
}

export function listCell(cell: Cell, glyphs: Glyphs, now: number): ListCell {
	const { running, wanted } = cell;
	if (isAsWanted(cell)) {
		if (wanted === 0) return { text: glyphs.none, role: 'dim' };
		const isCrashing = cellStanding(cell, now) === 'backoff';
		return isCrashing
			? { text: `${glyphs.backoff} ${running}`, role: 'warn' }
			: { text: String(running), role: 'plain' };
	}
	const { glyph, role, rest, ...look } = cellLook(cell, glyphs, now);
	if (rest === '') return { text: look.running.trim(), role };
	if (!isReachable(cell.server)) {
		return { text: running === wanted ? `${running}?` : `${running}/${wanted}?`, role: 'dim' };
	}
	// The countdown is in the pane below.
	const counts = `${look.running.trim()}${rest.replace(/ \d+s$/, '')}`;
	const sign = glyph === ' ' || glyph === glyphs.changing || glyph === glyphs.none ? '' : `${glyph} `;
	return { text: look.asWanted ? String(running) : `${sign}${counts}`, role };
}
