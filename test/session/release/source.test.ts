import { execFileSync } from 'node:child_process';
import { chmod, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadStack } from '../../../src/files/load-stack.ts';
import { localLink } from '../../../src/link/local.ts';
import { draftRelease, type ReleaseDraft } from '../../../src/session/release/make.ts';
import type { AppSource } from '../../../src/session/release/source.ts';
import { tempFolder } from '../../support/temp-folder.ts';

const FILES = {
	Procfile: 'web: node web.js\nrelease: echo migrate\n',
	'procdeck.yml': 'stack: shop\n',
	'web.js': 'one\n',
	'lib/a.js': 'a\n',
};

function git(directory: string, ...args: string[]): string {
	const identity = ['-c', 'user.name=test', '-c', 'user.email=test@example.org'];
	return execFileSync('git', ['-C', directory, ...identity, ...args], { encoding: 'utf8' }).trim();
}

async function repository(files: Readonly<Record<string, string>> = FILES): Promise<string> {
	const directory = await tempFolder(files);
	git(directory, 'init', '-q');
	git(directory, 'add', '-A');
	git(directory, 'commit', '-qm', 'First\n\nwith more to say');
	return directory;
}

async function draft(
	directory: string,
	{ name = null as string | null, dirty = false } = {},
): Promise<ReleaseDraft> {
	const stack = await loadStack({ directory, procfile: null, environment: null });
	return draftRelease(stack, { name, dirty }, 'me@here');
}

/** What an archive holds, by path. */
async function unpacked({ archive }: AppSource, paths: readonly string[]): Promise<Record<string, string>> {
	const folder = await tempFolder({});
	const tar = await localLink.open(['tar', '-xzif', '-', '-C', folder]);
	for await (const chunk of archive(paths)) tar.stream.write(chunk);
	tar.stream.end();
	tar.stream.resume();
	expect(await tar.ended).toMatchObject({ code: 0 });
	const list = execFileSync('find', ['.', '-type', 'f'], { cwd: folder, encoding: 'utf8' });
	const names = list.split('\n').flatMap((name) => (name === '' ? [] : [name.slice(2)]));
	const entries = names
		.sort()
		.map(async (name) => [name, await readFile(join(folder, name), 'utf8')] as const);
	return Object.fromEntries(await Promise.all(entries));
}

const pathsOf = ({ source }: ReleaseDraft) => source.manifest.paths.toSorted();

describe('a release of what git has committed', () => {
	it('is HEAD, with its commit, the first line of its message, and its files', async () => {
		const directory = await repository();
		const { record, source } = await draft(directory);
		expect(record).toMatchObject({
			revision: git(directory, 'rev-parse', 'HEAD'),
			title: 'First',
			who: 'me@here',
		});
		expect(await unpacked(source, source.manifest.paths)).toEqual(FILES);
		expect(await unpacked(source, ['lib/a.js'])).toEqual({ 'lib/a.js': 'a\n' });
	});

	it('is another revision where one is named, with its own Procfile', async () => {
		const directory = await repository();
		await writeFile(join(directory, 'Procfile'), 'web: node web.js --fast\nclock: node clock.js\n');
		git(directory, 'commit', '-qam', 'Second');
		const { record, stack } = await draft(directory, { name: 'HEAD~1' });
		expect(record.title).toBe('First');
		expect(stack.processTypes.map(({ name, command }) => [name, command])).toEqual([['web', 'node web.js']]);
		expect(stack.release?.command).toBe('echo migrate');
		expect((await draft(directory)).stack.processTypes).toHaveLength(2);
	});

	it('says which revision does not exist', async () => {
		await expect(draft(await repository(), { name: 'nope' })).rejects.toMatchObject({
			code: 'usage',
			message: expect.stringContaining('there is no revision nope'),
		});
	});

	it('is refused while there are changes, unless they are to be in it', async () => {
		const directory = await repository();
		await writeFile(join(directory, 'web.js'), 'two\n');
		await writeFile(join(directory, 'new.js'), 'new\n');
		await rm(join(directory, 'lib/a.js'));
		await expect(draft(directory)).rejects.toMatchObject({
			code: 'refused',
			message: expect.stringMatching(/not committed: lib\/a\.js, web\.js$/),
		});
		const { record, source } = await draft(directory, { dirty: true });
		expect(record.revision).toBe(`${git(directory, 'rev-parse', 'HEAD')}+`);
		const { 'lib/a.js': _, ...rest } = FILES;
		expect(await unpacked(source, source.manifest.paths)).toEqual({
			...rest,
			'web.js': 'two\n',
			'new.js': 'new\n',
		});
		// Nothing of the user's was touched.
		expect(git(directory, 'diff', '--cached', '--name-only')).toBe('');
	});

	it('says what git does not know, and takes no offence at what Procdeck itself edits', async () => {
		const directory = await repository();
		await writeFile(join(directory, 'procdeck.yml'), 'stack: shop\nenvironment: production\n');
		await writeFile(join(directory, '.env'), 'A=1\n');
		await writeFile(join(directory, 'new.js'), 'new\n');
		const { source } = await draft(directory);
		expect(source.remarks).toEqual(['not in git, and so not in the release: new.js']);
		expect(source.manifest.paths).not.toContain('new.js');
	});

	it('is the folder of the app alone where the repository has more', async () => {
		const directory = await repository({
			'README.md': 'all\n',
			'shop/Procfile': 'web: x\n',
			'shop/a.js': 'a\n',
		});
		const shop = await draft(join(directory, 'shop'));
		expect(pathsOf(shop)).toEqual(['Procfile', 'a.js']);
		expect(await unpacked(shop.source, ['a.js'])).toEqual({ 'a.js': 'a\n' });
	});

	it('leaves out and fills in what .gitattributes say', async () => {
		const directory = await repository({
			...FILES,
			'.gitattributes': 'docs export-ignore\nversion.txt export-subst\n',
			'docs/a.md': 'a\n',
			'version.txt': '$Format:%s$\n',
		});
		const { source } = await draft(directory);
		expect(source.manifest.paths).not.toContain('docs/a.md');
		expect(await unpacked(source, ['version.txt'])).toEqual({ 'version.txt': 'First\n' });
		await source.close();
	});

	it('takes thousands of paths, whatever their names', async () => {
		const names = Array.from(
			{ length: 3_000 },
			(_, at) => `some/deep folder/with a name of some length/${at}.js`,
		);
		const odd = ['-x', 'a\nb', '*', ':(glob)y', 'ünï'];
		const files = Object.fromEntries([...names, ...odd].map((name) => [name, `${name}\n`]));
		const directory = await repository({ ...FILES, ...files });
		const { source } = await draft(directory);
		const some = await unpacked(source, names);
		expect(Object.keys(some)).toHaveLength(names.length);
		const whole = source.archive(odd);
		const list = await localLink.open(['tar', '-tzif', '-', '--quoting-style=literal', '--null']);
		let printed = '';
		list.stream.on('data', (chunk) => {
			printed += chunk;
		});
		for await (const chunk of whole) list.stream.write(chunk);
		list.stream.end();
		expect(await list.ended).toMatchObject({ code: 0 });
		for (const name of odd) expect(printed).toContain(`${name}\n`);
	});
});

