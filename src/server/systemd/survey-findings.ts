import { type Found, fine } from '../../model/finding.ts';
import type { ServerDefinition, Stack } from '../../model/stack.ts';
import { commandsFinding } from '../checks/commands.ts';
import { memoryFinding } from '../checks/memory.ts';
import { portsFinding } from '../checks/ports.ts';
import { roomFindings } from '../checks/room.ts';
import { variablesFinding } from '../checks/variables.ts';
import { bootFinding, wantedNumbers } from './boot-finding.ts';
import { type Examined, mayBeRoot } from './fact-findings.ts';
import { elevation, type Facts } from './facts.ts';
import { journalFindings } from './journal-findings.ts';
import { instanceOf, stackUnit } from './names.ts';
import type { FilesOnServer } from './read-files.ts';
import type { Survey } from './survey.ts';

/** Logs of several servers are shown in the order of time. */
const MOST_CLOCK_SKEW_MS = 2_000;

/** Whether logs of several servers would be out of order. */
export function isClockOff({ clockAhead }: Facts): boolean {
	return Math.abs(clockAhead) > MOST_CLOCK_SKEW_MS;
}

/** What variables services of a user have, beside what systemd hands to all. */
const OF_SERVICES = ['USER', 'LOGNAME', 'SHELL', 'INVOCATION_ID', 'JOURNAL_STREAM', 'SYSTEMD_EXEC_PID'];

/** What instances need there. */
export function surveyFindings(examined: Examined, found: Survey, on: FilesOnServer): Found[] {
	const { stack, definition, facts } = examined;
	const wanted = new Set(Object.keys(on.enabled));
	// Without that nobody is told who it is that listens.
	const mayLook = elevation(facts, definition.scope) !== null;
	return [
		clock(facts, found),
		programs(found),
		runUser(examined, found),
		code(examined, found),
		commandsFinding(stack, wanted, found.absent),
		variablesFinding(stack, definition, wanted, [...OF_SERVICES, ...found.variables]),
		...journalFindings(examined, found),
		...found.room.flatMap((room) =>
			roomFindings(room, `free some there: journalctl --vacuum-size=200M, or see du -x ${room.place}`),
		),
		memory(examined, found, on),
		portsFinding(mayLook ? (found.blind ?? found.taken) : `${facts.user} may not see who listens`),
		bootFinding(examined, found, on),
	];
}

function clock({ clockAhead, ...facts }: Facts, { canSetClock }: Survey): Found {
	const check = 'clock';
	if (!isClockOff({ clockAhead, ...facts })) return fine(check, 'it agrees with this machine');
	const seconds = Math.round(Math.abs(clockAhead) / 1000);
	const message = `it is ${seconds} s ${clockAhead > 0 ? 'ahead of' : 'behind'} this machine: logs of several servers are out of order`;
	const isMendable = canSetClock && mayBeRoot({ clockAhead, ...facts });
	return {
		check,
		severity: 'warning',
		message,
		fix: 'as root there: timedatectl set-ntp true',
		...(isMendable && { mend: { kind: 'clock' } }),
	};
}

function programs({ missing }: Survey): Found {
	if (missing.length === 0) return fine('programs', 'all that is needed is there');
	const message = `${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing`;
	return {
		check: 'programs',
		severity: 'fatal',
		message,
		fix: 'install coreutils, util-linux and bsdutils there',
	};
}

function runUser({ stack, definition, facts }: Examined, { hasRunUser }: Survey): Found {
	const check = 'run user';
	const user = stack.user ?? facts.user;
	if (definition.scope === 'user') {
		const asked = stack.user !== null && stack.user !== facts.user;
		if (!asked) return fine(check, `instances run as ${facts.user}`);
		const message = `instances run as ${facts.user}, not as ${user}: in the user's scope nobody else can`;
		return { check, severity: 'warning', message, fix: `reach it as ${user}, or take \`user: ${user}\` out` };
	}
	if (!hasRunUser) {
		const message = `there is no user ${user}, whom instances are to run as`;
		const fix = `as root there: useradd --system --create-home ${user}; or another \`user\` in the stack file`;
		return {
			check,
			severity: 'fatal',
			message,
			fix,
			...(mayBeRoot(facts) && { mend: { kind: 'user', user } }),
		};
	}
	if (user !== 'root') return fine(check, `instances run as ${user}`);
	return {
		check,
		severity: 'warning',
		message: 'instances run as root',
		fix: '`user: NAME` in the stack file has them run as somebody else',
	};
}

/** Where the code is. On this machine that is where the stack's files are. */
export function codePath({ directory, path }: Stack, { kind }: ServerDefinition): string {
	return kind === 'local' ? directory : path;
}

const CODE_FIX = 'put the code there, or say where it is: `path` in the stack file';

function code({ stack, definition, facts }: Examined, { folder, entry, hasContent }: Survey): Found {
	const check = 'code';
	const path = codePath(stack, definition);
	const user = definition.scope === 'user' ? facts.user : (stack.user ?? facts.user);
	if (folder === null) {
		const message = `there is neither ${path}/current nor ${path}`;
		const mend = { kind: 'folder', path, owner: user } as const;
		return {
			check,
			severity: 'fatal',
			message,
			fix: CODE_FIX,
			...(mayBeRoot(facts) && definition.kind === 'ssh' && { mend }),
		};
	}
	if (entry !== null) {
		const fix = `as root there: make ${folder} and what it is in passable for ${user} (chmod, chown)`;
		return { check, severity: 'fatal', message: `${user} cannot enter ${folder}: ${entry}`, fix };
	}
	if (hasContent) return fine(check, `it is in ${folder}`);
	return { check, severity: 'warning', message: `nothing is in ${folder}`, fix: CODE_FIX };
}

function memory({ stack }: Examined, { memory: machine, running }: Survey, on: FilesOnServer): Found {
	const prefix = stackUnit(stack);
	const instances = running.map(({ unit, residentBytes }) => ({
		type: instanceOf(prefix, unit)?.type ?? null,
		residentBytes,
	}));
	const uses = stack.processTypes.map(({ name, settings: { memoryMax } }) => {
		const own = instances.filter(({ type }) => type === name);
		return {
			type: name,
			wanted: wantedNumbers(on, name).length,
			running: own.length,
			residentBytes: own.reduce((sum, { residentBytes }) => sum + residentBytes, 0),
			memoryMax,
		};
	});
	return memoryFinding(machine, uses);
}
