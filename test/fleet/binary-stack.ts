import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tempFolder } from '../support/temp-folder.ts';
import { type TempStack, tempStack } from '../support/temp-stack.ts';
import { sharedFleet } from './fleet-host.ts';
import { resetHost } from './reset-host.ts';

let stacks = 0;

/** A stack on hosts of the fleet, which are as new, for the built binary. Its connections are given up sooner than a user's. */
export async function binaryStack(procfile: string, ...hosts: readonly string[]): Promise<TempStack> {
	const fleet = sharedFleet();
	const name = `deck-${process.pid}-${++stacks}`;
	const path = `/srv/${name}`;
	for (const host of hosts.map((each) => fleet.host(each))) {
		await resetHost(host);
		await host.run(`install -d -o deploy ${path}`);
	}
	const servers = hosts.map((host) => `  ${host}: { host: ${host}, user: deploy }\n`);
	const settings = `stack: ${name}\npath: ${path}\nservers:\n${servers.join('')}`;
	const environment = { PATH: `${await impatientSsh()}:${process.env.PATH}` };
	return tempStack({ Procfile: procfile, 'procdeck.yml': settings }, environment);
}

/** A folder with an `ssh` that knows the fleet. */
async function impatientSsh(): Promise<string> {
	const folder = await tempFolder({}, 'bin');
	const command = `exec ${join(sharedFleet().binFolder, 'ssh')} -o ConnectTimeout=3 "$@"`;
	await writeFile(join(folder, 'ssh'), `#!/bin/sh\n${command}\n`, { mode: 0o755 });
	return folder;
}
