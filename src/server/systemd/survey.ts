import type { Link } from '../../link/link.ts';
import type { TakenPort } from '../checks/ports.ts';
import type { Room } from '../checks/room.ts';
import { SURVEY_SCRIPT } from './survey-script.ts';

/** What is asked of a server beyond its {@link Facts}. */
export interface SurveyQuestion {
	/** Where the code is; it runs in `current` within it where there is one. */
	readonly path: string;
	/** The user that instances run as. */
	readonly runUser: string;
	/** The folder of unit files. */
	readonly units: string;
	/** What instances of the stack have in the names of their units. */
	readonly prefix: string;
	/** Ports that instances are to have. */
	readonly ports: readonly number[];
	readonly scope: 'system' | 'user';
	/** Whether it matters if the clock could be set by the network. */
	readonly asksClock: boolean;
	/** Where the stack's environment has its programs looked for; null: as the server has it. */
	readonly searchPath: string | null;
	/** Programs that commands name. */
	readonly programs: readonly string[];
}

export interface Survey {
	/** Programs that are needed and not there. */
	readonly missing: readonly string[];
	/** The folder that instances run in; null: there is none. */
	readonly folder: string | null;
	/** Whether there is anything in it. */
	readonly hasContent: boolean;
	/** Why the user that instances run as cannot enter it; null: that user can, or nobody may ask. */
	readonly entry: string | null;
	readonly hasRunUser: boolean;
	readonly room: readonly Room[];
	/** What journald's configuration says, by key. */
	readonly journal: Readonly<Record<string, string>>;
	/** Whether the journal is kept over a reboot. */
	readonly keepsJournal: boolean;
	/** What journald says of the room it takes; null: nothing. */
	readonly journalSize: string | null;
	/** Whether the user's own journal can be read. */
	readonly readsOwnJournal: boolean;
	/** Ports among those asked for that somebody else listens on. */
	readonly taken: readonly TakenPort[];
	/** Why nobody could see who listens; null: it could be seen. */
	readonly blind: string | null;
	/** Bytes; null: it does not tell. */
	readonly memory: { readonly total: number; readonly available: number } | null;
	/** Units of instances that run, and the resident bytes of all their processes. */
	readonly running: readonly { readonly unit: string; readonly residentBytes: number }[];
	/** Names of variables that services have by themselves. */
	readonly variables: readonly string[];
	/** Programs that commands name and that are not there; null: nobody could look. */
	readonly absent: readonly string[] | null;
	/** There is something that sets the clock by the network, and it was switched off. */
	readonly canSetClock: boolean;
}

const SURVEY_TIMEOUT_MS = 30_000;

/**
 * @param elevation what commands begin with that need more than the user may
 * @throws ProcdeckError `unreachable`; Error when it was cut short
 */
export async function survey(
	link: Link,
	elevation: readonly string[],
	question: SurveyQuestion,
): Promise<Survey> {
	const { path, runUser, units, prefix, ports, scope, asksClock, searchPath, programs } = question;
	const told = [
		path,
		runUser,
		units,
		prefix,
		ports.join(' '),
		scope,
		asksClock ? 'yes' : '',
		searchPath ?? '',
	];
	const command = [...elevation, '/bin/sh', '-c', SURVEY_SCRIPT, 'sh', ...told, ...programs];
	const [file = '', ...rest] = command;
	const { stdout, stderr } = await link.run([file, ...rest], { timeoutMs: SURVEY_TIMEOUT_MS });
	if (!stdout.endsWith('end\n')) throw new Error(stderr.trim() || 'the answer was cut short');
	return parseSurvey(stdout);
}

/** All that was said of a kind, a line each. */
type Said = (kind: string) => string[];

export function parseSurvey(printed: string): Survey {
	const lines = printed.split('\n').map((line) => {
		const space = line.indexOf(' ');
		return space < 0 ? ([line, ''] as const) : ([line.slice(0, space), line.slice(space + 1)] as const);
	});
	const all: Said = (kind) => lines.flatMap(([said, rest]) => (said === kind ? [rest] : []));
	const first = (kind: string) => all(kind)[0] ?? null;
	return {
		missing: all('missing'),
		folder: first('folder'),
		hasContent: first('content') !== null,
		entry: first('entry'),
		hasRunUser: first('user') !== null,
		room: roomOf(all('space'), all('inodes')),
		journal: Object.fromEntries(all('journal').map(setting)),
		keepsJournal: first('keeps') !== null,
		journalSize: first('size'),
		readsOwnJournal: first('own') !== null,
		taken: takenPorts(all('taken')),
		blind: first('blind'),
		memory: memoryOf(first('total'), first('available')),
		running: runningUnits(all),
		variables: all('variable'),
		absent: first('looked') === null ? null : all('absent'),
		canSetClock: all('clock').includes('CanNTP=yes') && all('clock').includes('NTP=no'),
	};
}

function setting(line: string): [string, string] {
	const [key = '', ...value] = line.split('=');
	return [key, value.join('=')];
}

const KIBIBYTE = 1024;

function memoryOf(total: string | null, available: string | null): Survey['memory'] {
	if (total === null || available === null) return null;
	return { total: Number(total) * KIBIBYTE, available: Number(available) * KIBIBYTE };
}

/** Lines of `main`, a main process and its unit, and of `process`, that main process and what one of the unit's has used. */
function runningUnits(all: Said): Survey['running'] {
	const pageBytes = Number(all('page')[0] ?? 4096);
	const pages = new Map<string, number>();
	for (const line of all('process')) {
		const [main = '', , , resident = 0] = line.split(' ');
		pages.set(main, (pages.get(main) ?? 0) + Number(resident));
	}
	return all('main').map((line) => {
		const [main = '', unit = ''] = line.split(' ');
		return { unit, residentBytes: (pages.get(main) ?? 0) * pageBytes };
	});
}

/** Lines of `df -P`: a file system, its size, what is used and free of it, how full it is, where it is mounted. */
function roomOf(space: readonly string[], inodes: readonly string[]): Room[] {
	const rooms = new Map<string, Room>();
	for (const line of space) {
		const [, total, , free, , place] = columns(line);
		const freePart = part(free, total) ?? 1;
		rooms.set(place, { place, freeBytes: Number(free) * KIBIBYTE, freePart, freeInodes: null });
	}
	for (const line of inodes) {
		const [, total, , free, , place] = columns(line);
		const room = rooms.get(place);
		if (room !== undefined) rooms.set(place, { ...room, freeInodes: part(free, total) });
	}
	return [...rooms.values()];
}

function columns(line: string): [string, string, string, string, string, string] {
	const [, ...found] = /^(.*?)\s+(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s+(\/.*)$/.exec(line) ?? [];
	const [name = '', total = '', used = '', free = '', full = '', mount = ''] = found;
	return [name, total, used, free, full, mount];
}

function part(free: string, total: string): number | null {
	return Number(total) > 0 ? Number(free) / Number(total) : null;
}

function takenPorts(lines: readonly string[]): TakenPort[] {
	const byPort = new Map(
		lines.map((line) => {
			const [port = '', ...program] = line.split(' ');
			return [Number(port), program.join(' ') || null] as const;
		}),
	);
	return [...byPort].map(([port, by]) => ({ port, by }));
}
