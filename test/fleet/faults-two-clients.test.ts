import { describe, expect, it } from 'vitest';
import { type Client, typeIn, type Watch } from '../contract/client.ts';
import { waitFor } from '../support/wait-for.ts';
import { fleetHost } from './fleet-host.ts';
import { systemdApp } from './systemd-app.ts';

const host = fleetHost('web1');

/** Two people with a console each, on one server that runs two workers. */
async function two(): Promise<{ mine: Client; theirs: Client; seen: Watch }> {
	const app = await systemdApp(host, { Procfile: 'worker: /srv/fixtures/runs\n' });
	const mine = await app.connect();
	await mine.start();
	await mine.scaleTo('worker', 2);
	const theirs = await app.connect();
	return { mine, theirs, seen: await theirs.watch() };
}

const worker = ({ observation }: Watch) => typeIn(observation, 'worker');

describe('two clients of one server', () => {
	it('one that acts on an old value is told what is there now, and changes nothing', async () => {
		const { mine, theirs } = await two();
		await mine.scaleTo('worker', 3);
		const [row] = await theirs.apply({ verb: 'scale', targets: [{ type: 'worker', to: 1, expected: 2 }] });
		expect(row).toMatchObject({ outcome: 'failed', code: 'conflict', from: 3 });
		expect(row?.reason).toContain('worker is at 3, not 2');
		expect(typeIn(await mine.observation(), 'worker').wanted).toBe(3);
	});

	it('that act at the same time on the same value: one is done, the other a conflict', async () => {
		const { mine, theirs } = await two();
		const to = (count: number) =>
			({ verb: 'scale', targets: [{ type: 'worker', to: count, expected: 2 }] }) as const;
		const rows = await Promise.all([mine.apply(to(3)), theirs.apply(to(1))]);
		const outcomes = rows.flat().map(({ outcome, code }) => `${outcome} ${code ?? ''}`.trim());
		expect(outcomes.toSorted()).toEqual(['done', 'failed conflict']);
		const winner = rows.flat().find(({ outcome }) => outcome === 'done');
		for (const client of [mine, theirs])
			expect(typeIn(await client.observation(), 'worker').wanted).toBe(winner?.to);
	});

	it('see a stop, its end, a pause and its end, of an instance and of a type', async () => {
		const { mine, seen } = await two();
		await mine.stop('worker.2');
		await seen.instance('worker.2', ({ state, held }) => state === 'stopped' && held, 'to be seen stopped');
		await mine.start('worker.2');
		await seen.instance('worker.2', ({ state, held }) => state === 'running' && !held, 'to be seen running');
		await mine.stop('worker');
		await waitFor(() => worker(seen).stopped, 'the type to be seen stopped');
		await mine.start('worker');
		await waitFor(() => !worker(seen).stopped, 'the type to be seen started');
		await mine.apply({ verb: 'pause', types: ['worker'] });
		await waitFor(() => worker(seen).paused === 2 && worker(seen).wanted === 0, 'the pause to be seen');
		await mine.apply({ verb: 'resume', types: ['worker'] });
		await waitFor(() => worker(seen).paused === null && worker(seen).wanted === 2, 'the resume to be seen');
	});

	it('see who did what, while it is under way and when it is done', async () => {
		const { mine, seen } = await two();
		const outcomes: (string | null)[] = [];
		seen.onObservation = ({ history }) => {
			const entry = history.find(({ changeId }) => changeId === 'theirs');
			if (entry !== undefined && outcomes.at(-1) !== entry.outcome) outcomes.push(entry.outcome);
		};
		await mine.scaleTo('worker', 3, { who: 'ann@laptop', changeId: 'theirs' });
		await waitFor(() => outcomes.includes('done'), 'the outcome');
		expect(outcomes).toEqual([null, 'done']);
		expect(seen.observation.history.find(({ changeId }) => changeId === 'theirs')).toMatchObject({
			who: 'ann@laptop',
			verb: 'scale',
			from: 2,
			to: 3,
		});
	});

	it('see what a hand on the server does', async () => {
		const { seen } = await two();
		const unit = await host.run(
			"systemctl list-units --plain --no-legend 'procdeck.*worker@2*' | cut -d' ' -f1",
		);
		await host.run(`systemctl disable --quiet --now ${unit}`);
		await waitFor(() => worker(seen).wanted === 1, 'the count to be seen');
		await waitFor(() => seen.observation.instances.length === 1, 'the instance to be seen gone');
	});
});
