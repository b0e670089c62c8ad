import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Place } from './network.ts';
import { addressOf, type FleetRecord } from './records.ts';
import { generateKey, keyFile } from './ssh-files.ts';

const FIXTURES = join(import.meta.dirname, '../../fixtures');

export function hostKeyFile(root: string): string {
	return join(root, 'etc/ssh/ssh_host_ed25519_key');
}

/** Of the private and of the public key's file. */
const ENDS = ['', '.pub'];

function firstKey(root: string): string {
	return join(root, '../first_host_key');
}

/** Writes what is a host's own: its name, its keys, and the programs of test/fixtures in /srv/fixtures. */
export async function furnish(host: Place & { readonly root: string }, fleet: FleetRecord): Promise<void> {
	const { name, root } = host;
	await writeFile(join(root, 'etc/hostname'), `${name}\n`);
	// sudo looks its host up, and waits long for a name that nobody knows.
	const names = fleet.hosts.map((other) => `${addressOf(fleet, other)} ${other}\n`);
	await writeFile(join(root, 'etc/hosts'), `127.0.0.1 localhost\n${names.join('')}`);
	await writeFile(join(root, 'etc/machine-id'), `${randomBytes(16).toString('hex')}\n`);
	await cp(`${keyFile(fleet.folder)}.pub`, join(root, 'etc/ssh/authorized_keys'));
	await cp(FIXTURES, join(root, 'srv/fixtures'), { recursive: true });
	await generateKey(hostKeyFile(root));
}

/** Puts a new key in the place of the first one, which is kept beside the host's files. */
export async function changeHostKey(root: string): Promise<void> {
	const file = hostKeyFile(root);
	for (const end of ENDS) {
		if (!existsSync(firstKey(root) + end)) await cp(file + end, firstKey(root) + end);
		await rm(file + end);
	}
	await generateKey(file);
}

/** @returns whether there was another one */
export async function restoreHostKey(root: string): Promise<boolean> {
	if (!existsSync(firstKey(root))) return false;
	for (const end of ENDS) {
		await cp(firstKey(root) + end, hostKeyFile(root) + end);
		await rm(firstKey(root) + end);
	}
	return true;
}
