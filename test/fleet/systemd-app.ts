import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { watchStack } from '../../src/commands/watched-stack.ts';
import { loadStack } from '../../src/files/load-stack.ts';
import { connectSsh } from '../../src/link/ssh/connect.ts';
import type { Asker } from '../../src/model/question.ts';
import type { ServerDefinition, Stack } from '../../src/model/stack.ts';
import type { StackSource } from '../../src/server/stack-source.ts';
import { stackUnit } from '../../src/server/systemd/names.ts';
import { systemdServer } from '../../src/server/systemd/server.ts';
import { Client } from '../contract/client.ts';
import type { ContractApp } from '../contract/server-contract.ts';
import { sharedFleet } from './fleet-host.ts';
import type { Host } from './machinery/host.ts';
import { resetHost } from './reset-host.ts';

/** Nobody is there to be asked. */
export const NOBODY: Asker = { trust: async () => false, answer: async () => null };

export interface SystemdApp extends ContractApp {
	readonly directory: string;
	readonly source: StackSource;
	/** What the names of its units begin with. */
	readonly prefix: string;
	/** Where its code is on the host. */
	readonly path: string;
}

export interface SystemdAppOptions {
	readonly user?: string;
	readonly scope?: 'system' | 'user';
	/** Settings of the connection, such as `{ ServerAliveInterval: '1' }`. */
	readonly ssh?: Readonly<Record<string, string>>;
}

let apps = 0;

/** An app whose only server is a host of the fleet; the host is as new. */
export async function systemdApp(
	host: Host,
	files: Readonly<Record<string, string>>,
	{ user = 'deploy', scope = 'system', ssh = {} }: SystemdAppOptions = {},
): Promise<SystemdApp> {
	await resetHost(host);
	const directory = await mkdtemp(join(tmpdir(), 'procdeck-fleet-app-'));
	// The journal keeps what earlier apps wrote.
	const name = `shop-${process.pid}-${++apps}`;
	const path = `/srv/${name}`;
	await host.run(`install -d -o ${user} ${path}`);
	const write = (name: string, text: string) => writeFile(join(directory, name), text);
	const server = `servers:\n  here: {host: ${host.name}, user: ${user}, scope: ${scope}}\npath: ${path}\nstack: ${name}\n`;
	const { 'procdeck.yml': settings = '', ...others } = files;
	for (const [name, text] of Object.entries({ ...others, 'procdeck.yml': server + settings }))
		await write(name, text);
	const globals = { directory, procfile: null, environment: null };
	const stack = await loadStack(globals);
	const [definition] = stack.servers;
	if (definition === undefined) throw new Error('the stack has no server');
	const source = await watchStack({ ...GLOBALS, ...globals });
	const configFile = join(directory, 'ssh_config');
	await writeFile(configFile, sshConfig(ssh));
	const clients: Client[] = [];
	onTestFinished(async () => {
		await Promise.all(clients.map((client) => client.server.close()));
		source.close();
		await rm(directory, { recursive: true, force: true });
	});
	return {
		directory,
		source,
		prefix: stackUnit(stack),
		path,
		write,
		read: (name) => host.run(`cat ${path}/${name}`),
		connect: async () => {
			const client = new Client(connectTo(host, asLocal(source, definition), definition, configFile));
			clients.push(client);
			return client;
		},
	};
}

const GLOBALS = { json: false, colour: false, quiet: false, readOnly: false } as const;

/** A setting that is named twice means what it means first. */
function sshConfig(settings: Readonly<Record<string, string>>): string {
	const lines = Object.entries(settings).map(([name, value]) => `${name} ${value}\n`);
	return `${lines.join('')}Include ${sharedFleet().sshConfigFile}\n`;
}

function connectTo(host: Host, source: StackSource, definition: ServerDefinition, configFile: string) {
	const target = { host: host.name, user: definition.user, port: null };
	const connect = (signal: AbortSignal) => connectSsh(target, { asker: NOBODY, signal, configFile });
	return systemdServer({ source, definition, connect });
}

/** Types begin with one instance, as on a local server, where the stack file does not say otherwise. */
function asLocal(source: StackSource, { name }: ServerDefinition): StackSource {
	const withOne = (stack: Stack): Stack => ({
		...stack,
		processTypes: stack.processTypes.map((type) => ({
			...type,
			settings: { ...type.settings, scale: { [name]: 1 } },
		})),
	});
	return {
		get stack() {
			return withOne(source.stack);
		},
		get problems() {
			return source.problems;
		},
		listen: source.listen,
	};
}
