import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tempFolder } from '../support/temp-folder.ts';
import { type TempStack, tempStack } from '../support/temp-stack.ts';
import { sharedFleet } from './fleet-host.ts';
import { resetHost } from './reset-host.ts';

export interface BinaryStackOptions {
	readonly procfile: string;
	/** Names of hosts of the fleet. */
	readonly hosts: readonly string[];
	/** What else the stack file says. */
	readonly settings?: string;
	/** Options of every connection, such as `ServerAliveInterval=1`. */
	readonly ssh?: readonly string[];
}

/** A stack on hosts of the fleet, which are as new, for the built binary; `path` is where its code is there. */
export interface BinaryStack extends TempStack {
	readonly name: string;
	readonly path: string;
}

let stacks = 0;

/** As `binaryStackOf`, where nothing but the Procfile and the hosts matters. */
export function binaryStack(procfile: string, ...hosts: readonly string[]): Promise<BinaryStack> {
	return binaryStackOf({ procfile, hosts });
}

/** Its connections are given up sooner than a user's. */
export async function binaryStackOf(options: BinaryStackOptions): Promise<BinaryStack> {
	const { procfile, hosts, settings = '', ssh = [] } = options;
	const fleet = sharedFleet();
	const name = `deck-${process.pid}-${++stacks}`;
	const path = `/srv/${name}`;
	for (const host of hosts.map((each) => fleet.host(each))) {
		await resetHost(host);
		await host.run(`install -d -o deploy ${path}; touch ${path}/app`);
	}
	const servers = hosts.map((host) => `  ${host}: { host: ${host}, user: deploy }\n`);
	const head = `stack: ${name}\npath: ${path}\nservers:\n${servers.join('')}`;
	const environment = { PATH: `${await sshWith([...ssh, 'ConnectTimeout=3'])}:${process.env.PATH}` };
	const stack = await tempStack({ Procfile: procfile, 'procdeck.yml': head + settings }, environment);
	return { ...stack, name, path };
}

/** A folder with an `ssh` that knows the fleet. */
async function sshWith(options: readonly string[]): Promise<string> {
	const folder = await tempFolder({}, 'bin');
	const words = options.map((option) => `-o ${option}`).join(' ');
	const command = `exec ${join(sharedFleet().binFolder, 'ssh')} ${words} "$@"`;
	await writeFile(join(folder, 'ssh'), `#!/bin/sh\n${command}\n`, { mode: 0o755 });
	return folder;
}
