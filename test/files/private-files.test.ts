import { chmod, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ownedDirectory, readJson, writeAtomically } from '../../src/files/private-files.ts';
import { tempFolder } from '../support/temp-folder.ts';

const isList = (value: unknown): value is number[] => Array.isArray(value);

describe('a file that is written atomically', () => {
	it('is the new version, with the one before beside it, for this user alone', async () => {
		const folder = await tempFolder({});
		const file = join(folder, 'state.json');
		for (const version of ['[1]', '[2]', '[3]']) await writeAtomically(file, version);
		expect(await readFile(file, 'utf8')).toBe('[3]');
		expect(await readFile(`${file}.previous`, 'utf8')).toBe('[2]');
		expect((await stat(file)).mode & 0o777).toBe(0o600);
		expect((await readdir(folder)).sort()).toEqual(['state.json', 'state.json.previous']);
	});

	it('is each version in turn when several are written at once', async () => {
		const folder = await tempFolder({});
		const file = join(folder, 'state.json');
		await Promise.all(['[1]', '[2]', '[3]'].map((version) => writeAtomically(file, version)));
		expect(await readFile(file, 'utf8')).toBe('[3]');
		expect(await readFile(`${file}.previous`, 'utf8')).toBe('[2]');
	});

	it('leaves nothing of a write that was cut short by a kill', async () => {
		const folder = await tempFolder({ 'state.json.tmp': '[1' });
		await writeAtomically(join(folder, 'state.json'), '[2]');
		expect(await readdir(folder)).toEqual(['state.json']);
	});

	it('stays what it was when it cannot be written', async () => {
		const file = join(await tempFolder({ 'state.json': '[1]' }), 'state.json');
		await mkdir(`${file}.tmp`);
		await expect(writeAtomically(file, '[2]')).rejects.toThrow();
		expect(await readFile(file, 'utf8')).toBe('[1]');
	});

	it.each([
		['cut short', '[2'],
		['empty', ''],
		['of another form', '{"two": 2}'],
		['binary', '\0\0\0'],
	])('and then %s is read as the version before', async (_, text) => {
		const file = join(await tempFolder({}), 'state.json');
		await writeAtomically(file, '[1]');
		await writeAtomically(file, '[2]');
		await writeFile(file, text);
		expect(readJson(file, isList)).toEqual([1]);
	});

	it('that was never written is null', async () => {
		expect(readJson(join(await tempFolder({}), 'state.json'), isList)).toBeNull();
	});
});

describe('a folder of one’s own', () => {
	it('is made with all above it, and only this user can enter it', async () => {
		const folder = join(await tempFolder({}), 'a', 'b');
		ownedDirectory(folder);
		expect((await stat(folder)).mode & 0o777).toBe(0o700);
	});

	it('that others could enter is closed to them', async () => {
		const folder = await tempFolder({});
		await chmod(folder, 0o755);
		ownedDirectory(folder);
		expect((await stat(folder)).mode & 0o777).toBe(0o700);
	});

	it('is never somebody else’s, a link or a file', async () => {
		const root = await tempFolder({ file: '' });
		await symlink('/tmp', join(root, 'link'));
		for (const name of ['link', 'file', 'file/inside'])
			expect(() => ownedDirectory(join(root, name)), name).toThrow(
				expect.objectContaining({ code: 'refused' }),
			);
	});
});
