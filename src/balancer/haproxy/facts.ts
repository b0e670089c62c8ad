import type { Link } from '../../link/link.ts';
import { PACKAGE_MANAGERS, type PackageManager } from '../../link/packages.ts';
import { ProcdeckError } from '../../model/errors.ts';
import type { ServerDefinition } from '../../model/stack.ts';

/** What has to be known of a balancer's machine before anything else. */
export interface BalancerFacts {
	readonly uid: number;
	readonly user: string;
	readonly home: string;
	readonly hasSystemd: boolean;
	readonly maySudo: boolean;
	/** The user's own systemd runs. */
	readonly hasUserManager: boolean;
	/** The program; null: it is not installed. */
	readonly haproxy: string | null;
	/** `[2, 6]`; zeros where it is not installed. */
	readonly version: readonly [major: number, minor: number];
	/** Whether there is what reaches a Unix socket. */
	readonly hasRelay: boolean;
	readonly packages: PackageManager | null;
	/** There is a user for HAProxy to become. */
	readonly hasHaproxyUser: boolean;
	readonly hasIpv6: boolean;
	/** The lowest port that is anybody's to listen on. */
	readonly firstOpenPort: number;
}

const FACTS_TIMEOUT_MS = 20_000;

const FACTS_SCRIPT = `
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
id=$(LC_ALL=C id)
uid=\${id#uid=} uid=\${uid%%[!0-9]*}
echo "id $id"
echo "home $HOME"
if [ -d /run/systemd/system ]; then echo systemd yes; fi
if [ -S "/run/user/$uid/systemd/private" ]; then echo manager yes; fi
if [ "$uid" != 0 ] && sudo -n -l /bin/sh >/dev/null 2>&1; then echo sudo yes; fi
haproxy=$(command -v haproxy) && echo "haproxy $haproxy" && echo "version $($haproxy -v | head -n 1)"
if perl -MSocket -e 1 2>/dev/null || command -v python3 >/dev/null || [ -x /usr/libexec/platform-python ]; then echo relay yes; fi
for each in ${PACKAGE_MANAGERS.join(' ')}; do if command -v $each >/dev/null; then echo "packages $each"; break; fi; done
if getent passwd haproxy >/dev/null && getent group haproxy >/dev/null; then echo haproxyuser yes; fi
if [ -s /proc/net/if_inet6 ]; then echo ipv6 yes; fi
if read -r first </proc/sys/net/ipv4/ip_unprivileged_port_start; then echo "first $first"; fi 2>/dev/null
true
`;

/** @throws ProcdeckError `unreachable` when it does not answer as a Unix system does */
export async function readBalancerFacts(link: Link): Promise<BalancerFacts> {
	const { stdout, stderr } = await link.run(['/bin/sh', '-c', FACTS_SCRIPT], { timeoutMs: FACTS_TIMEOUT_MS });
	const said = new Map(
		stdout.split('\n').map((line) => [line.split(' ')[0], line.replace(/^\S+ ?/, '')] as const),
	);
	const [, uid, user = ''] = /^uid=(\d+)(?:\(([^)]*)\))?/.exec(said.get('id') ?? '') ?? [];
	if (uid === undefined) {
		const words = stderr.trim() || stdout.trim().slice(0, 200) || 'nothing';
		throw new ProcdeckError('unreachable', `it does not answer as a Unix system does, but: ${words}`);
	}
	const [, major = '0', minor = '0'] = /version (\d+)\.(\d+)/.exec(said.get('version') ?? '') ?? [];
	return {
		uid: Number(uid),
		user,
		home: said.get('home') ?? '/',
		hasSystemd: said.has('systemd'),
		maySudo: said.has('sudo'),
		hasUserManager: said.has('manager'),
		haproxy: said.get('haproxy') ?? null,
		version: [Number(major), Number(minor)],
		hasRelay: said.has('relay'),
		packages: PACKAGE_MANAGERS.find((name) => name === said.get('packages')) ?? null,
		hasHaproxyUser: said.has('haproxyuser'),
		hasIpv6: said.has('ipv6'),
		firstOpenPort: Number(said.get('first') ?? 1024),
	};
}

/** A command that changes the machine. @throws ProcdeckError `refused` where the user may not */
export function elevated(
	{ uid, user, maySudo }: BalancerFacts,
	scope: ServerDefinition['scope'],
	command: readonly string[],
): [string, ...string[]] {
	if (scope === 'system' && uid !== 0 && !maySudo) {
		throw new ProcdeckError(
			'refused',
			`${user} may not change system services, and sudo wants a password`,
			'`procdeck doctor` prints the sudoers line that allows it; `scope: user` needs none',
		);
	}
	const [file = '', ...args] = scope === 'user' || uid === 0 ? command : ['sudo', '-n', ...command];
	return [file, ...args];
}

/** @throws ProcdeckError `refused` where nothing can run a balancer */
export function requireBalancerHost(
	facts: BalancerFacts,
	{ name, scope }: Pick<ServerDefinition, 'name' | 'scope'>,
): void {
	if (!facts.hasSystemd) {
		throw new ProcdeckError('refused', `${name} has no systemd, which would run the load balancer`);
	}
	if (scope === 'user' && !facts.hasUserManager) {
		throw new ProcdeckError(
			'refused',
			`${facts.user} has no systemd of its own running on ${name}`,
			`\`loginctl enable-linger ${facts.user}\` there, as root, starts it`,
		);
	}
}
