import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { freePort } from './free-port.ts';
import { childrenOf, processesWhere } from './processes.ts';
import { waitFor } from './wait-for.ts';

/** An OpenSSH server of a test's own, on a port of this machine, that takes one key. */
export interface Sshd {
	readonly folder: string;
	readonly port: number;
	/** Of the user there. */
	readonly home: string;
	/** The client's configuration, in which the server is `test`. */
	readonly configFile: string;
	readonly knownHosts: string;
	/** The processes that a session of it started, and those that they started. */
	processes(): number[];
	/** The process of each connection. */
	connections(): number[];
	/** What it logged so far. */
	log(): Promise<string>;
	/** Ends the server and its connections. */
	stop(): Promise<void>;
}

export interface SshdOptions {
	/** Lines of its sshd_config, before our own: the first of a kind counts. */
	readonly server?: readonly string[];
	/** Lines of the client's configuration for it, before our own. */
	readonly client?: readonly string[];
	readonly port?: number;
}

/** Whoever starts it stops it: with the test, or after all of them. */
export async function startSshd({ server = [], client = [], port }: SshdOptions = {}): Promise<Sshd> {
	const folder = await realpath(await mkdtemp(join(tmpdir(), 'procdeck-sshd-')));
	const listening = port ?? (await freePort());
	await mkdir(join(folder, 'home'));
	await Promise.all([makeKey(join(folder, 'host_key')), makeKey(join(folder, 'user_key'))]);
	await writeFile(join(folder, 'authorized_keys'), await readFile(join(folder, 'user_key.pub')));
	await writeFile(join(folder, 'known_hosts'), await knownHost(folder));
	await writeFile(
		join(folder, 'sshd_config'),
		[...server, ...serverConfig(folder, listening), ''].join('\n'),
	);
	const configFile = join(folder, 'ssh_config');
	await writeFile(configFile, clientConfig(folder, listening, client));
	const daemon = await launch(folder, listening);
	return {
		folder,
		port: listening,
		home: join(folder, 'home'),
		configFile,
		knownHosts: join(folder, 'known_hosts'),
		processes: () =>
			processesWhere((entry) => /^SSH_CONNECTION=/.test(entry) && entry.endsWith(` ${listening}`)),
		connections: () => childrenOf(daemon.pid as number),
		log: () => readFile(join(folder, 'log'), 'utf8'),
		async stop() {
			await end(daemon);
			await rm(folder, { recursive: true, force: true });
		},
	};
}

export async function makeKey(path: string, ...options: string[]): Promise<void> {
	await execa('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', path, ...options]);
}

async function knownHost(folder: string): Promise<string> {
	const [type, key] = (await readFile(join(folder, 'host_key.pub'), 'utf8')).split(' ');
	return `test ${type} ${key}\n`;
}

function serverConfig(folder: string, port: number): string[] {
	return [
		`Port ${port}`,
		'ListenAddress 127.0.0.1',
		`HostKey ${folder}/host_key`,
		`AuthorizedKeysFile ${folder}/authorized_keys`,
		'PidFile none',
		// So that nothing depends on the start-up files of whoever runs the tests.
		`SetEnv HOME=${folder}/home`,
		'UsePAM no',
		'StrictModes no',
		'PermitRootLogin yes',
		'PasswordAuthentication no',
		'KbdInteractiveAuthentication no',
	];
}

function clientConfig(folder: string, port: number, lines: readonly string[]): string {
	return `Host *
	${lines.join('\n\t')}
Host test
	HostKeyAlias test
	HostName 127.0.0.1
	Port ${port}
	IdentityFile ${folder}/user_key
	IdentitiesOnly yes
	IdentityAgent none
Host *
	User ${userInfo().username}
	UserKnownHostsFile ${folder}/known_hosts
	GlobalKnownHostsFile none
`;
}

async function launch(folder: string, port: number): Promise<ChildProcess> {
	if (!existsSync('/usr/sbin/sshd')) throw new Error('the tests need the package openssh-server');
	// Where sshd runs as root it wants an empty folder, which a service manager would have made.
	if (process.getuid?.() === 0) await mkdir('/run/sshd', { recursive: true, mode: 0o755 });
	await chmod(folder, 0o755);
	const daemon = spawn(
		'/usr/sbin/sshd',
		['-D', '-f', join(folder, 'sshd_config'), '-E', join(folder, 'log')],
		{
			stdio: 'ignore',
			detached: true,
		},
	);
	await waitFor(async () => {
		if (daemon.exitCode !== null) throw new Error(await readFile(join(folder, 'log'), 'utf8'));
		return answers(port);
	}, 'sshd to listen');
	return daemon;
}

function answers(port: number): Promise<boolean> {
	return new Promise((resolve) => {
		const socket = connect(port, '127.0.0.1');
		socket.once('data', () => {
			socket.destroy();
			resolve(true);
		});
		socket.once('error', () => resolve(false));
	});
}

async function end(daemon: ChildProcess): Promise<void> {
	if (daemon.exitCode !== null) return;
	const gone = once(daemon, 'exit');
	daemon.kill('SIGTERM');
	await gone;
}
