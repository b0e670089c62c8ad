import { basename, relative } from 'node:path';
import { readAppFolder } from '../../files/app-folder.ts';
import { ProcdeckError } from '../../model/errors.ts';
import { manifestOf } from '../../model/release-manifest.ts';
import { type Selection, selectionOf } from '../../model/release-selection.ts';
import type { Stack } from '../../model/stack.ts';
import { archiveOf } from './archive.ts';
import type { AppSource } from './source.ts';

/**
 * The folder of the app as it is, but for what the stack file leaves out, and the env files.
 * @throws ProcdeckError `refused` where it cannot be read
 */
export async function folderSource({
	directory,
	watchedFiles,
	releases,
	procfile,
}: Stack): Promise<AppSource> {
	const within = (path: string) => relative(directory, path);
	// Values travel apart from the code, and only their owner reads them.
	const environmentFiles = watchedFiles.map(within).filter((path) => !isProcfileOrStackFile(basename(path)));
	const exclude = [...releases.exclude, ...environmentFiles.map((path) => `/${path}`)];
	const always = procfile === null ? [] : [within(procfile)];
	const selection = selectionOf({ include: releases.include, exclude }, always);
	return {
		...(await readFolder(directory, selection)),
		revision: null,
		title: basename(directory),
		procfile: null,
		remarks: [],
		close: async () => {},
	};
}

function isProcfileOrStackFile(name: string): boolean {
	return name.startsWith('Procfile') || /^procdeck(?:\..*)?\.yml$/.test(name);
}

/** A folder as a manifest and an archive. @throws ProcdeckError `refused` where it cannot be read */
export async function readFolder(
	directory: string,
	selection?: Selection,
): Promise<Pick<AppSource, 'manifest' | 'archive'>> {
	const manifest = manifestOf(await readAppFolder(directory, selection).catch(cannotRead));
	return {
		manifest,
		archive: (paths) =>
			archiveOf([
				{
					command: ['tar', '-C', directory, '--null', '--no-recursion', '-cf', '-', '-T', '-'],
					input: paths.map((path) => `${path}\0`).join(''),
				},
			]),
	};
}

function cannotRead(error: Error): never {
	throw new ProcdeckError('refused', `cannot read the code: ${error.message}`, null, { cause: error });
}
