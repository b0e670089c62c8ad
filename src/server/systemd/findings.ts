import { type Found, fine } from '../../model/finding.ts';
import type { ServerDefinition, Stack } from '../../model/stack.ts';
import { roomFinding } from '../room.ts';
import { elevation, type Facts, journalAccess, sudoersLine } from './facts.ts';
import type { Survey } from './survey.ts';
import { GROWING_WAITS_SINCE } from './unit-files.ts';

/** Of `Type=exec` and of limits on what one unit logs. */
const OLDEST_SYSTEMD = 240;

/** Logs of several servers are shown in the order of time. */
const MOST_CLOCK_SKEW_MS = 2_000;

export interface Examined {
	readonly stack: Pick<Stack, 'path' | 'user'>;
	readonly definition: ServerDefinition;
	readonly facts: Facts;
}

/** What the user that the server is reached as may do there, and what there is to do it with. */
export function factFindings(examined: Examined): Found[] {
	const { definition, facts } = examined;
	const own = definition.scope === 'user' ? userScope(facts) : [permission(facts)];
	return [systemd(facts), ...own, clock(facts)];
}

function systemd({ systemdVersion: version }: Facts): Found {
	const check = 'systemd';
	if (version === 0) {
		const message = 'there is no systemd, which runs the instances on servers over SSH';
		const fix = 'use a server with systemd, or run Procdeck there with a local server';
		return { check, severity: 'fatal', message, fix };
	}
	if (version >= GROWING_WAITS_SINCE) return fine(check, `version ${version} runs`);
	if (version >= OLDEST_SYSTEMD)
		return fine(
			check,
			`version ${version} runs; a crash loop is restarted every second, because waits grow only from ${GROWING_WAITS_SINCE} on`,
		);
	const message = `version ${version} is too old: ${OLDEST_SYSTEMD} is needed`;
	return { check, severity: 'fatal', message, fix: 'use a newer system there' };
}

function permission(facts: Facts): Found {
	const { user, uid } = facts;
	const check = 'permission';
	if (uid === 0) return fine(check, 'it is reached as root');
	if (elevation(facts, 'system') !== null)
		return fine(check, `${user} may change system services with sudo -n`);
	const line = `echo '${sudoersLine(user)}' >/etc/sudoers.d/procdeck`;
	return {
		check,
		severity: 'fatal',
		message: `${user} may not change system services: sudo is not there, or wants a password`,
		fix: `as root there: ${line} (control over services is root's power); or \`scope: user\` for the server`,
	};
}

function userScope({ user, hasUserManager, lingers }: Facts): Found[] {
	const enable = `as root there: loginctl enable-linger ${user}`;
	const manager: Found = hasUserManager
		? fine('user manager', `the systemd of ${user} runs`)
		: {
				check: 'user manager',
				severity: 'fatal',
				message: `${user} has no systemd of its own running`,
				fix: enable,
			};
	const lingering: Found = lingers
		? fine('lingering', `what ${user} runs goes on without a login, and from the boot on`)
		: {
				check: 'lingering',
				severity: 'fatal',
				message: `what ${user} runs ends with the last login, and does not begin with the boot`,
				fix: enable,
			};
	return [manager, lingering];
}

function clock({ clockAhead }: Facts): Found {
	const check = 'clock';
	if (Math.abs(clockAhead) <= MOST_CLOCK_SKEW_MS) return fine(check, 'it agrees with this machine');
	const seconds = Math.round(Math.abs(clockAhead) / 1000);
	const message = `it is ${seconds} s ${clockAhead > 0 ? 'ahead of' : 'behind'} this machine: logs of several servers are out of order`;
	return { check, severity: 'warning', message, fix: 'as root there: timedatectl set-ntp true' };
}

/** What instances need there. */
export function surveyFindings(examined: Examined, found: Survey): Found[] {
	return [
		programs(found),
		runUser(examined, found),
		code(examined, found),
		journalReading(examined, found),
		journalKeeping(examined, found),
		...found.room.map((room) =>
			roomFinding(room, `free some there: journalctl --vacuum-size=200M, or see du -x ${room.place}`),
		),
		ports(found),
	];
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
		return { check, severity: 'fatal', message, fix };
	}
	if (user !== 'root') return fine(check, `instances run as ${user}`);
	return {
		check,
		severity: 'warning',
		message: 'instances run as root',
		fix: '`user: NAME` in the stack file has them run as somebody else',
	};
}

function code({ stack, facts }: Examined, { folder, entry }: Survey): Found {
	const check = 'code';
	const { path } = stack;
	if (folder === null) {
		const message = `there is neither ${path}/current nor ${path}`;
		return {
			check,
			severity: 'fatal',
			message,
			fix: 'put the code there, or say where it is: `path` in the stack file',
		};
	}
	if (entry === null) return fine(check, `it is in ${folder}`);
	const user = stack.user ?? facts.user;
	const fix = `as root there: make ${folder} and what it is in passable for ${user} (chmod, chown)`;
	return { check, severity: 'fatal', message: `${user} cannot enter ${folder}: ${entry}`, fix };
}

function journalReading({ definition, facts }: Examined, { readsOwnJournal }: Survey): Found {
	const check = 'journal';
	const { user } = facts;
	const isReadable =
		definition.scope === 'user'
			? readsOwnJournal || facts.readsJournal
			: journalAccess(facts, 'system') !== null;
	if (isReadable) return fine(check, `${user} may read it`);
	return {
		check,
		severity: 'error',
		message: `${user} may not read it: no logs, no history`,
		fix: `as root there: usermod -aG systemd-journal ${user}`,
	};
}

function journalKeeping({ definition }: Examined, { journal, keepsJournal, journalSize }: Survey): Found {
	const check = 'journal storage';
	const { Storage: storage = 'auto', SystemMaxUse: most } = journal;
	const set =
		'as root there: Storage=persistent in /etc/systemd/journald.conf, then systemctl restart systemd-journald';
	if (storage === 'none')
		return { check, severity: 'error', message: 'journald keeps nothing: no logs, no history', fix: set };
	if (!keepsJournal || storage === 'volatile') {
		// Users have journals of their own only on a disk.
		const severity = definition.scope === 'user' ? 'error' : 'warning';
		return { check, severity, message: 'logs and history are lost at a reboot', fix: set };
	}
	const size = /take up (\S+)/.exec(journalSize ?? '')?.[1];
	const limit = most === undefined ? 'a tenth of its disk, 4G at most' : most;
	return fine(check, `it takes ${size ?? 'its room'}, and at most ${limit}`);
}

function ports({ taken }: Survey): Found {
	const check = 'ports';
	if (taken.length === 0) return fine(check, 'nobody else listens on those of the stack');
	const list = taken.map(({ port, by }) => (by === null ? String(port) : `${port} (${by})`)).join(', ');
	const message = `somebody else listens on ${list}`;
	return { check, severity: 'error', message, fix: 'end that, or set another `port_base` for the server' };
}
