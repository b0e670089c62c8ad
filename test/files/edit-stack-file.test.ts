import { chmod, mkdir, readdir, readFile, readlink, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readForEdit, writeEdit } from '../../src/files/edit-stack-file.ts';
import { tempFolder } from '../support/temp-folder.ts';

const NAME = 'procdeck.yml';

describe('a stack file that is edited', () => {
	it('is replaced with the mode that it has, and nothing is left beside it', async () => {
		const folder = await tempFolder({ [NAME]: 'stack: shop\n' });
		const path = join(folder, NAME);
		await chmod(path, 0o640);
		const { ino } = await stat(path);
		await writeEdit({ path, before: readForEdit(path), after: 'stack: other\n' });
		expect(await readFile(path, 'utf8')).toBe('stack: other\n');
		const after = await stat(path);
		expect(after.mode & 0o7777).toBe(0o640);
		// Replaced, not written over: who reads it meanwhile sees one of both.
		expect(after.ino).not.toBe(ino);
		expect(await readdir(folder)).toEqual([NAME]);
	});

	it('is made where there is none', async () => {
		const path = join(await tempFolder({}), NAME);
		expect(readForEdit(path)).toBeNull();
		await writeEdit({ path, before: null, after: 'stack: shop\n' });
		expect(await readFile(path, 'utf8')).toBe('stack: shop\n');
	});

	it.each([
		['changed', 'stack: shop\n', 'stack: theirs\n'],
		['made', null, 'stack: theirs\n'],
	])('is left alone where somebody else has %s it', async (_, before, theirs) => {
		const path = join(await tempFolder({ [NAME]: theirs }), NAME);
		await expect(writeEdit({ path, before, after: 'stack: mine\n' })).rejects.toMatchObject({
			code: 'conflict',
		});
		expect(await readFile(path, 'utf8')).toBe(theirs);
	});

	it('stays the symbolic link that it is', async () => {
		const folder = await tempFolder({ 'shared.yml': 'stack: shop\n' });
		const path = join(folder, NAME);
		await symlink('shared.yml', path);
		await writeEdit({ path, before: 'stack: shop\n', after: 'stack: other\n' });
		expect(await readlink(path)).toBe('shared.yml');
		expect(await readFile(join(folder, 'shared.yml'), 'utf8')).toBe('stack: other\n');
	});

	it('that cannot be written is an error that names it', async () => {
		const path = join(await tempFolder({}), 'missing', NAME);
		await expect(writeEdit({ path, before: null, after: '' })).rejects.toMatchObject({ code: 'refused' });
	});

	it.each([
		['is no text', Buffer.from([0x61, 0xff, 0x0a])],
		['is a folder', null],
	])('that %s is refused', async (_, bytes) => {
		const path = join(await tempFolder({}), NAME);
		await (bytes === null ? mkdir(path) : writeFile(path, bytes));
		expect(() => readForEdit(path)).toThrow(expect.objectContaining({ code: 'invalid-file' }));
	});
});
