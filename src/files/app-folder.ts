import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { ManifestEntry } from '../model/release-manifest.ts';
import type { Selection } from '../model/release-selection.ts';

/**
 * The files and symbolic links of a folder with what they contain.
 * @throws Error of the file system where something cannot be read
 */
export async function readAppFolder(
	directory: string,
	isSelected: Selection = () => true,
): Promise<ManifestEntry[]> {
	const entries: ManifestEntry[] = [];
	for await (const path of walk(directory, '', isSelected)) entries.push(await entryOf(directory, path));
	return entries;
}

async function* walk(root: string, folder: string, isSelected: Selection): AsyncGenerator<string> {
	for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
		const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
		if (entry.isDirectory()) {
			if (isSelected(`${path}/`)) yield* walk(root, path, isSelected);
		} else if ((entry.isFile() || entry.isSymbolicLink()) && isSelected(path)) yield path;
	}
}

async function entryOf(directory: string, path: string): Promise<ManifestEntry> {
	const place = join(directory, path);
	const status = await lstat(place);
	// As git names a content, so that a release of a commit and one of a folder have their files in common.
	const hash = createHash('sha1');
	if (status.isSymbolicLink()) {
		const target = await readlink(place);
		hash.update(`blob ${Buffer.byteLength(target)}\0${target}`);
		return { path, content: hash.digest('hex'), mode: 'link' };
	}
	hash.update(`blob ${status.size}\0`);
	await pipeline(createReadStream(place), hash);
	return { path, content: hash.digest('hex'), mode: (status.mode & 0o100) === 0 ? '644' : '755' };
}
