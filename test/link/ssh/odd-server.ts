import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import ssh2, { type AuthContext, type Connection, type ServerChannel } from 'ssh2';
import { onTestFinished } from 'vitest';
import { tempFolder } from '../../support/temp-folder.ts';

/** Where a server of ours may differ from one that works. */
export interface Oddities {
	/** Called with each login attempt; takes all by default. */
	readonly logIn?: (attempt: AuthContext) => void;
	/** Called with each command in place of running it. */
	readonly exec?: (channel: ServerChannel, command: string, connection: Connection) => void;
	/** Neither opens nor refuses a channel. */
	readonly ignoresSessions?: boolean;
	readonly banner?: string;
	readonly greeting?: string;
}

/** An SSH server in this process that can misbehave. Lines go into the client's configuration, where it is `test`. */
export async function oddServer(
	oddities: Oddities = {},
	...lines: string[]
): Promise<{ configFile: string }> {
	const key = ssh2.utils.generateKeyPairSync('ed25519');
	const { banner, greeting } = oddities;
	const server = new ssh2.Server(
		{
			hostKeys: [key.private],
			...(banner === undefined ? {} : { banner }),
			...(greeting === undefined ? {} : { greeting }),
		},
		(connection) => serve(connection, oddities),
	).listen(0, '127.0.0.1');
	await once(server, 'listening');
	onTestFinished(() => void server.close());
	const { port } = server.address() as { port: number };
	return configFor(port, key.public, ...lines);
}

/** A client's configuration for a server on a port of this machine. */
export async function configFor(port: number, publicKey: string, ...lines: string[]) {
	const folder = await tempFolder({ known_hosts: `test ${publicKey}\n` });
	const configFile = join(folder, 'ssh_config');
	await writeFile(
		configFile,
		`Host test
	${lines.join('\n\t')}
	HostName 127.0.0.1
	HostKeyAlias test
	Port ${port}
	User somebody
	IdentityAgent none
	IdentityFile none
	UserKnownHostsFile ${folder}/known_hosts
	GlobalKnownHostsFile none
`,
	);
	return { configFile };
}

function serve(connection: Connection, { logIn, exec, ignoresSessions }: Oddities): void {
	connection.on('error', () => {});
	connection.on('authentication', (attempt) => (logIn === undefined ? attempt.accept() : logIn(attempt)));
	connection.on('session', (accept) => {
		if (ignoresSessions) return;
		accept().on('exec', (acceptExec, _reject, { command }) => {
			const channel = acceptExec();
			if (exec === undefined) run(channel, command);
			else exec(channel, command, connection);
		});
	});
}

/** What a server does that is not odd. */
export function run(channel: ServerChannel, command: string): void {
	const child = spawn('/bin/sh', ['-c', command], { detached: true });
	channel.pipe(child.stdin);
	child.stdin.on('error', () => {});
	child.stdout.pipe(channel, { end: false });
	child.stderr.pipe(channel.stderr, { end: false });
	child.on('close', (code, signal) => {
		channel.exit((code ?? signal?.replace('SIG', '')) as number);
		channel.end();
	});
	channel.on('close', () => child.stdin.destroy());
}
