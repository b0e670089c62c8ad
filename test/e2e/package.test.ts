import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, realpath, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fixture } from '../support/binary.ts';
import { tempStack } from '../support/temp-stack.ts';

const ROOT = join(import.meta.dirname, '../..');
const MOST_BYTES = 2 * 1024 * 1024;

/** A Node of the system that is too old for Procdeck, where there is one. */
const OLD_NODE = ['/usr/bin/node', '/usr/local/bin/node'].find((path) => {
	if (!existsSync(path)) return false;
	const [major = 0, minor = 0] = execFileSync(path, ['-p', 'process.versions.node'], { encoding: 'utf8' })
		.split('.')
		.map(Number);
	return major < 22 || (major === 22 && minor < 12);
});

let prefix: string;

async function sizeOf(directory: string): Promise<number> {
	const entries = await readdir(directory, { recursive: true, withFileTypes: true });
	const files = entries.filter((entry) => entry.isFile());
	const sizes = await Promise.all(files.map((file) => stat(join(file.parentPath, file.name))));
	return sizes.reduce((sum, { size }) => sum + size, 0);
}

beforeAll(async () => {
	prefix = await realpath(await mkdtemp(join(tmpdir(), 'procdeck-package-')));
	const packed = ['pack', '--ignore-scripts', '--pack-destination', prefix];
	await execa('npm', packed, { cwd: ROOT });
	const [tarball] = (await readdir(prefix)).filter((name) => name.endsWith('.tgz'));
	await execa('npm', ['install', '--global', '--offline', '--prefix', prefix, join(prefix, String(tarball))]);
});

afterAll(() => rm(prefix, { recursive: true, force: true }));

describe('the package', () => {
	it('needs nothing else installed and is small', async () => {
		expect(await readdir(join(prefix, 'lib/node_modules'))).toEqual(['procdeck']);
		expect(await readdir(join(prefix, 'lib/node_modules/procdeck'))).not.toContain('node_modules');
		expect(await sizeOf(join(prefix, 'lib/node_modules/procdeck'))).toBeLessThan(MOST_BYTES);
	});

	it('gives a binary that runs a stack', async () => {
		const stack = await tempStack({ Procfile: `worker: ${fixture('runs')}\n` });
		const environment = { cwd: stack.directory, env: stack.env, extendEnv: false };
		const binary = join(prefix, 'bin/procdeck');
		const { stdout } = await execa(binary, ['--version'], environment);
		expect(stdout).toMatch(/^\d+\.\d+\.\d+$/);
		await execa(binary, ['start'], environment);
		expect((await execa(binary, ['ps'], environment)).stdout).toMatch(/worker\.1\s+running/);
		await execa(binary, ['down'], environment);
		await stack.ended();
	});

	it.skipIf(OLD_NODE === undefined)('says what to install where Node is too old', async () => {
		const binary = join(prefix, 'lib/node_modules/procdeck/bin/procdeck.js');
		const { exitCode, stderr } = await execa(String(OLD_NODE), [binary, 'ps'], { reject: false });
		expect(exitCode).toBe(1);
		expect(stderr).toMatch(/^procdeck: needs Node 22\.12 or newer.*$/);
	});
});

describe('a clone', () => {
	it.skipIf(OLD_NODE === undefined)(
		'runs on the Node that it brings where the own one is too old',
		async () => {
			const { stdout } = await execa(String(OLD_NODE), [join(ROOT, 'bin/procdeck.js'), '--version']);
			expect(stdout).toMatch(/^\d+\.\d+\.\d+$/);
		},
	);
});
