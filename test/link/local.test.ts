import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { localLink } from '../../src/link/local.ts';

const WITHIN = { timeoutMs: 20_000 };

async function temporaryDirectory(): Promise<string> {
	const directory = await mkdtemp(join(tmpdir(), 'procdeck-link-'));
	onTestFinished(() => rm(directory, { recursive: true, force: true }));
	return directory;
}

describe('run', () => {
	it('hands over the input and returns what came out', async () => {
		const result = await localLink.run(['sh', '-c', 'cat; echo oops >&2; exit 3'], {
			...WITHIN,
			input: 'in\n',
		});
		expect(result).toEqual({ exitCode: 3, stdout: 'in\n', stderr: 'oops\n' });
	});

	it('says why a command could not be started', async () => {
		const { exitCode, stderr } = await localLink.run(['procdeck-no-such-command'], WITHIN);
		expect(exitCode).toBeNull();
		expect(stderr).toContain('procdeck-no-such-command');
	});

	it('ends what takes too long', async () => {
		const { exitCode, stderr } = await localLink.run(['sleep', '60'], { timeoutMs: 50 });
		expect(exitCode).toBeNull();
		expect(stderr).toContain('timed out');
	});

	it('passes arguments as they are', async () => {
		const { stdout } = await localLink.run(['printf', '%s', '$HOME; `id` "x"'], WITHIN);
		expect(stdout).toBe('$HOME; `id` "x"');
	});
});

describe('put', () => {
	it('replaces a file as a whole, with its mode, and makes its folder', async () => {
		const directory = await temporaryDirectory();
		const path = join(directory, 'new', 'file');
		await localLink.put(path, 'one', 0o600);
		await localLink.put(path, 'two', 0o644);
		expect(await readFile(path, 'utf8')).toBe('two');
		expect((await stat(path)).mode & 0o777).toBe(0o644);
		expect(await readdir(join(directory, 'new'))).toEqual(['file']);
	});

	it('refuses what cannot be written', async () => {
		const directory = await temporaryDirectory();
		await writeFile(join(directory, 'file'), '');
		const path = join(directory, 'file', 'below');
		await expect(localLink.put(path, '', 0o644)).rejects.toMatchObject({ code: 'refused' });
	});
});
