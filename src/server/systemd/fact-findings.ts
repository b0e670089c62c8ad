import { type Found, fine } from '../../model/finding.ts';
import type { ServerDefinition, Stack } from '../../model/stack.ts';
import { elevation, type Facts, sudoersLine } from './facts.ts';
import { GROWING_WAITS_SINCE } from './unit-files.ts';

/** Of `Type=exec` and of limits on what one unit logs. */
const OLDEST_SYSTEMD = 240;

/** What findings are about. */
export interface Examined {
	readonly stack: Stack;
	readonly definition: ServerDefinition;
	readonly facts: Facts;
}

/** Whether the user may do what root may. */
export function mayBeRoot({ uid, maySudo }: Facts): boolean {
	return uid === 0 || maySudo;
}

/** What the user that the server is reached as may do there, and what there is to do it with. */
export function factFindings(examined: Examined): Found[] {
	const { definition, facts } = examined;
	const own = definition.scope === 'user' ? userScope(facts) : [permission(facts)];
	return [systemd(facts), ...own];
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
	const mend = { kind: 'lingering', user } as const;
	const manager: Found = hasUserManager
		? fine('user manager', `the systemd of ${user} runs`)
		: {
				check: 'user manager',
				severity: 'fatal',
				message: `${user} has no systemd of its own running`,
				fix: enable,
				mend,
			};
	const lingering: Found = lingers
		? fine('lingering', `what ${user} runs goes on without a login, and from the boot on`)
		: {
				check: 'lingering',
				severity: 'fatal',
				message: `what ${user} runs ends with the last login, and does not begin with the boot`,
				fix: enable,
				mend,
			};
	return [manager, lingering];
}
