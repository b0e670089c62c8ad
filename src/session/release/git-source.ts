import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { localLink } from '../../link/local.ts';
import { digest } from '../../model/digest.ts';
import { ProcdeckError } from '../../model/errors.ts';
import { type Manifest, type ManifestEntry, manifestOf } from '../../model/release-manifest.ts';
import type { Stack } from '../../model/stack.ts';
import { archiveOf } from './archive.ts';
import { readFolder } from './folder-source.ts';
import { git, tryGit } from './git.ts';
import type { AppSource } from './source.ts';

export interface Revision {
	/** null: what is checked out. */
	readonly name: string | null;
	/** With all changes of the folder that are not committed. */
	readonly dirty: boolean;
}

/**
 * Where the app's folder is in its repository, as a path that ends in `/`; empty: at its top.
 * @returns null: it is in none
 * @throws ProcdeckError `refused` where git may not read it
 */
export async function placeInRepository(directory: string): Promise<string | null> {
	const args = ['rev-parse', '--is-inside-work-tree', '--show-prefix'];
	const { exitCode, stdout, stderr } = await tryGit(directory, args);
	const [isInside, prefix = ''] = stdout.split('\n');
	if (exitCode === 0) return isInside === 'true' ? prefix : null;
	if (exitCode === 127 || /not a git repository/.test(stderr)) return null;
	const [words = ''] = stderr.trim().split('\n');
	throw new ProcdeckError('refused', `git cannot read ${directory}: ${words}`);
}

/**
 * A revision of the app's code.
 * @param prefix as {@link placeInRepository} has it
 * @throws ProcdeckError `usage` for a revision that does not exist; `refused` for changes that are not committed
 */
export async function gitSource(stack: Stack, prefix: string, { name, dirty }: Revision): Promise<AppSource> {
	const { directory } = stack;
	const [{ commit, title }, { modified, untracked }] = await Promise.all([
		commitOf(directory, name),
		name === null ? changesIn(stack, prefix) : { modified: [], untracked: [] },
	]);
	if (modified.length > 0 && !dirty) throw notCommitted(modified);
	const hasMore = dirty && modified.length + untracked.length > 0;
	const tree = hasMore ? await treeOfFolder(directory) : commit;
	const isOfFolder = name === null;
	const [content, procfile] = await Promise.all([
		contentOf(directory, tree),
		isOfFolder ? null : procfileOf(stack, tree),
	]);
	return {
		...content,
		revision: hasMore ? `${commit}+` : commit,
		title,
		procfile,
		remarks:
			dirty || untracked.length === 0 ? [] : [`not in git, and so not in the release: ${listed(untracked)}`],
	};
}

interface Commit {
	readonly commit: string;
	/** The first line of its message. */
	readonly title: string;
}

async function commitOf(directory: string, name: string | null): Promise<Commit> {
	const args = ['log', '-1', '--format=%H %s', '--end-of-options', `${name ?? 'HEAD'}^{commit}`, '--'];
	const { exitCode, stdout } = await tryGit(directory, args);
	const [, commit, title = ''] = /^([0-9a-f]+) (.*)$/m.exec(stdout) ?? [];
	if (exitCode === 0 && commit !== undefined) return { commit, title };
	if (name !== null) throw new ProcdeckError('usage', `there is no revision ${name} in ${directory}`);
	throw new ProcdeckError(
		'refused',
		`nothing is committed in ${directory}`,
		'commit, or take --dirty after the first commit',
	);
}

interface Changes {
	readonly modified: readonly string[];
	readonly untracked: readonly string[];
}

/** What is not committed, but for what Procdeck itself reads and edits here. */
async function changesIn(
	{ directory, stackFile, watchedFiles, procfile }: Stack,
	prefix: string,
): Promise<Changes> {
	const args = ['status', '--porcelain=v1', '-z', '--untracked-files=normal', '--no-renames', '--', '.'];
	const printed = await git(directory, args);
	const own = [stackFile, ...watchedFiles].filter((path) => path !== null && path !== procfile);
	const entries = printed
		.split('\0')
		.filter((entry) => entry !== '')
		.map((entry) => ({ state: entry.slice(0, 2), path: relative(prefix, entry.slice(3)) }))
		.filter(({ path }) => !own.includes(resolve(directory, path)));
	const paths = (isMeant: (state: string) => boolean) =>
		entries.filter(({ state }) => isMeant(state)).map(({ path }) => path);
	return { modified: paths((state) => state !== '??'), untracked: paths((state) => state === '??') };
}

function notCommitted(paths: readonly string[]): ProcdeckError {
	return new ProcdeckError(
		'refused',
		`there are changes that are not committed: ${listed(paths)}`,
		'commit them, or `procdeck release --dirty` releases the folder with them',
	);
}

