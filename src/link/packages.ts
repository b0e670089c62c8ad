import { type LineListener, runTelling } from './lines.ts';
import type { Command, Link } from './link.ts';

/** Programs that install packages, by the one that is looked for first. */
export const PACKAGE_MANAGERS = ['apt-get', 'dnf', 'yum', 'zypper', 'pacman'] as const;
export type PackageManager = (typeof PACKAGE_MANAGERS)[number];

/** As root, without a question. */
const INSTALL: Readonly<Record<PackageManager, readonly string[]>> = {
	'apt-get': ['apt-get', 'install', '--yes', '--no-install-recommends'],
	dnf: ['dnf', 'install', '--assumeyes'],
	yum: ['yum', 'install', '--assumeyes'],
	zypper: ['zypper', '--non-interactive', 'install'],
	pacman: ['pacman', '-S', '--noconfirm', '--needed'],
};

/** A slow mirror says nothing for a while. */
const QUIET_FOR_MS = 10 * 60_000;

/** The words that install packages, for root. */
export function installWords(manager: PackageManager, packages: readonly string[]): string[] {
	return [...INSTALL[manager], ...packages];
}

/**
 * Run with a unit that must not start by itself (or nothing) and the words. Debian's packages start their services and start
 * them at each boot. Masked, a service cannot; then it is only switched off, so that whoever wants it has it as any other.
 * An installation that is under way is waited for. Where the first attempt fails, another one may have been broken off, and
 * lists of packages may be old or missing: the one is ended and the others are read again before the second.
 */
const INSTALL_SCRIPT = `
exec 2>&1
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
own=$1
shift
if [ -n "$own" ]; then
systemctl --quiet mask "$own" || exit
trap 'systemctl --quiet unmask "$own"; systemctl --quiet disable "$own" 2>/dev/null' EXIT
fi
if [ "$1" != apt-get ]; then "$@" </dev/null; exit; fi
shift
apt() { apt-get -o DPkg::Lock::Timeout=300 "$@" </dev/null; }
apt "$@" && exit
dpkg --configure -a </dev/null
apt -qq update
apt "$@"
`;

export interface Installation {
	readonly manager: PackageManager;
	readonly packages: readonly string[];
	/** Makes a command of root's of one. */
	readonly elevated: (...command: readonly string[]) => Command;
	/** A service that comes with them and is not to run; null: none. */
	readonly unwanted: string | null;
	readonly onLine: LineListener;
}

/**
 * Installs packages by the machine's own package manager.
 * @returns null, or why that failed, in its own words
 * @throws ProcdeckError `unreachable`
 */
export async function installPackages(link: Link, installation: Installation): Promise<string | null> {
	const { manager, packages, elevated, unwanted, onLine } = installation;
	const said: string[] = [];
	const words = installWords(manager, packages);
	const command = elevated('/bin/sh', '-c', INSTALL_SCRIPT, 'sh', unwanted ?? '', ...words);
	const take = (line: string) => {
		if (line.trim() !== '') said.push(line.trim());
		if (said.length > LINES_KEPT) said.shift();
		onLine(line);
	};
	const failure = await runTelling(link, command, { onLine: take, quietForMs: QUIET_FOR_MS });
	if (failure === null) return null;
	const errors = said.filter((line) => /^(E:|error\b)/i.test(line));
	return [...new Set(errors.length > 0 ? errors : said.slice(-1))].join('; ') || failure;
}

const LINES_KEPT = 20;
