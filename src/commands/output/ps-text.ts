import { formatFileMessage } from '../../model/errors.ts';
import { exitText } from '../../model/exit-text.ts';
import type {
	InstanceObservation,
	LastExit,
	ServerObservation,
	TypeObservation,
} from '../../model/observed.ts';
import { sanitize } from '../../model/sanitize.ts';
import type { Look, Paint } from './paint.ts';
import { type Aim, commandLine, pasteable } from './pasteable.ts';
import type { ServerReport } from './ps-json.ts';
import { withoutServer } from './server-words.ts';
import { type Cell, type Column, type Saving, table } from './table.ts';
import { age, countdown, percent, size } from './units.ts';

const COLUMNS: readonly Column[] = [
	{ title: 'INSTANCE' },
	{ title: 'STATE' },
	{ title: 'PID', align: 'right' },
	{ title: 'PORT', align: 'right' },
	{ title: 'UP', align: 'right' },
	{ title: 'CPU', align: 'right' },
	{ title: 'MEM', align: 'right' },
	{ title: 'RESTARTS', align: 'right' },
	{ title: 'LAST EXIT' },
	{ title: '' },
];

/** What gives way on a narrow terminal, first to last. */
const SAVINGS: readonly Saving[] = [
	{ title: '', cutTo: 5 },
	{ title: 'PORT' },
	{ title: 'LAST EXIT', cutTo: 9 },
	{ title: 'RESTARTS' },
	{ title: 'CPU' },
	{ title: 'MEM' },
	{ title: 'STATE', cutTo: 12 },
	{ title: '' },
	{ title: 'LAST EXIT' },
	{ title: 'PID' },
	{ title: 'UP' },
	{ title: 'INSTANCE', cutTo: 8 },
	{ title: 'STATE', cutTo: 1 },
	{ title: 'INSTANCE', cutTo: 1 },
];

export interface PsStyle {
	readonly paint: Paint;
	/** Cells of the terminal; null where it goes elsewhere, and all of it is kept. */
	readonly width: number | null;
	/** For the commands that it proposes. */
	readonly aim: Aim;
}

/** What `ps` prints: a row per instance, server by server. */
export function psText(
	stack: { readonly name: string; readonly environment: string },
	reports: readonly ServerReport[],
	now: number,
	style: PsStyle,
): string {
	const { paint } = style;
	const title = paint('bold', `${stack.name} (${stack.environment})`);
	const parts = reports.map((report) => serverText(report, reports.length > 1, now, style));
	return [`${title}  ${counts(reports)}`, ...problemLines(reports, style), ...parts].join('\n');
}

/** Errors of the files; all servers of a stack tell the same ones. */
function problemLines(reports: readonly ServerReport[], { paint, width }: PsStyle): string[] {
	const lines = reports.flatMap(({ observation: { problems, power } }) =>
		problems.map(
			(problem) =>
				`${formatFileMessage(problem)}${power === 'up' ? ' (the last good version is in use)' : ''}`,
		),
	);
	return [...new Set(lines)].flatMap((line) => fold(line, width).map((part) => paint('bad', part)));
}

function counts(reports: readonly ServerReport[]): string {
	const wanted = reports
		.flatMap(({ observation }) => observation.types)
		.reduce((sum, type) => sum + type.wanted, 0);
	const instances = reports.flatMap(({ observation }) => observation.instances);
	const running = instances.filter((instance) => instance.state === 'running').length;
	return `${running} of ${wanted} running`;
}

function serverText(report: ServerReport, several: boolean, now: number, style: PsStyle): string {
	const { paint, width } = style;
	const { observation } = report;
	const rows = observation.types.flatMap((type) => typeRows(type, report, now));
	return [
		...(several ? ['', `${paint('bold', observation.name)}${servingText(observation, paint)}`] : []),
		...remark(report, several ? { ...style, aim: { ...style.aim, server: observation.name } } : style),
		...driftLines(observation, style),
		...(rows.length > 0 ? [table(COLUMNS, rows, paint, { width, savings: SAVINGS })] : []),
	].join('\n');
}

function servingText({ serving }: ServerObservation, paint: Paint): string {
	return serving === null ? '' : paint('dim', serving ? '  serving' : '  not serving');
}

