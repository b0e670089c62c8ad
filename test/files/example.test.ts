import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { loadStack } from '../../src/files/load-stack.ts';
import { allowedKeys, type StackFileInput } from '../../src/model/stack-file-schema.ts';
import { tempFolder } from '../support/temp-folder.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const example = await readFile(join(root, 'examples/procdeck.yml'), 'utf8');

it('the example of a stack file is valid', async () => {
	const Procfile = 'web: a\nworker: b\ncache: c';
	const files = { Procfile, '.env': '', '.env.production': '', 'procdeck.yml': example };
	const stack = await loadStack({ directory: await tempFolder(files), procfile: null, environment: null });
	expect(stack.warnings).toEqual([]);
	expect(stack.servers.map(({ name }) => name)).toEqual(['web1', 'jobs1', 'here']);
});

it('the example to run is valid, on one server and on two', async () => {
	const directory = join(root, 'examples/shop');
	const stacks = await Promise.all(
		[null, 'two'].map((environment) => loadStack({ directory, procfile: null, environment })),
	);
	expect(stacks.map(({ warnings }) => warnings)).toEqual([[], []]);
	expect(stacks.map(({ servers }) => servers.map(({ name }) => name))).toEqual([
		['local'],
		['left', 'right'],
	]);
});

it('the example has every key', () => {
	const written = parse(example) as StackFileInput;
	const keysOf = (...mappings: (object | undefined)[]) =>
		new Set(mappings.flatMap((mapping) => Object.keys(mapping ?? {})));
	const processes = Object.values(written.processes ?? {});
	expect(keysOf(written)).toEqual(new Set(allowedKeys([])));
	expect(keysOf(...Object.values(written.servers ?? {}))).toEqual(new Set(allowedKeys(['servers', 'web1'])));
	expect(keysOf(...processes)).toEqual(new Set(allowedKeys(['processes', 'web'])));
	expect(keysOf(...processes.map(({ ready }) => ready))).toEqual(
		new Set(allowedKeys(['processes', 'web', 'ready'])),
	);
	for (const key of ['load_balancer', 'release'] as const) {
		expect(keysOf(written[key])).toEqual(new Set(allowedKeys([key])));
	}
});

it('the JSON schema for editors is up to date (npm run schema)', async () => {
	const target = join(await tempFolder({}), 'schema.json');
	const { status, stderr } = spawnSync(process.execPath, [join(root, 'scripts/schema.ts'), target], {
		encoding: 'utf8',
	});
	expect(stderr).toBe('');
	expect(status).toBe(0);
	expect(await readFile(target, 'utf8')).toBe(
		await readFile(join(root, 'schema/procdeck.schema.json'), 'utf8'),
	);
});
