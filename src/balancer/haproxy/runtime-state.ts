import { ProcdeckError } from '../../model/errors.ts';
import { csvFields } from './csv.ts';

/** What HAProxy says of one of its servers. */
export interface RuntimeServer {
	readonly name: string;
	/** Without brackets where it is IPv6. */
	readonly address: string;
	readonly port: number;
	/** What somebody has told it to be; `drain` is checked for its health, `maint` is not. */
	readonly admin: 'ready' | 'drain' | 'maint';
	/** Whether its health lets it have traffic. */
	readonly isUp: boolean;
	/** What became of the last health check that ended; null: there was none since it began or left `maint`. */
	readonly check: { readonly passed: boolean; readonly code: string; readonly words: string } | null;
	readonly sessions: number;
	readonly requests: number;
	readonly errors: number;
	readonly responseMs: number | null;
}

/** What HAProxy says of itself and its servers at one moment. */
export interface RuntimeState {
	/** Of the worker: another one after a reload or a restart. */
	readonly pid: number;
	/** When the worker began, in seconds since the epoch; null where this version does not say. */
	readonly startedAt: number | null;
	/** As the configuration that it has loaded describes itself; empty where it does not. */
	readonly description: string;
	readonly servers: readonly RuntimeServer[];
}

/** What asks for it, as one line; {@link parseRuntimeState} reads the answer. */
export const STATE_COMMANDS = 'show info;show servers state;show stat -1 4 -1';

/** What the answer to that begins with. */
export const STATE_BEGINS = 'Name: HAProxy';

const FORCED_MAINT = 0x01;
const INHERITED_MAINT = 0x02;
/** Of a name that could not be resolved, twice. */
const OTHER_MAINT = 0x20 | 0x40;
const MAINT = FORCED_MAINT | INHERITED_MAINT | OTHER_MAINT;
const DRAIN = 0x08 | 0x10;

/** As `srv_op_state` has it. */
const STOPPED = '0';

/** Seconds after the last request for which its time is of any interest. */
const LATE_SECONDS = 60;

/** @throws ProcdeckError `refused` where it is not what HAProxy answers */
export function parseRuntimeState(answer: string, section: string): RuntimeState {
	const lines = answer.split('\n');
	const info = new Map(lines.flatMap((line) => infoLine(line)));
	const pid = Number(info.get('Pid'));
	if (!Number.isInteger(pid)) {
		throw new ProcdeckError(
			'refused',
			`HAProxy does not say what it is, but: ${answer.trim().slice(0, 200)}`,
		);
	}
	const states = table(lines, '# be_id ', (line) => line.split(' '));
	const stats = new Map(
		table(lines, '# pxname,', csvFields).map(
			(row) => [`${row.get('pxname')}/${row.get('svname')}`, row] as const,
		),
	);
	const servers = states.flatMap((state) => {
		if (state.get('be_name') !== section) return [];
		const stat = stats.get(`${section}/${state.get('srv_name')}`);
		return stat === undefined ? [] : [runtimeServer(state, stat)];
	});
	const startedAt = info.has('Start_time_sec') ? Number(info.get('Start_time_sec')) : null;
	return { pid, startedAt, description: info.get('description') ?? '', servers };
}

/** A server's address as a configuration has it. */
export function endpointOf({ address, port }: Pick<RuntimeServer, 'address' | 'port'>): string {
	return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

type Row = ReadonlyMap<string, string>;

function infoLine(line: string): [string, string][] {
	const [, key, value] = /^([A-Za-z_]+): (.*)$/.exec(line) ?? [];
	return key === undefined || value === undefined ? [] : [[key, value]];
}

/** The rows that follow the line with the names of their columns, up to an empty line. */
function table(lines: readonly string[], head: string, split: (line: string) => string[]): Row[] {
	const start = lines.findIndex((line) => line.startsWith(head));
	if (start === -1) return [];
	const names = split(lines[start]?.slice(2) ?? '');
	const end = lines.indexOf('', start);
	return lines.slice(start + 1, end === -1 ? undefined : end).map((line) => {
		const values = split(line);
		return new Map(names.map((name, at) => [name, values[at] ?? ''] as const));
	});
}

function runtimeServer(state: Row, stat: Row): RuntimeServer {
	const admin = Number(state.get('srv_admin_state'));
	const number = (name: string) => Number(stat.get(name) || 0);
	const sinceLast = Number(stat.get('lastsess') || -1);
	const isOpen = (admin & (MAINT | DRAIN)) === 0;
	return {
		name: state.get('srv_name') ?? '',
		address: state.get('srv_addr') ?? '',
		port: Number(state.get('srv_port')),
		admin: (admin & MAINT) !== 0 ? 'maint' : (admin & DRAIN) !== 0 ? 'drain' : 'ready',
		isUp: state.get('srv_op_state') !== STOPPED,
		check: lastCheck(stat, isOpen),
		sessions: number('scur'),
		requests: number('stot'),
		errors: number('hrsp_5xx') + number('econ') + number('eresp'),
		responseMs: sinceLast < 0 || sinceLast > LATE_SECONDS ? null : number('rtime'),
	};
}

/**
 * A server that leaves `maint` keeps the result from before it, and is given half of the health that a check gives or
 * takes. One that has traffic and begins to fail has half of it, too. A star is before a result while the next check goes on.
 */
function lastCheck(stat: Row, isOpen: boolean): RuntimeServer['check'] {
	const status = (stat.get('check_status') ?? '').replace('* ', '');
	if (status === '' || status === 'INI' || status === 'UNK') return null;
	const passed = /^L[467]OKC?$/.test(status);
	const hasHalf = / \d+\/\d+$/.test(stat.get('status') ?? '');
	if (hasHalf && (!isOpen || passed)) return null;
	const code = stat.get('check_code') || '';
	return {
		passed,
		code: code === '' || code === '0' ? status : `${status} ${code}`,
		words: stat.get('last_chk') ?? '',
	};
}
