import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readEnvironmentSources } from '../../src/files/environment-sources.ts';
import { loadStack } from '../../src/files/load-stack.ts';
import { listEnvironment } from '../../src/model/environment-listing.ts';
import {
	chooseFile,
	requireNotFixed,
	setVariables,
	unsetVariables,
} from '../../src/session/environment-edit.ts';
import { tempFolder } from '../support/temp-folder.ts';

async function sourcesOf(files: Readonly<Record<string, string>>) {
	const directory = await tempFolder({ Procfile: 'web: run\n', ...files });
	const stack = await loadStack({ directory, procfile: null, environment: null });
	return { directory, stack, sources: await readEnvironmentSources(stack) };
}

const LISTED = {
	'procdeck.yml': 'env_files:\n  - a.env\n  - b.env\nenv:\n  FIXED: 1.10\n',
	'a.env': 'A=1\nB=1\n',
	'b.env': 'B=2\n',
};

describe('the file that is edited', () => {
	it.each([
		[{}, '.env'],
		[{ '.env': '', '.env.development': '' }, '.env.development'],
		[{ '.env.development': '' }, '.env.development'],
		[{ '.env': '', '.env.production': '' }, '.env'],
		[LISTED, 'b.env'],
	])('of %j is %s', async (files, name) => {
		const { sources, directory } = await sourcesOf(files);
		expect(chooseFile(sources, directory, null)).toMatchObject({ name, path: join(directory, name) });
	});

	it('can be another one of those that are read, and no other', async () => {
		const { sources, directory } = await sourcesOf(LISTED);
		expect(chooseFile(sources, directory, './a.env').name).toBe('a.env');
		expect(() => chooseFile(sources, directory, '.env')).toThrow(
			expect.objectContaining({ code: 'usage', hint: 'those are a.env, b.env' }),
		);
	});

	it('needs one to be read', async () => {
		const { sources, directory } = await sourcesOf({ 'procdeck.yml': 'env_files: []\n' });
		expect(() => chooseFile(sources, directory, null)).toThrow(/no env file is read/);
	});
});

it('what comes from where is what the instances get', async () => {
	const { stack, sources } = await sourcesOf({
		...LISTED,
		'a.env': 'A=1\n\nA=3\nNODE_ENV=test\nFIXED=no\n',
	});
	const all = [...sources.files, sources.stackFile!];
	const listed = listEnvironment(stack, all).map(
		({ name, value, source, line }) => `${name}=${value} ${source}:${line}`,
	);
	expect(listed).toEqual([
		'A=3 a.env:3',
		'B=2 b.env:1',
		'FIXED=1.10 procdeck.yml:5',
		'NODE_ENV=test a.env:4',
		'PROCDECK_ENVIRONMENT=development procdeck:null',
		'RACK_ENV=development procdeck:null',
		'RAILS_ENV=development procdeck:null',
	]);
});

it('what the stack file fixes is refused, and where that is', async () => {
	const { sources } = await sourcesOf(LISTED);
	expect(() => requireNotFixed(sources, ['A', 'FIXED'])).toThrow(
		expect.objectContaining({
			code: 'refused',
			message: expect.stringContaining('FIXED is set in procdeck.yml:5'),
		}),
	);
	expect(() => requireNotFixed(sources, ['A'])).not.toThrow();
});

describe('setting', () => {
	it('a variable that a later file sets too says that it wins', async () => {
		const { sources } = await sourcesOf(LISTED);
		const variables = new Map([['B', '9']]);
		const { edit, remarks } = setVariables(sources, sources.files[0]!, variables);
		expect(edit).toMatchObject({ before: 'A=1\nB=1\n', after: 'A=1\nB=9\n' });
		expect(remarks).toEqual(['b.env:1 sets B too, and wins over a.env']);
		expect(setVariables(sources, sources.files[1]!, variables).remarks).toEqual([]);
	});

	it('makes a file that is for its owner alone, and none for nothing', async () => {
		const { sources } = await sourcesOf({});
		const [target] = sources.files;
		expect(setVariables(sources, target!, new Map([['A', '1']])).edit).toMatchObject({
			before: null,
			mode: 0o600,
		});
		expect(setVariables(sources, target!, new Map()).edit).toBeNull();
	});
});

describe('unsetting', () => {
	it('a variable that an earlier file sets too says so', async () => {
		const { sources } = await sourcesOf(LISTED);
		const { edit, remarks } = unsetVariables(sources, sources.files[1]!, ['B', 'C']);
		expect(edit).toMatchObject({ after: '' });
		expect(remarks).toEqual(['B is still set, by a.env:2', 'no env file sets C']);
	});

	it('one that only another file sets names that file', async () => {
		const { sources } = await sourcesOf(LISTED);
		expect(() => unsetVariables(sources, sources.files[1]!, ['A'])).toThrow(
			expect.objectContaining({
				code: 'usage',
				message: 'A is set in a.env:1, not in b.env',
				hint: '--file a.env takes it from there',
			}),
		);
	});
});