const MOST_LISTED = 5;

function listed(paths: readonly string[]): string {
	const more = paths.length - MOST_LISTED;
	return [...paths.slice(0, MOST_LISTED), ...(more > 0 ? [`${more} more`] : [])].join(', ');
}

/** The folder as a commit would have it, by an index of its own: nothing of the user's is touched. */
async function treeOfFolder(directory: string): Promise<string> {
	const temporary = await mkdtemp(join(tmpdir(), 'procdeck-index-'));
	try {
		const index = join(temporary, 'index');
		const own = resolve(directory, (await git(directory, ['rev-parse', '--git-path', 'index'])).trim());
		await copyFile(own, index);
		const environment = [`GIT_INDEX_FILE=${index}`];
		await git(directory, ['add', '-A', '--', '.'], environment);
		return (await git(directory, ['write-tree'], environment)).trim();
	} finally {
		await rm(temporary, { recursive: true, force: true });
	}
}

async function procfileOf({ directory, procfile }: Stack, tree: string): Promise<string | null> {
	const path = procfile === null ? '..' : relative(directory, procfile);
	if (path.startsWith('..')) return null;
	const { exitCode, stdout } = await tryGit(directory, ['show', `${tree}:./${path}`]);
	return exitCode === 0 ? stdout : null;
}

type Content = Pick<AppSource, 'manifest' | 'archive' | 'close'>;

async function contentOf(directory: string, tree: string): Promise<Content> {
	const entries = await entriesOf(directory, tree);
	const attributes = entries.filter(
		({ path }) => path === '.gitattributes' || path.endsWith('/.gitattributes'),
	);
	const texts = await Promise.all(
		attributes.map(({ content }) => git(directory, ['cat-file', 'blob', content])),
	);
	// What an archive leaves out or fills in, only an archive tells.
	if (texts.some((text) => text.includes('export-'))) return extracted(directory, tree);
	// They also say how a file is written.
	const salt = attributes.length === 0 ? '' : `.${digest(texts.join('\0'), 8)}`;
	const manifest = manifestOf(entries.map((entry) => ({ ...entry, content: `${entry.content}${salt}` })));
	return {
		manifest,
		archive: (paths) => gitArchive(directory, tree, manifest, paths),
		close: async () => {},
	};
}

/** Lines such as `100644 blob SHA<tab>PATH`. Submodules are not in an archive. */
async function entriesOf(directory: string, tree: string): Promise<ManifestEntry[]> {
	const printed = await git(directory, ['ls-tree', '-r', '-z', tree]);
	return printed.split('\0').flatMap((line) => {
		const [, mode = '', kind, content = '', path = ''] = /^(\d+) (\w+) (\w+)\t(.*)$/s.exec(line) ?? [];
		if (kind !== 'blob') return [];
		return [{ path, content, mode: mode === '120000' ? 'link' : mode.slice(-3) }];
	});
}

/** An argument list that every system takes. */
const MOST_BYTES_OF_PATHS = 100_000;

function gitArchive(
	directory: string,
	tree: string,
	manifest: Manifest,
	paths: readonly string[],
): ReturnType<AppSource['archive']> {
	const command = ['git', '--literal-pathspecs', '-C', directory, 'archive', '--format=tar', tree] as const;
	if (paths.length === manifest.paths.length) return archiveOf([{ command, input: '' }]);
	return archiveOf(
		inPieces(paths).map((piece) => ({ command: [...command, '--', ...piece] as const, input: '' })),
	);
}

function inPieces(paths: readonly string[]): string[][] {
	const pieces: string[][] = [];
	let room = 0;
	for (const path of paths) {
		const bytes = Buffer.byteLength(path) + 1;
		if (bytes > room) {
			pieces.push([]);
			room = MOST_BYTES_OF_PATHS;
		}
		pieces.at(-1)?.push(path);
		room -= bytes;
	}
	return pieces;
}

async function extracted(directory: string, tree: string): Promise<Content> {
	const temporary = await mkdtemp(join(tmpdir(), 'procdeck-release-'));
	const script = 'git -C "$1" archive --format=tar "$2" | tar -x -C "$3"';
	const { exitCode, stderr } = await localLink.run(
		['/bin/sh', '-c', script, 'sh', directory, tree, temporary],
		{ timeoutMs: 600_000 },
	);
	const close = () => rm(temporary, { recursive: true, force: true });
	if (exitCode === 0) return { ...(await readFolder(temporary)), close };
	await close();
	throw new ProcdeckError('refused', `git archive: ${stderr.trim() || `exit ${exitCode}`}`);
}
