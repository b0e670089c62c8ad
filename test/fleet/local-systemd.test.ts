import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import type { PsJson } from '../support/contract.ts';
import { fleetHost } from './fleet-host.ts';
import { resetHost } from './reset-host.ts';

const ROOT = join(import.meta.dirname, '../..');
const host = fleetHost('web2');

const APP = `
mkdir -p /srv/app && cd /srv/app
echo 'worker: /srv/fixtures/runs' >Procfile
printf 'stack: app\\nservers:\\n  here: {local: true, supervisor: systemd}\\n' >procdeck.yml
`;

/** Runs the package that is on the host, as its user there would. */
function procdeck(words: string): Promise<string> {
	return host.run(`cd /srv/app && HOME=/root node /opt/procdeck/bin/procdeck.js ${words}`);
}

async function worker() {
	const { servers } = JSON.parse(await procdeck('ps --json')) as PsJson;
	expect(servers).toMatchObject([{ name: 'here', kind: 'local', supervisor: 'systemd' }]);
	return servers[0]?.processes.find(({ type }) => type === 'worker');
}

beforeAll(async () => {
	for (const part of ['bin', 'dist', 'package.json'])
		await cp(join(ROOT, part), join(host.root, 'opt/procdeck', part), { recursive: true });
});

it('systemd of the machine itself runs the instances where the stack file says so', async () => {
	await resetHost(host);
	await host.run(APP);
	await procdeck('start');
	expect(await worker()).toMatchObject({ wanted: 1, running: 1 });
	await procdeck('scale worker=3');
	expect(await worker()).toMatchObject({ wanted: 3, running: 3 });
	expect(await procdeck('logs worker.3')).toContain('running as');
	await host.reboot();
	expect(await worker()).toMatchObject({ wanted: 3, running: 3 });
	await procdeck('down');
	expect(await worker()).toMatchObject({ wanted: 3, running: 0 });
	await expect(procdeck('up')).rejects.toThrow(/systemd runs the instances/);
});
