import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { ChangesJson } from '../support/contract.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { tempStack } from '../support/temp-stack.ts';
import { waitFor } from '../support/wait-for.ts';
import { fleetHost, sharedFleet } from './fleet-host.ts';
import { resetHost } from './reset-host.ts';

const JUMP = 'jobs1';
const BEHIND = ['web1', 'web2'];
const NAMES = Array.from({ length: 30 }, (_, at) => `s${String(at + 1).padStart(2, '0')}`);

/** Generous: with nothing else on the machine it takes some seconds. */
const ALL_WITHIN_MS = 100_000;

/** A folder with an `ssh` that knows thirty names of the two hosts behind the jump host. */
async function sshWithAliases(): Promise<string> {
	const { sshConfigFile, keyFile, knownHostsFile } = sharedFleet();
	const aliases = NAMES.map(
		(name, at) => `Host ${name}\n  HostName ${fleetHost(BEHIND[at % 2] ?? '').address}\n`,
	);
	const common = `Host s??
  User deploy
  ProxyJump ${JUMP}
  IdentityFile ${keyFile}
  IdentitiesOnly yes
  UserKnownHostsFile ${knownHostsFile}
  GlobalKnownHostsFile /dev/null
`;
	const config = `${aliases.join('')}${common}\n${await readFile(sshConfigFile, 'utf8')}`;
	const folder = await tempFolder({ config }, 'bin');
	const command = `#!/bin/sh\nexec /usr/bin/ssh -F ${folder}/config "$@"\n`;
	await writeFile(join(folder, 'ssh'), command, { mode: 0o755 });
	return folder;
}

it('thirty servers behind one jump host all come up, though each sshd drops most of many connects', {
	timeout: 2 * ALL_WITHIN_MS,
}, async () => {
	for (const name of [JUMP, ...BEHIND]) {
		await resetHost(fleetHost(name));
		await fleetHost(name).sshd({ MaxStartups: '3:50:5', LogLevel: 'VERBOSE' });
		await fleetHost(name).run('install -d -o deploy /srv/many');
	}
	const since = await fleetHost('web1').run('date +%s');
	const servers = NAMES.map((name) => `  ${name}: { host: ${name} }\n`).join('');
	const stack = await tempStack(
		{
			Procfile: 'worker: /srv/fixtures/runs\n',
			'procdeck.yml': `stack: many\npath: /srv/many\nservers:\n${servers}`,
		},
		{ PATH: `${await sshWithAliases()}:${process.env.PATH}` },
	);

	const { exitCode, json } = await stack.procdeck('scale', 'worker=2', '--all', '--json');
	const { changes } = json<ChangesJson>();
	expect(changes.filter(({ outcome }) => outcome !== 'done' && outcome !== 'unchanged')).toEqual([]);
	expect(changes.map(({ server }) => server)).toEqual(NAMES);
	expect(exitCode).toBe(0);

	const console = stack.open([], { columns: 120, rows: 40 });
	await console.waitForText(/ \d+\/30 servers/);
	const allAreUp = () => / 60\/60 up +30 servers/.test(console.screen());
	await waitFor(allAreUp, 'all of them', ALL_WITHIN_MS);

	for (const name of BEHIND) {
		const log = await fleetHost(name).run(`journalctl --quiet --output=cat --unit=ssh --since=@${since}`);
		// Each came through the jump host, and more of them than it takes at once.
		const from = new Set(
			[...log.matchAll(/Accepted publickey for deploy from (\S+)/g)].map(([, from]) => from),
		);
		expect([...from]).toEqual([fleetHost(JUMP).address]);
		expect(log).toMatch(/MaxStartups/);
	}
	console.press('q');
	await console.exited();
});
