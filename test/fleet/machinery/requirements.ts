import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';

/** The Debian package of each command that the fleet runs on this machine. */
const PACKAGES: Readonly<Record<string, string>> = {
	debootstrap: 'debootstrap',
	'systemd-nspawn': 'systemd-container',
	ip: 'iproute2',
	bridge: 'iproute2',
	ssh: 'openssh-client',
	'ssh-keygen': 'openssh-client',
	openssl: 'openssl',
	flock: 'util-linux',
	nsenter: 'util-linux',
	setpriv: 'util-linux',
	unshare: 'util-linux',
	mount: 'mount',
};

/** What debootstrap checks the signatures of packages with. */
const KEYRING = { file: '/usr/share/keyrings/debian-archive-keyring.gpg', package: 'debian-archive-keyring' };

/** Where the commands are, whether or not the caller's PATH has the administrator's. */
export const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * Makes sure that this machine can run a fleet. On CI missing packages are installed.
 * @throws Error that says what to do
 */
export async function ensureRequirements(): Promise<void> {
	if (process.platform !== 'linux') throw new Error('The fleet needs Linux.');
	if (process.getuid?.() !== 0)
		throw new Error('The fleet needs root, for namespaces and mounts: run this with sudo.');
	const missing = missingPackages();
	if (missing.length === 0) return;
	const install = ['apt-get', 'install', '--yes', '--no-install-recommends', ...missing];
	if (process.env.CI !== 'true')
		throw new Error(`The fleet needs packages that are not here: ${install.join(' ')}`);
	const options = { env: { DEBIAN_FRONTEND: 'noninteractive' }, stdio: ['ignore', 2, 2] } as const;
	await execa('apt-get', ['update', '-qq'], options);
	await execa('apt-get', [...install.slice(1), '-qq'], options);
}

function missingPackages(): string[] {
	const missing = Object.entries(PACKAGES)
		.filter(([command]) => !SYSTEM_PATH.split(':').some((folder) => isThere(join(folder, command))))
		.map(([, name]) => name);
	if (!isThere(KEYRING.file)) missing.push(KEYRING.package);
	return [...new Set(missing)].sort();
}

function isThere(file: string): boolean {
	try {
		accessSync(file, constants.R_OK);
		return true;
	} catch {
		return false;
	}
}
