import { ProcdeckError } from '../../model/errors.ts';
import type { ReleaseRecord } from '../../model/release.ts';
import { releaseId } from '../../model/release.ts';
import type { Stack } from '../../model/stack.ts';
import { folderSource } from './folder-source.ts';
import { gitSource, placeInRepository, type Revision } from './git-source.ts';
import type { AppSource } from './source.ts';
import { stackOfRelease } from './stack-of-release.ts';

/** A version of the app that can be released. */
export interface ReleaseDraft {
	readonly source: AppSource;
	readonly record: ReleaseRecord;
	/** With the process types of that version. */
	readonly stack: Stack;
}

/**
 * Reads a version of the app: what git has committed or, where there is no repository or the stack file says what of the
 * folder goes into a release, the folder.
 * @param who `user@host`
 * @throws ProcdeckError `usage` for a revision that does not exist or where there is none; `refused` for changes that are
 *   not committed, and for what cannot be read; `invalid-file` for what is wrong in that version
 */
export async function draftRelease(stack: Stack, revision: Revision, who: string): Promise<ReleaseDraft> {
	const source = await sourceOf(stack, revision);
	const ofVersion = stackOfRelease(stack, source.procfile, source.revision?.slice(0, 7) ?? source.title);
	const { shared, setup } = ofVersion.releases;
	const prepared = { shared, setup, command: ofVersion.release?.command ?? null };
	const id = releaseId(source.revision, source.manifest, prepared);
	const { title } = source;
	const record = { id, revision: source.revision, title, who, at: new Date().toISOString() };
	return { source, record, stack: ofVersion };
}

async function sourceOf(stack: Stack, revision: Revision): Promise<AppSource> {
	const { directory, releases } = stack;
	const isFolder = releases.include.length + releases.exclude.length > 0;
	const place = isFolder ? null : await placeInRepository(directory);
	if (place !== null) return gitSource(stack, place, revision);
	if (revision.name === null) return folderSource(stack);
	const why = isFolder
		? 'the stack file has `release: {include, exclude}`, which means the folder as it is'
		: `${directory} is in no git repository`;
	throw new ProcdeckError('usage', `there is no revision ${revision.name}: ${why}`);
}
