import type { Link } from '../../link/link.ts';
import { ProcdeckError } from '../../model/errors.ts';
import type { ServerDefinition } from '../../model/stack.ts';

/** What has to be known of a server before anything else. */
export interface Facts {
	readonly uid: number;
	readonly user: string;
	/** The user's home folder. */
	readonly home: string;
	/** Major version of systemd; 0 where there is none that runs. */
	readonly systemdVersion: number;
	/** Whether `sudo -n` lets this user at what changes need; root needs none. */
	readonly maySudo: boolean;
	/** Whether `sudo -n` lets this user read the journal. */
	readonly maySudoJournal: boolean;
	/** Whether the user reads the whole journal without sudo. */
	readonly readsJournal: boolean;
	/** The user's own systemd runs. */
	readonly hasUserManager: boolean;
	/** The user's own systemd runs without anybody being logged in, and from the boot on. */
	readonly lingers: boolean;
	/** Milliseconds to add to the clock here to have the server's. */
	readonly clockAhead: number;
	/** Of this boot. */
	readonly bootId: string;
}

/** Programs that changes are made with, as a sudoers line has to name them. */
export const SUDO_PROGRAMS = ['/usr/bin/systemd-stdio-bridge', '/usr/bin/journalctl', '/bin/sh'] as const;

const FACTS_TIMEOUT_MS = 20_000;

/**
 * Few processes: hundreds of servers may be asked at once. sudo is asked for its whole list first, because it goes by the
 * last rule that fits; only where that is not «everything» for each program.
 */
const FACTS_SCRIPT = `
echo "began $(date +%s%3N)"
read -r boot </proc/sys/kernel/random/boot_id
id=$(LC_ALL=C id)
uid=\${id#uid=} uid=\${uid%%[!0-9]*} user=\${id#*\\(} user=\${user%%\\)*}
echo "boot $boot"
echo "home $HOME"
echo "id $id"
[ -d /run/systemd/system ] && command -v systemd-stdio-bridge >/dev/null && systemctl --version
[ -S "/run/user/$uid/systemd/private" ] && echo manager yes
[ -e "/var/lib/systemd/linger/$user" ] && echo linger yes
if [ "$uid" != 0 ] && command -v sudo >/dev/null; then
case $(LC_ALL=C sudo -n -l 2>/dev/null) in
*'(ALL) NOPASSWD: ALL'|*'(ALL : ALL) NOPASSWD: ALL'|*'(root) NOPASSWD: ALL') echo sudo yes; echo sudojournal yes ;;
*)
sudo -n -l systemd-stdio-bridge >/dev/null 2>&1 && sudo -n -l /bin/sh >/dev/null 2>&1 && echo sudo yes
sudo -n -l journalctl >/dev/null 2>&1 && echo sudojournal yes
esac
fi
echo "ended $(date +%s%3N)"
`;

/** @throws ProcdeckError `unreachable` when the server does not answer as a Unix system does */
export async function readFacts(link: Link): Promise<Facts> {
	const asked = Date.now();
	const { stdout, stderr } = await link.run(['/bin/sh', '-c', FACTS_SCRIPT], { timeoutMs: FACTS_TIMEOUT_MS });
	const answered = Date.now();
	const said = new Map(
		stdout.split('\n').map((line) => {
			const [word = '', ...rest] = line.split(' ');
			return [word, rest.join(' ')] as const;
		}),
	);
	const [, uidText, user = ''] = /^uid=(\d+)(?:\(([^)]*)\))?/.exec(said.get('id') ?? '') ?? [];
	const uid = Number(uidText ?? Number.NaN);
	if (Number.isNaN(uid)) {
		const words = stderr.trim() || stdout.trim().slice(0, 200) || 'nothing';
		throw new ProcdeckError('unreachable', `it does not answer as a Unix system does, but: ${words}`);
	}
	const [, groupList = ''] = / groups=(.*)$/.exec(said.get('id') ?? '') ?? [];
	const groups = Array.from(groupList.matchAll(/\(([^)]*)\)/g), ([, group = '']) => group);
	return {
		uid,
		user,
		home: said.get('home') ?? '/',
		systemdVersion: Number.parseInt(said.get('systemd') ?? '0', 10),
		maySudo: said.has('sudo'),
		maySudoJournal: said.has('sudojournal'),
		readsJournal: uid === 0 || ['systemd-journal', 'adm', 'wheel'].some((group) => groups.includes(group)),
		hasUserManager: said.has('manager'),
		lingers: said.has('linger'),
		clockAhead: (Number(said.get('began')) - asked + Number(said.get('ended')) - answered) / 2,
		bootId: said.get('boot') ?? '',
	};
}

/** What a command that changes the server begins with; null: this user may not change anything. */
export function elevation(
	{ uid, maySudo }: Facts,
	scope: ServerDefinition['scope'],
): readonly string[] | null {
	if (scope === 'user' || uid === 0) return [];
	return maySudo ? ['sudo', '-n'] : null;
}

/** What reading the journal begins with; null: this user may not. */
export function journalAccess(facts: Facts, scope: ServerDefinition['scope']): readonly string[] | null {
	if (scope === 'user' || facts.readsJournal) return ['journalctl'];
	return facts.maySudoJournal ? ['sudo', '-n', 'journalctl'] : null;
}

/** What does not work for the user, in words for who watches. */
export function limitsOf(facts: Facts, scope: ServerDefinition['scope']): string[] {
	const { user, lingers } = facts;
	const limits: string[] = [];
	if (journalAccess(facts, scope) === null) {
		const mend = `\`usermod -aG systemd-journal ${user}\` there, as root`;
		limits.push(`${user} may not read the journal: no logs and no history (${mend})`);
	}
	if (scope === 'user' && !lingers) {
		const mend = `\`loginctl enable-linger ${user}\` there, as root`;
		limits.push(`what ${user} runs ends with the last login, and does not begin with the boot (${mend})`);
	}
	return limits;
}

/** The line of a sudoers file that lets a user change things; as `doctor` prints it. */
export function sudoersLine(user: string): string {
	return `${user} ALL=(root) NOPASSWD: ${SUDO_PROGRAMS.join(', ')}`;
}

/** @throws ProcdeckError `refused` where nothing can run */
export function requireSystemd(facts: Facts, { name, scope }: ServerDefinition): void {
	if (facts.systemdVersion === 0) {
		throw new ProcdeckError(
			'refused',
			`${name} has no systemd, which runs the instances on servers over SSH`,
			'use a server with systemd, or run Procdeck there with a local server',
		);
	}
	if (scope === 'user' && !facts.hasUserManager) {
		throw new ProcdeckError(
			'refused',
			`${facts.user} has no systemd of its own running on ${name}`,
			`\`loginctl enable-linger ${facts.user}\` there, as root, starts it`,
		);
	}
}
