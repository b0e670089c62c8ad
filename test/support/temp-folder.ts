import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';

/** Makes a folder with these files, which goes with the test; returns its real path. */
export async function tempFolder(
	files: Readonly<Record<string, string | Buffer>>,
	name = 'app',
): Promise<string> {
	const root = await realpath(await mkdtemp(join(tmpdir(), 'procdeck-test-')));
	onTestFinished(() => rm(root, { recursive: true, force: true }));
	const directory = join(root, name);
	await mkdir(directory);
	for (const [file, content] of Object.entries(files)) {
		const path = join(directory, file);
		await mkdir(dirname(path), { recursive: true });
		await writeFile(path, content);
	}
	return directory;
}