describe('a release of the folder', () => {
	it('is what is there, with modes and links, without the env files', async () => {
		const directory = await tempFolder({ ...FILES, '.env': 'SECRET=1\n', 'bin/run': '#!/bin/sh\n' });
		await chmod(join(directory, 'bin/run'), 0o755);
		await symlink('lib/a.js', join(directory, 'link.js'));
		const { record, source } = await draft(directory);
		expect(record.revision).toBeNull();
		expect(source.manifest.paths.toSorted()).toEqual(
			[...Object.keys(FILES), 'bin/run', 'link.js'].toSorted(),
		);
		const records = source.manifest.text.split('\0');
		expect(records.find((each) => each.endsWith(' bin/run'))).toContain(' 755 ');
		expect(records.find((each) => each.endsWith(' link.js'))).toContain(' link ');
	});

	it('is what the stack file says, also in a repository', async () => {
		const settings = 'stack: shop\nrelease: { include: [lib, web.js], exclude: ["*.md"] }\n';
		const directory = await repository({ ...FILES, 'procdeck.yml': settings, 'lib/notes.md': 'x\n' });
		await writeFile(join(directory, 'web.js'), 'not committed\n');
		const made = await draft(directory);
		expect(pathsOf(made)).toEqual(['Procfile', 'lib/a.js', 'web.js']);
		expect(await unpacked(made.source, ['web.js'])).toEqual({ 'web.js': 'not committed\n' });
	});

	it('has the same contents as a commit, so that both have their files in common', async () => {
		const directory = await repository();
		const committed = (await draft(directory)).source.manifest.text;
		await rm(join(directory, '.git'), { recursive: true });
		expect((await draft(directory)).source.manifest.text).toBe(committed);
	});

	it('has no revisions', async () => {
		await expect(draft(await tempFolder(FILES), { name: 'v1' })).rejects.toMatchObject({ code: 'usage' });
	});

	it('tells what cannot be read in the stream, and never ends it as if it were whole', async () => {
		const directory = await tempFolder(FILES);
		const { source } = await draft(directory);
		await rm(join(directory, 'web.js'));
		await mkdir(join(directory, 'web.js.d'));
		const read = async () => {
			for await (const _ of source.archive(['web.js', 'lib/a.js'])) {
				// Only its end matters.
			}
		};
		await expect(read()).rejects.toMatchObject({
			code: 'refused',
			message: expect.stringContaining('web.js'),
		});
	});
});
