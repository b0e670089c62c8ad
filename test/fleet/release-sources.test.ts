import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type ReleaseApp, releaseApp } from './release-app.ts';

const app = (settings = '') =>
	releaseApp({ procfile: 'worker: exec /srv/fixtures/runs\n', hosts: ['web1'], settings });

/** The files of the current release, in the order of their names. */
const filesOf = (released: ReleaseApp) => released.there('web1', 'cd -P current; find . ! -type d | sort');

describe('what is released from a git repository', () => {
	it('is a revision that exists', async () => {
		const stack = await app();
		const nothing = await stack.release();
		expect([nothing.exitCode, nothing.json()]).toMatchObject([1, { error: { code: 'refused' } }]);

		const first = await stack.commit('first', { text: 'one\n' });
		await stack.commit('second', { text: 'two\n' });
		const unknown = await stack.release('v9.9.9');
		expect([unknown.exitCode, unknown.json()]).toMatchObject([
			2,
			{ error: { code: 'usage', message: expect.stringContaining('v9.9.9') } },
		]);
		const option = await stack.release('--revision=--output=/tmp/x');
		expect([option.exitCode, option.json()]).toMatchObject([2, { error: { code: 'usage' } }]);
		expect(await stack.there('web1', 'ls -A')).toBe('app');

		await stack.git('tag', 'v1');
		await stack.git('tag', '--force', 'v1', first);
		expect((await stack.release('v1')).json()).toMatchObject({
			release: { revision: first, title: 'first' },
			changes: [{ outcome: 'done' }],
		});
		expect(await stack.there('web1', 'cat current/text')).toBe('one');
	});

	it('has no changes that are not committed, unless it is told to', async () => {
		const stack = await app();
		const commit = await stack.commit('first', {
			text: 'one\n',
			'.gitignore': 'ignored\n',
			'.gitattributes': 'private export-ignore\n',
			private: 'for developers\n',
			'sub/ümläut name': 'x\n',
			run: '#!/bin/sh\n',
		});
		await stack.write('text', 'changed\n');
		await stack.write('ignored', 'never\n');
		const dirty = await stack.release();
		expect([dirty.exitCode, dirty.json()]).toMatchObject([
			1,
			{
				error: {
					code: 'refused',
					message: expect.stringContaining('text'),
					hint: expect.stringContaining('--dirty'),
				},
			},
		]);
		const revision = await stack.release('HEAD');
		expect(revision.json()).toMatchObject({ release: { revision: commit }, changes: [{ outcome: 'done' }] });
		expect(await stack.there('web1', 'cat current/text')).toBe('one');

		await stack.write('untracked', 'new\n');
		expect((await stack.release('--dirty')).json()).toMatchObject({ release: { revision: `${commit}+` } });
		expect(await stack.there('web1', 'cat current/text')).toBe('changed');
		expect((await filesOf(stack)).split('\n')).toEqual([
			'./.gitattributes',
			'./.gitignore',
			'./Procfile',
			'./procdeck.yml',
			'./run',
			'./sub/ümläut name',
			'./text',
			'./untracked',
		]);

		await stack.write('text', 'one\n');
		const untracked = await stack.release();
		expect([untracked.exitCode, untracked.stderr]).toMatchObject([0, expect.stringContaining('untracked')]);
		expect(await filesOf(stack)).not.toContain('untracked');
		expect(await stack.git('status', '--porcelain')).toBe('?? untracked');
	});
});

describe('what is released from a folder', () => {
	it('is all but what is left out, and the env files', async () => {
		const stack = await app('release: { exclude: [tmp/, "*.log"] }\n');
		await rm(join(stack.directory, '.git'), { recursive: true });
		for (const name of ['.env', 'lib/a', 'lib/b.log', 'tmp/c', 'café']) await stack.write(name, 'X=1\n');
		expect((await stack.release()).json()).toMatchObject({
			release: { id: expect.stringMatching(/^folder-/), revision: null, title: 'app' },
			changes: [{ outcome: 'done' }],
		});
		expect((await filesOf(stack)).split('\n')).toEqual(['./Procfile', './café', './lib/a', './procdeck.yml']);
		expect((await stack.release()).json()).toMatchObject({ changes: [{ outcome: 'unchanged' }] });
		expect((await stack.release('v1')).exitCode).toBe(2);

		await stack.write(
			'procdeck.yml',
			(await stack.stackFile()).replace(/release: .*/, 'release: { include: [lib/] }'),
		);
		await stack.write('lib/a', 'changed\n');
		expect((await stack.release()).exitCode).toBe(0);
		expect((await filesOf(stack)).split('\n')).toEqual(['./Procfile', './lib/a', './lib/b.log']);
	});
});

it('is asked about, and nobody who is not there can say yes', async () => {
	const stack = await app();
	await stack.commit('first', {});
	const asked = await stack.procdeck('release', '--json');
	expect([asked.exitCode, asked.json()]).toMatchObject([
		2,
		{ error: { code: 'usage', message: expect.stringContaining('copy to   web1'), hint: '--yes says yes' } },
	]);
	expect(await stack.there('web1', 'ls -A')).toBe('app');

	const terminal = stack.open(['release'], { columns: 100, rows: 30 });
	await terminal.waitForText(/copy to {3}web1, which has no release[\s\S]*Release it to web1\?/);
	terminal.press('n\r');
	await terminal.waitForText('nothing was changed');
	expect(await stack.there('web1', 'ls -A')).toBe('app');
});
