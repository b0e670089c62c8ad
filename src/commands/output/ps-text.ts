import { exitText } from '../../model/exit-text.ts';
import type {
	InstanceObservation,
	LastExit,
	ServerObservation,
	TypeObservation,
} from '../../model/observed.ts';
import { sanitize } from '../../model/sanitize.ts';
import type { Look, Paint } from './paint.ts';
import type { ServerReport } from './ps-json.ts';
import { type Cell, type Column, table } from './table.ts';
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

/** What `ps` prints: a row per instance, server by server. */
export function psText(
	stack: { readonly name: string; readonly environment: string },
	reports: readonly ServerReport[],
	now: number,
	paint: Paint,
): string {
	const title = paint('bold', `${stack.name} (${stack.environment})`);
	const parts = reports.map((report) => serverText(report, reports.length > 1, now, paint));
	return [`${title}  ${counts(reports)}`, ...parts].join('\n');
}

function counts(reports: readonly ServerReport[]): string {
	const wanted = reports
		.flatMap(({ observation }) => observation.types)
		.reduce((sum, type) => sum + type.wanted, 0);
	const instances = reports.flatMap(({ observation }) => observation.instances);
	const running = instances.filter((instance) => instance.state === 'running').length;
	return `${running} of ${wanted} running`;
}

function serverText(report: ServerReport, several: boolean, now: number, paint: Paint): string {
	const { observation } = report;
	const rows = observation.types.flatMap((type) => typeRows(type, report, now));
	return [
		...(several ? ['', paint('bold', observation.name)] : []),
		...remarks(report).map(([look, text]) => paint(look, sanitize(text, { colours: false }))),
		...(rows.length > 0 ? [table(COLUMNS, rows, paint)] : []),
	].join('\n');
}

function remarks({ observation, reason }: ServerReport): [Look, string][] {
	const { connection, power, problems } = observation;
	const lines: [Look, string][] = [];
	if (connection === 'unreachable') lines.push(['bad', `unreachable${reason === null ? '' : `: ${reason}`}`]);
	else if (power === 'never') lines.push(['dim', 'not started: procdeck start']);
	else if (power === 'down') lines.push(['dim', 'down: procdeck start']);
	for (const { file, line, message } of problems) {
		lines.push([
			'bad',
			`${file}${line === null ? '' : `:${line}`}: ${message} (the last good version is in use)`,
		]);
	}
	return lines;
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
