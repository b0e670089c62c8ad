import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runBinary, userEnvironment } from './support/binary.ts';

const ROOT = join(import.meta.dirname, '..');
const DOCUMENTS = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'CHANGELOG.md'];

const read = (name: string) => readFile(join(ROOT, name), 'utf8');

describe('the documents', () => {
	it.each(DOCUMENTS)('%s links only to what is there', async (name) => {
		const links = [...(await read(name)).matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, target]) =>
			String(target),
		);
		expect(links.filter((target) => !existsSync(join(ROOT, target)))).toEqual([]);
	});

	it('README.md names every verb that the binary has', async () => {
		const { stdout } = await runBinary(['--help'], { cwd: ROOT, env: userEnvironment({}) });
		const verbs = [...stdout.matchAll(/^ {2}([a-z]+)(?= {2}| [[a-z])/gm)].map(([, verb]) => String(verb));
		expect(verbs).toContain('scale');
		const text = await read('README.md');
		const named = (verb: string) => new RegExp(`procdeck ${verb}\\b`).test(text);
		expect(verbs.filter((verb) => verb !== 'help' && !named(verb))).toEqual([]);
	});

	it('ARCHITECTURE.md names every library of package.json', async () => {
		const text = await read('ARCHITECTURE.md');
		const { devDependencies } = JSON.parse(await read('package.json')) as { devDependencies: object };
		const named = (library: string) => text.includes(library);
		expect(
			Object.keys(devDependencies).filter((library) => !library.startsWith('@types/') && !named(library)),
		).toEqual([]);
	});
});
