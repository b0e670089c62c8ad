import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import type { PsJson } from '../support/contract.ts';
import { waitFor } from '../support/wait-for.ts';
import { fleetHost } from './fleet-host.ts';
import { resetHost } from './reset-host.ts';

const ROOT = join(import.meta.dirname, '../..');
const host = fleetHost('web2');

const APP = `
install -d -o deploy /srv/app && cd /srv/app
echo 'web: sleep 1000' >Procfile
printf 'stack: app\\nenvironment: production\\n' >procdeck.yml
`;

/** Runs the package that is on the host, as somebody who is logged in there. */
function procdeck(words: string) {
	return host.ssh('deploy', `cd /srv/app && node /opt/procdeck/bin/procdeck.js ${words}`);
}

interface FindingsJson {
	readonly findings: readonly {
		readonly check: string;
		readonly message: string;
		readonly fixed?: boolean;
	}[];
}

async function boot(flags = '') {
	const { stdout } = await procdeck(`doctor --json ${flags}`);
	return (JSON.parse(stdout) as FindingsJson).findings.find(({ check }) => check === 'boot');
}

beforeAll(async () => {
	for (const part of ['bin', 'dist', 'package.json'])
		await cp(join(ROOT, part), join(host.root, 'opt/procdeck', part), { recursive: true });
	await resetHost(host);
});

it('--fix has a local stack start with the machine, before anybody logs in', async () => {
	await host.run(APP);
	onTestFinished(() => resetHost(host));
	await procdeck('start');
	expect(await boot()).toMatchObject({ message: 'a reboot starts nothing' });
	expect(await boot('--fix --yes')).toMatchObject({ message: 'a reboot starts web.1', fixed: true });
	await host.reboot();
	await waitFor(async () => (await host.run('pgrep -fxc "sleep 1000" || true')) === '1', 'web.1 to run');
	const { servers } = JSON.parse((await procdeck('ps --json')).stdout) as PsJson;
	expect(servers).toMatchObject([{ processes: [{ type: 'web', wanted: 1, running: 1 }] }]);
	await procdeck('down');
});