function remark({ observation, reason }: ServerReport, { paint, width, aim }: PsStyle): string[] {
	const { connection, power, name, types } = observation;
	const all = (look: Look, text: string) => fold(text, width).map((line) => paint(look, line));
	if (connection === 'unreachable')
		return all(
			'bad',
			`unreachable${reason === null ? '' : `: ${pasteable(withoutServer(name, reason), aim)}`}`,
		);
	const start = commandLine('start', aim);
	if (power === 'never' && types.length > 0 && types.every(({ wanted }) => wanted === 0))
		return all('dim', `nothing was wanted here yet: ${commandLine('scale TYPE=1', aim)}`);
	if (power === 'never') return all('dim', `not started: ${start}`);
	return power === 'down' ? all('dim', `down: ${start}`) : [];
}

/** What is on the server is not what the files say. */
function driftLines({ name, drift }: ServerObservation, { paint, width, aim }: PsStyle): string[] {
	if (drift.length === 0) return [];
	const mend = commandLine('sync', { ...aim, server: name });
	const lines = drift.flatMap((each) => fold(`drift: ${each}`, width));
	return [...lines, `${mend} mends it`].map((line) => paint('warn', line));
}

/** A remark in lines that do not wrap, broken between words where that can be. */
function fold(remark: string, width: number | null): string[] {
	const text = sanitize(remark, { colours: false });
	if (width === null) return [text];
	const lines: string[] = [];
	for (const word of text.split(' ').flatMap((each) => inPieces(each, width))) {
		const last = lines.at(-1);
		const fits = last !== undefined && last.length + 1 + word.length <= width;
		if (fits) lines.splice(-1, 1, `${last} ${word}`);
		else lines.push(word);
	}
	return lines;
}

function inPieces(word: string, length: number): string[] {
	if (word.length <= length) return [word];
	return [word.slice(0, length), ...inPieces(word.slice(length), length)];
}

function typeRows(type: TypeObservation, { observation, stats }: ServerReport, now: number): Cell[][] {
	const instances = observation.instances.filter((instance) => instance.type === type.type);
	if (instances.length === 0) return [[type.type, { text: absence(type), look: 'dim' }]];
	return instances.map((instance) => {
		const { cpuPercent = null, memoryBytes = null } = stats[instance.name] ?? {};
		return [
			instance.name,
			state(instance, now),
			String(instance.pid ?? '-'),
			String(instance.port ?? '-'),
			instance.startedAt === null || instance.pid === null ? '-' : age(now - Date.parse(instance.startedAt)),
			cpuPercent === null ? '-' : percent(cpuPercent),
			memoryBytes === null ? '-' : size(memoryBytes),
			String(instance.restarts),
			instance.lastExit === null ? '-' : lastExit(instance.lastExit, now),
			{ text: notes(type, instance, observation).join(', '), look: 'warn' },
		];
	});
}

function absence({ wanted, paused, stopped }: TypeObservation): string {
	if (paused !== null) return `paused (${paused} kept)`;
	if (stopped) return `stopped (${wanted} wanted)`;
	return 'none wanted';
}

const LOOKS: Readonly<Record<InstanceObservation['state'], Look>> = {
	starting: 'warn',
	running: 'good',
	stopping: 'warn',
	stopped: 'dim',
	backoff: 'bad',
	failed: 'bad',
};

function state({ state: name, nextStartAt }: InstanceObservation, now: number): Cell {
	const next = nextStartAt === null ? '' : `, next in ${countdown(Date.parse(nextStartAt) - now)}`;
	return { text: `${name}${next}`, look: LOOKS[name] };
}

function lastExit(exit: LastExit, now: number): string {
	return `${exitText(exit)}, ${age(now - Date.parse(exit.at))} ago`;
}

function notes(type: TypeObservation, instance: InstanceObservation, { power }: ServerObservation): string[] {
	return [
		...(instance.stale ? ['stale (restart takes the new version)'] : []),
		...(type.orphan ? ['orphan (not in the Procfile)'] : []),
		...((type.stopped || instance.held) && power === 'up' ? ['held by stop'] : []),
		...(type.paused === null ? [] : [`paused (${type.paused} kept)`]),
	];
}
