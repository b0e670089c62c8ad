import { expect, it } from 'vitest';
import type { ChangeOptions } from '../../src/model/change.ts';
import { move } from '../../src/session/move.ts';
import { waitFor } from '../support/wait-for.ts';
import { balancedApp } from './balanced-app.ts';

const OPTIONS: ChangeOptions = { wait: true, timeoutMs: null, who: 'ann@desk', changeId: 'moved' };

it('web ends where it was only once it has traffic where it goes', async () => {
	// Alive for a second is settled where nothing says when an instance is ready, and this one listens later than that.
	const app = await balancedApp({ counts: [1, 1], isReadyOnceListening: false, command: 'sleep 2.5; ' });
	const { a, b, watch } = app;
	await waitFor(() => watch.latest.backends.every(({ state }) => state === 'healthy'), 'both to be healthy');
	await b.client.scaleTo('web', 0);
	const load = app.load();
	const rows = await move(a.client.server, b.client.server, 'web', null, OPTIONS);
	expect(rows.map(({ server, outcome }) => [server, outcome])).toEqual([
		['b', 'done'],
		['a', 'done'],
	]);
	expect(await app.running(a)).toEqual([]);
	expect((await load.stop()).failed).toEqual([]);
});

it('web does not go to where it would get no traffic', async () => {
	const { a, b } = await balancedApp({ counts: [1, 0] });
	await expect(move(a.client.server, b.client.server, 'web', null, OPTIONS)).rejects.toMatchObject({
		code: 'refused',
		message: 'b is Off, so web would get no traffic there',
	});
});

it('web that never becomes healthy goes back', async () => {
	const app = await balancedApp({ counts: [1, 1], healthCheck: '/health' });
	const { a, b } = app;
	await b.client.scaleTo('web', 0);
	await app.write('Procfile', 'web: sleep 1000\n');
	const load = app.load();
	const rows = await move(a.client.server, b.client.server, 'web', null, { ...OPTIONS, timeoutMs: 4_000 });
	expect(rows).toMatchObject([{ server: 'b', outcome: 'failed', code: 'timeout' }]);
	expect(rows[0]?.reason).toMatch(/back to 0; a keeps 1$/);
	expect((await load.stop()).failed).toEqual([]);
});
