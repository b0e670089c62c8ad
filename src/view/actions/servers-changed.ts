import { ALL_SERVERS, type Sheet, type UiState } from '../ui.ts';

/** The name at the place that one had among the names before. */
function successor(name: string, before: readonly string[], now: readonly string[]): string | null {
	const position = Math.max(0, before.indexOf(name));
	return now[Math.min(position, now.length - 1)] ?? null;
}

/** A sheet that is about servers which are still there. */
function keptSheet(sheet: Sheet | null, now: readonly string[]): Sheet | null {
	if (sheet?.kind !== 'move') return sheet;
	if (!now.includes(sheet.from)) return null;
	return sheet.to === null || now.includes(sheet.to) ? sheet : { ...sheet, to: null };
}

/** Keeps the cursor on its server when others come or go; where that itself has gone, on what came to its place. */
export function followServers(ui: UiState, before: readonly string[], now: readonly string[]): UiState {
	const here = ui.server ?? before[0];
	const { scope } = ui.logs;
	const next: UiState = {
		...ui,
		kept: null,
		sheet: keptSheet(ui.sheet, now),
		logs:
			scope.server === null || now.includes(scope.server)
				? ui.logs
				: { ...ui.logs, scope: { ...scope, server: null } },
	};
	if (here === undefined || here === ALL_SERVERS) return next;
	if (now.includes(here)) return { ...next, server: here };
	const page = ui.page === 'crash' ? 'deck' : ui.page === 'backends' ? 'balancer' : ui.page;
	return { ...next, page, server: successor(here, before, now), instance: null };
}
