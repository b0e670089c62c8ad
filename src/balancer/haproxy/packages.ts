import { ProcdeckError } from '../../model/errors.ts';
import type { BalancerFacts, PackageManager } from './facts.ts';
import type { BalancerSession } from './session.ts';

const INSTALL_TIMEOUT_MS = 10 * 60_000;

/** As root, without a question. */
const INSTALL: Readonly<Record<PackageManager, readonly string[]>> = {
	'apt-get': ['apt-get', 'install', '--yes', '--no-install-recommends'],
	dnf: ['dnf', 'install', '--assumeyes'],
	yum: ['yum', 'install', '--assumeyes'],
	zypper: ['zypper', '--non-interactive', 'install'],
	pacman: ['pacman', '-S', '--noconfirm', '--needed'],
};

/**
 * Debian's package would start its own service and start it at each boot. Masked, it cannot; then it is only switched off,
 * so that whoever wants it has it as any other. Lists of packages may be old or missing, so that they are read again where
 * the first attempt fails.
 */
const INSTALL_SCRIPT = `
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
own=haproxy.service
systemctl --quiet mask "$own" || exit
trap 'systemctl --quiet unmask "$own"; systemctl --quiet disable "$own" 2>/dev/null' EXIT
"$@" </dev/null && exit
[ "$1" = apt-get ] && apt-get update -qq </dev/null && "$@" </dev/null
`;

/** The packages that a machine lacks. */
export function missingPackages({ haproxy, hasRelay }: BalancerFacts): string[] {
	return [...(haproxy === null ? ['haproxy'] : []), ...(hasRelay ? [] : ['python3'])];
}

/**
 * The command that installs packages.
 * @throws ProcdeckError `refused` where it is not known, or the user may not
 */
export function installCommand(session: BalancerSession, packages: readonly string[]): readonly string[] {
	const { facts, layout } = session;
	const names = packages.join(' and ');
	if (layout.scope === 'user') {
		throw new ProcdeckError(
			'refused',
			`${names} must be installed there first, which ${facts.user} may not do in the scope of a user`,
			`\`${[...INSTALL[facts.packages ?? 'apt-get'], ...packages].join(' ')}\` there, as root`,
		);
	}
	if (facts.packages === null) {
		throw new ProcdeckError(
			'refused',
			`${names} must be installed there, and no package manager is known`,
			'install it there, and try again',
		);
	}
	return [...INSTALL[facts.packages], ...packages];
}

/** @throws ProcdeckError `refused` in the package manager's own words */
export async function installPackages(session: BalancerSession, packages: readonly string[]): Promise<void> {
	const command = session.elevated(
		'/bin/sh',
		'-c',
		INSTALL_SCRIPT,
		'sh',
		...installCommand(session, packages),
	);
	const { exitCode, stdout, stderr } = await session.link.run(command, { timeoutMs: INSTALL_TIMEOUT_MS });
	if (exitCode === 0) return;
	const words = (stderr.trim() || stdout.trim()).split('\n').slice(-3).join('; ');
	throw new ProcdeckError(
		'refused',
		`cannot install ${packages.join(' and ')}: ${words || 'it took too long'}`,
	);
}
