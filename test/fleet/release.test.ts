import { describe, expect, it } from 'vitest';
import { waitFor } from '../support/wait-for.ts';
import { type ReleaseApp, type ReleaseListJson, releaseApp } from './release-app.ts';

const PROCFILE = 'worker: cat greeting; exec /srv/fixtures/runs\n';

/** On a server, with one worker wanted there. */
async function appOn(...hosts: readonly string[]): Promise<ReleaseApp> {
	const app = await releaseApp({ procfile: PROCFILE, hosts });
	await app.commit('first', { greeting: 'one\n', 'lib/a': 'a\n', 'lib/b': 'b\n' });
	return app;
}

const instancesOn = async (app: ReleaseApp, server: string) =>
	(await app.server(server)).processes.flatMap(({ instances }) => instances);

const list = async (app: ReleaseApp) =>
	(await app.procdeck('release', 'list', '--json')).json<ReleaseListJson>().releases;

describe('a release of what git has', () => {
	it('takes the place of code that was put there by hand, and of the release before', async () => {
		const app = await appOn('web1');
		await app.there('web1', 'echo hand >greeting');
		await app.change('scale', 'worker=1');
		expect(await instancesOn(app, 'web1')).toMatchObject([{ release: null, stale: false }]);

		const first = await app.release();
		const revision = await app.git('rev-parse', 'HEAD');
		const { id } = first.json<{ release: { id: string } }>().release;
		expect(first.exitCode).toBe(0);
		expect(first.json()).toEqual({
			changes: [
				{ server: 'web1', type: null, from: null, to: id, outcome: 'done', reason: expect.any(String) },
			],
			release: { id, revision, title: 'first' },
		});
		expect(id).toMatch(new RegExp(`^${revision.slice(0, 7)}-[0-9a-f]{8}$`));
		expect(await app.server('web1')).toMatchObject({ release: id, drift: [] });
		expect(await instancesOn(app, 'web1')).toMatchObject([{ release: id, stale: false, state: 'running' }]);
		await waitFor(async () => (await app.procdeck('logs', 'worker')).stdout.includes('one'), 'the new code');
		expect(await app.there('web1', 'cat greeting')).toBe('hand');

		await app.commit('second', { greeting: 'two\n' });
		const inode = (which: string, path: string) => app.there('web1', `stat -c %i releases/${which}/${path}`);
		const second = await app.released();
		expect(await inode(second, 'lib/a')).toBe(await inode(id, 'lib/a'));
		expect(await inode(second, 'greeting')).not.toBe(await inode(id, 'greeting'));
		expect(await app.there('web1', `cat releases/${id}/greeting current/greeting`)).toBe('one\ntwo');
		expect(await instancesOn(app, 'web1')).toMatchObject([{ release: second }]);
		expect(await list(app)).toMatchObject([
			{ server: 'web1', id: second, title: 'second', current: true },
			{ server: 'web1', id, revision, title: 'first', current: false, who: expect.stringMatching(/@/) },
		]);
	});

	it('does nothing the second time, and says so', async () => {
		const app = await appOn('web1', 'web2');
		await app.change('scale', 'worker=1', '--all');
		const id = await app.released();
		const before = await instancesOn(app, 'web1');
		const again = await app.release();
		expect(again.exitCode).toBe(0);
		expect(again.json()).toMatchObject({
			changes: ['web1', 'web2'].map((server) => ({ server, from: id, to: id, outcome: 'unchanged' })),
		});
		expect((await instancesOn(app, 'web1')).map(({ pid }) => pid)).toEqual(before.map(({ pid }) => pid));
		expect((await app.procdeck('release', '--yes')).stdout).toContain('it is there already');
	});

	it('goes to the servers that are named, and keeps as many as it is told', async () => {
		const app = await appOn('web1', 'web2');
		await app.write('procdeck.yml', `${await app.stackFile()}keep: 2\n`);
		const ids: string[] = [];
		for (const text of ['one', 'two', 'three']) {
			await app.commit(text, { greeting: `${text}\n` });
			ids.push(await app.released('--server', 'web1'));
		}
		expect(await app.kept('web1')).toEqual(ids.slice(1).toSorted());
		expect(await app.there('web1', 'ls .procdeck/made | wc -l')).toBe('6');
		// They are taken away when nobody waits any more.
		await waitFor(async () => !(await app.there('web1', 'ls .procdeck')).includes('old'), 'all to be gone');
		expect(await app.kept('web2')).toEqual([]);
		expect((await app.server('web2')).release).toBe(null);
		expect((await app.release('--server', 'nobody')).exitCode).toBe(2);

		expect((await app.release()).json()).toMatchObject({
			changes: [
				{ server: 'web1', from: ids[2], to: ids[2], outcome: 'unchanged' },
				{ server: 'web2', from: null, to: ids[2], outcome: 'done' },
			],
		});
	});

	it('takes away what a removal has left, and says what it may not take away', async () => {
		const app = await appOn('web1');
		await app.write('procdeck.yml', `${await app.stackFile()}keep: 1\n`);
		const first = await app.released();
		await app.there('web1', 'mkdir -p .procdeck/old/left && chown -R deploy: .procdeck/old');
		await app.there('web1', `mkdir releases/${first}/rooted && touch releases/${first}/rooted/file`);
		for (const text of ['two', 'three', 'four']) {
			await app.commit(text, { greeting: `${text}\n` });
			const { exitCode, stderr } = await app.release();
			expect(exitCode).toBe(0);
			if (text === 'two') expect(stderr).not.toContain('old releases stay');
			else expect(stderr).toMatch(/old releases stay: .*rooted.*Permission denied/);
			await waitFor(
				async () => !(await app.there('web1', 'ls .procdeck/old 2>/dev/null || true')).includes('left'),
				'what was left to be gone',
			);
		}
		expect(await app.kept('web1')).toHaveLength(1);
	});

	it('is gone back from, to the one before or to one that is named', async () => {
		const app = await appOn('web1');
		await app.change('scale', 'worker=1');
		const ids = [await app.released()];
		for (const text of ['two', 'three']) {
			await app.commit(text, { greeting: `${text}\n` });
			ids.push(await app.released());
		}
		const [first, second, third] = ids;
		const nobody = await app.procdeck('release', 'rollback', '--json');
		expect([nobody.exitCode, await app.current('web1')]).toEqual([2, third]);
		expect(nobody.json()).toMatchObject({ error: { code: 'usage' } });
		const back = await app.release('rollback');
		expect(back.json()).toMatchObject({
			changes: [{ server: 'web1', from: third, to: second, outcome: 'done' }],
		});
		expect(back.stderr).toContain('a migration is not undone');
		expect(await instancesOn(app, 'web1')).toMatchObject([{ release: second, state: 'running' }]);
		await app.release('rollback', first!);
		expect(await app.current('web1')).toBe(first);
		const unknown = await app.release('rollback', 'nothing-00000000');
		expect(unknown.exitCode).toBe(2);
		expect(unknown.json()).toMatchObject({ error: { code: 'usage', hint: expect.stringContaining(first!) } });
	});
});
