import { exitText } from '../../model/exit-text.ts';
import type { InstanceObservation } from '../../model/observed.ts';
import { type Cell, isReachable } from '../../store/selectors.ts';
import type { Model } from '../model.ts';
import { ageText, barsText, bytesText, percentText } from './format.ts';
import { padEnd, padStart, type Role } from './row.ts';

export interface Subject {
	readonly model: Model;
	readonly cell: Cell;
	readonly instance: InstanceObservation;
}

/** One column of the instances pane. */
export interface Column {
	readonly title: string;
	readonly width: number;
	readonly left?: boolean;
	readonly role: Role;
	readonly text: (subject: Subject) => string;
}

function isUp({ state }: InstanceObservation): boolean {
	return state === 'running' || state === 'starting' || state === 'stopping';
}

/** When what is shown was true, in milliseconds since the epoch. */
function shownAt({ cell: { server }, model }: Subject): number {
	return server.observation === null || isReachable(server)
		? model.state.now
		: Date.parse(server.observation.asOf);
}

function upText(subject: Subject): string {
	const { instance } = subject;
	if (instance.startedAt === null || !isUp(instance)) return '';
	return ageText(shownAt(subject) - Date.parse(instance.startedAt));
}

function lastExitText({ instance, model }: Subject): string {
	if (instance.lastExit === null) return '';
	const { lastExit } = instance;
	return `${exitText(lastExit)} ${ageText(model.state.now - Date.parse(lastExit.at))} ago`;
}

function trendText({ instance, cell, model }: Subject): string {
	const samples = cell.server.trends.instances[instance.name] ?? [];
	return isUp(instance) ? barsText(samples, 6, Math.max(100, ...samples), model.glyphs.bars) : '';
}

const PID: Column = {
	title: 'pid',
	width: 8,
	role: 'dim',
	text: ({ instance }) => String(instance.pid ?? ''),
};
export const PORT: Column = {
	title: 'port',
	width: 7,
	role: 'dim',
	text: ({ instance }) => String(instance.port ?? ''),
};
const UP: Column = { title: 'up', width: 9, role: 'plain', text: upText };
const TREND: Column = { title: '', width: 8, role: 'trend', text: trendText };
const CPU: Column = {
	title: 'cpu',
	width: 6,
	role: 'plain',
	text: ({ cell, instance }) =>
		isUp(instance) ? percentText(cell.server.stats[instance.name]?.cpuPercent ?? null) : '',
};
const MEMORY: Column = {
	title: 'memory',
	width: 8,
	role: 'plain',
	text: ({ cell, instance }) =>
		isUp(instance) ? bytesText(cell.server.stats[instance.name]?.memoryBytes ?? null) : '',
};
const RESTARTS: Column = {
	title: 'restarts',
	width: 10,
	role: 'dim',
	text: ({ instance, model }) => (instance.restarts === 0 ? model.glyphs.none : String(instance.restarts)),
};
const RESTARTS_SHORT: Column = {
	title: '',
	width: 6,
	role: 'dim',
	text: ({ instance }) => (instance.restarts === 0 ? '' : `${instance.restarts}x`),
};
export const LAST_EXIT: Column = {
	title: 'last exit',
	width: 24,
	left: true,
	role: 'dim',
	text: lastExitText,
};

const ALL: readonly Column[] = [PID, PORT, UP, TREND, CPU, MEMORY, RESTARTS, LAST_EXIT];
const NARROW: readonly Column[] = [PID, UP, TREND, CPU, MEMORY, RESTARTS_SHORT];
/** Given up in this order where the width ends. */
const DROPPED_FIRST: readonly Column[] = [LAST_EXIT, PORT, PID, TREND, RESTARTS, RESTARTS_SHORT, UP];

/** The columns that fit into `room` cells. */
export function columnsFor(room: number): readonly Column[] {
	let columns = room >= 84 ? ALL : NARROW;
	const width = () => columns.reduce((sum, column) => sum + column.width, 0);
	for (const dropped of DROPPED_FIRST) {
		if (width() <= room) break;
		columns = columns.filter((column) => column !== dropped);
	}
	return columns;
}

export function aligned(text: string, { width, left }: Column): string {
	return left ? `  ${padEnd(text, width - 2)}` : padStart(text, width);
}
