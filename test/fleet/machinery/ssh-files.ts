import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import type { Place } from './network.ts';

interface SshHost extends Place {
	hostKey(): Promise<string>;
}

/** The private key that every user of every host takes. */
export function keyFile(folder: string): string {
	return join(folder, 'key');
}

export function sshConfigFile(folder: string): string {
	return join(folder, 'ssh_config');
}

export function knownHostsFile(folder: string): string {
	return join(folder, 'known_hosts');
}

/** A folder whose `ssh` uses this configuration, for the front of a PATH. */
export function binFolder(folder: string): string {
	return join(folder, 'bin');
}

/** Makes a key pair in a file that is not there yet. */
export async function generateKey(file: string): Promise<void> {
	await execa('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', file]);
}

/** Writes all by which OpenSSH gets to the hosts, without using or writing what is the user's own. */
export async function writeSshFiles(hosts: readonly SshHost[], folder: string): Promise<void> {
	const keys = await Promise.all(hosts.map((host) => host.hostKey()));
	await writeFile(knownHostsFile(folder), knownHosts(hosts, keys));
	await writeFile(sshConfigFile(folder), sshConfig(hosts, folder));
	await mkdir(binFolder(folder));
	const wrapper = `#!/bin/sh\nexec /usr/bin/ssh -F '${sshConfigFile(folder)}' "$@"\n`;
	await writeFile(join(binFolder(folder), 'ssh'), wrapper, { mode: 0o755 });
}

/** By name and by address, as `deploy` where no user is named. */
function sshConfig(hosts: readonly Place[], folder: string): string {
	const entries = hosts.map(({ name, address }) => `Host ${name}\n  HostName ${address}\n`);
	return `${entries.join('')}Host ${hosts.map(({ name, address }) => `${name} ${address}`).join(' ')}
  User deploy
  IdentityFile ${keyFile(folder)}
  IdentitiesOnly yes
  UserKnownHostsFile ${knownHostsFile(folder)}
  GlobalKnownHostsFile /dev/null
`;
}

function knownHosts(hosts: readonly Place[], keys: readonly string[]): string {
	return hosts.map(({ name, address }, number) => `${name},${address} ${keys[number]}\n`).join('');
}
