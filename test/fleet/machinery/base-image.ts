import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { CACHE } from './cache.ts';
import { debianMirror } from './mirror.ts';

const SUITE = 'bookworm';
const RECIPE = join(import.meta.dirname, 'make-base.sh');
const PREFIX = 'base-';

/**
 * The folder with the file system that all hosts lie over, made first where there is none of this recipe: that takes a
 * minute and 400 MB. Those of other recipes go, unless a fleet runs on them.
 */
export async function ensureBaseImage(): Promise<string> {
	const image = join(CACHE, PREFIX + (await recipeHash()));
	await mkdir(CACHE, { recursive: true, mode: 0o755 });
	if (!existsSync(image)) await makeImage(image);
	await removeOthers(image);
	return image;
}

async function recipeHash(): Promise<string> {
	const hash = createHash('sha256').update(await readFile(RECIPE));
	return hash.update([SUITE, process.version, process.arch].join()).digest('hex').slice(0, 12);
}

/** Made aside and renamed, so that what bears the name is whole; by one run at a time; ended with us, however we end. */
const MAKE = `
	[ ! -e "$0" ] || exit 0
	rm -rf "$CACHE/making"
	sh "$RECIPE" "$CACHE/making" "$@"
	mv "$CACHE/making" "$0"
`;

async function makeImage(image: string): Promise<void> {
	console.error('Making the image of the test servers, once: this takes a minute or two.');
	const until = ['setpriv', '--pdeathsig', 'KILL', 'flock', '--no-fork', CACHE];
	const apart = ['unshare', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
	const mirror = debianMirror(await aptSources());
	const make = ['sh', '-euc', MAKE, image, SUITE, mirror, process.execPath];
	const [file = '', ...args] = [...until, ...apart, ...make];
	const { exitCode, all } = await execa(file, args, {
		env: { CACHE, RECIPE },
		stdin: 'ignore',
		all: true,
		reject: false,
	});
	if (exitCode !== 0)
		throw new Error(`The image of the test servers could not be made:\n${all.slice(-2000)}`);
}

async function aptSources(): Promise<string[]> {
	const folder = '/etc/apt/sources.list.d';
	const names = (await readdir(folder).catch(() => [])).sort();
	const files = ['/etc/apt/sources.list', ...names.map((name) => join(folder, name))];
	return Promise.all(files.map((file) => readFile(file, 'utf8').catch(() => '')));
}

async function removeOthers(image: string): Promise<void> {
	const others = (await readdir(CACHE))
		.filter((name) => name.startsWith(PREFIX))
		.map((name) => join(CACHE, name))
		.filter((path) => path !== image);
	// A fleet that runs holds a lock on its own.
	const remove = (path: string) =>
		execa('flock', ['--nonblock', path, 'rm', '-rf', '--one-file-system', path], { reject: false });
	await Promise.all(others.map(remove));
}
