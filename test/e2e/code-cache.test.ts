import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tempFolder } from '../support/temp-folder.ts';
import { tempStack } from '../support/temp-stack.ts';

const FILES = { Procfile: 'web: sleep 600\n' };

describe('the code cache', () => {
	it('is this user’s alone, and is made anew when it is damaged', async () => {
		const home = await tempFolder({});
		const stack = await tempStack(FILES, { XDG_CACHE_HOME: home });
		const run = () => stack.procdeck('ps');
		expect(await run()).toMatchObject({ exitCode: 0 });
		const directory = join(home, 'procdeck');
		const name = (await readdir(directory)).find((each) => each.endsWith('-ps.code'));
		const file = join(directory, name ?? 'none');
		expect((await stat(directory)).mode & 0o077).toBe(0);
		expect((await stat(file)).mode & 0o077).toBe(0);
		await writeFile(file, 'damaged');
		expect(await run()).toMatchObject({ exitCode: 0, stderr: '' });
		expect((await readFile(file)).length).toBeGreaterThan(10_000);
	});

	it('is done without where there is no place for it', async () => {
		const stack = await tempStack(FILES, { XDG_CACHE_HOME: '/dev/null' });
		expect(await stack.procdeck('ps')).toMatchObject({ exitCode: 0, stderr: '' });
	});
});
