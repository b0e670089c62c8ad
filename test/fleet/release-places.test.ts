import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { fleetHost } from './fleet-host.ts';
import { changesOf, releaseApp } from './release-app.ts';

const PROCFILE = 'worker: exec /srv/fixtures/runs\n';

it('leaves everything as it was where a disk is full, and says so', async () => {
	const app = await releaseApp({ procfile: PROCFILE, hosts: ['web1', 'web2'] });
	await fleetHost('web2').run(`mount -t tmpfs -o size=2m none ${app.path} && chown deploy ${app.path}`);
	await app.commit('first', {});
	const first = await app.released();
	await app.change('scale', 'worker=1', '--all');

	await app.commit('second', { large: randomBytes(4_000_000).toString('base64') });
	const failed = await app.release();
	expect([failed.exitCode, changesOf(failed)]).toMatchObject([
		1,
		[
			{ server: 'web1', from: first, outcome: 'failed', reason: 'not released, because it failed on web2' },
			{ server: 'web2', from: first, outcome: 'failed', reason: expect.stringContaining('No space left') },
		],
	]);
	for (const host of ['web1', 'web2'])
		expect([await app.current(host), await app.kept(host)]).toEqual([first, [first]]);
	await app.commit('third', { large: null, text: 'small\n' });
	const third = await app.released();
	for (const host of ['web1', 'web2']) expect(await app.current(host)).toBe(third);

	// Not even a name.
	await app.there('web2', 'cat /dev/zero >filler 2>/dev/null || true');
	await app.commit('fourth', { text: 'small, too\n' });
	const full = await app.release();
	expect(changesOf(full)[1]).toMatchObject({
		outcome: 'failed',
		reason: expect.stringContaining('No space left'),
	});
	expect(await app.current('web2')).toBe(third);
	await app.there('web2', 'rm filler');
	await app.released();
});

it('takes no place where there is something of somebody else', async () => {
	const app = await releaseApp({ procfile: PROCFILE, hosts: ['web1'] });
	await app.commit('first', {});
	const refused = async () => {
		const result = await app.release();
		return { exitCode: result.exitCode, ...result.json<{ error: object }>() };
	};
	await app.there('web1', 'mkdir current; echo mine >current/file');
	expect(await refused()).toMatchObject({
		exitCode: 1,
		error: { code: 'refused', message: expect.stringContaining(`${app.path}/current is there already`) },
	});
	expect(await app.there('web1', 'ls -A; cat current/file')).toBe('app\ncurrent\nmine');

	await app.there('web1', 'rm -r current');
	const id = await app.released();
	await app.there('web1', 'rm current; mkdir current; echo mine >current/file');
	await app.commit('second', {});
	expect(await refused()).toMatchObject({
		error: { message: expect.stringContaining('current is there already') },
	});
	expect([await app.kept('web1'), await app.there('web1', 'cat current/file')]).toEqual([[id], 'mine']);

	await app.there('web1', 'rm -r current');
	await app.write('procdeck.yml', (await app.stackFile()).replace(/^stack: .*$/m, 'stack: other'));
	expect(await refused()).toMatchObject({
		error: { message: expect.stringContaining(`${app.path} holds the releases of ${app.name}.development`) },
	});
});
