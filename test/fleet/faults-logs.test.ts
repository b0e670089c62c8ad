import { execa } from 'execa';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Client, textOf } from '../contract/client.ts';
import { waitFor } from '../support/wait-for.ts';
import { fleetHost } from './fleet-host.ts';
import { processesOfLogins } from './on-host.ts';
import { systemdApp } from './systemd-app.ts';

const host = fleetHost('web2');

/** How often a tail is interrupted; 200 by hand. */
const RECONNECTS = Number(process.env.RECONNECTS ?? 15);

/** Follows the log of everything from its beginning; returns what has come so far. */
function follow(client: Client): () => string {
	const controller = new AbortController();
	onTestFinished(() => controller.abort());
	const query = { selectors: [], follow: true, lines: null, since: null };
	let text = '';
	const read = async () => {
		for await (const chunks of client.server.logs(query, controller.signal)) text += textOf(chunks);
	};
	void read().catch((error) => {
		text += String(error);
	});
	return () => text;
}

describe('following logs', () => {
	it(`over ${RECONNECTS} lost connections loses no line, doubles none, and leaves nothing on the server`, async () => {
		const counts = 'n=0; while :; do echo line $((n=n+1)); sleep 0.005; done';
		const app = await systemdApp(host, { Procfile: `worker: ${counts}\n` });
		const client = await app.connect();
		await client.start();
		const watch = await client.watch();
		const text = follow(client);
		for (let lost = 0; lost < RECONNECTS; lost++) {
			const seen = text().length;
			await waitFor(() => text().length > seen, 'new lines');
			const before = watch.events.length;
			await host.run("pkill -KILL -f '^sshd: deploy'");
			const comesBack = () => watch.events.slice(before).some(({ kind }) => kind === 'snapshot');
			await waitFor(comesBack, 'the connection to come back');
		}
		const last = await host.run(`journalctl --quiet --output=cat PROCDECK_STACK=${app.prefix} --lines=1`);
		await waitFor(() => text().includes(`${last}\n`), 'what was logged last');
		const lines = text().trimEnd().split('\n');
		expect(lines.slice(0, 3)).toEqual(['line 1', 'line 2', 'line 3']);
		const wrong = lines.findIndex((line, position) => line !== `line ${position + 1}`);
		expect(lines.slice(wrong, wrong < 0 ? 0 : wrong + 3)).toEqual([]);

		await client.server.close();
		await waitFor(async () => (await processesOfLogins(host)) === '', 'everything of ours to be gone');
	});

	it('is byte-exact while the connection changes its keys', async () => {
		const lines = 20_000;
		const program = `seq -f 'a line of some length, as real ones are: %06g ${'.'.repeat(40)}' ${lines}; exec sleep 600`;
		const app = await systemdApp(host, { Procfile: `worker: ${program}\n` });
		await host.sshd({ RekeyLimit: '256K', LogLevel: 'DEBUG1' });
		const client = await app.connect();
		const text = follow(client);
		await client.start();
		const { stdout } = await execa('/bin/sh', ['-c', program.replace(/; exec.*/, '')]);
		await waitFor(() => text().length >= stdout.length + 1, 'the whole log');
		expect(text() === `${stdout}\n`).toBe(true);
		const changes = 'journalctl --quiet --output=cat SYSLOG_IDENTIFIER=sshd --since=-1min';
		const keys = await host.run(`${changes} | grep -c '^set_newkeys: mode 1\\|rekey' || true`);
		expect(Number(keys)).toBeGreaterThan(3);
	});
});
