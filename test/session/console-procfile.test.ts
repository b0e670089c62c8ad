import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseProcfile } from '../../src/model/procfile.ts';
import { guessFrom, watchForProcfile, writeProcfile } from '../../src/session/console-procfile.ts';

let directory = '';
beforeEach(async () => {
	directory = await mkdtemp(join(tmpdir(), 'procdeck-guess-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const FOLDERS: readonly (readonly [string, Readonly<Record<string, string>>, readonly string[]])[] = [
	['Rails', { Gemfile: "gem 'rails'\ngem 'sidekiq'\n" }, ['web', 'worker']],
	['Rack', { Gemfile: "gem 'sinatra'\n", 'config.ru': '' }, ['web']],
	['Node', { 'package.json': '{"scripts":{"start":"node .","worker":"node w.js"}}' }, ['web', 'worker']],
	['Django', { 'manage.py': '', 'requirements.txt': 'Django\ncelery\n' }, ['web', 'worker']],
	['Python', { 'app.py': '' }, ['web']],
	['Go', { 'go.mod': 'module x\n' }, ['web']],
];

test.each(FOLDERS)('%s is told by its files', async (kind, files, types) => {
	for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text);
	const guess = await guessFrom(directory);
	expect(guess).toMatchObject({ kind, types });
	const { entries, errors, warnings } = parseProcfile(guess!.text, 'Procfile');
	expect(entries.map(({ name }) => name)).toEqual(types);
	expect([...errors, ...warnings]).toEqual([]);
});

test.each([[{}], [{ 'package.json': 'not json' }], [{ 'package.json': '{"scripts":{"test":"x"}}' }]])(
	'%j tells nothing',
	async (files) => {
		for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text);
		expect(await guessFrom(directory)).toBeNull();
	},
);

test('the Procfile that is made is noticed; one that is there is left alone', async () => {
	await writeFile(join(directory, 'go.mod'), 'module x\n');
	const guess = await guessFrom(directory);
	const appeared = Promise.withResolvers<void>();
	const stop = watchForProcfile(directory, 'development', appeared.resolve);
	await writeProcfile(directory, guess!);
	await appeared.promise;
	stop();
	expect(await readFile(join(directory, 'Procfile'), 'utf8')).toBe('web: go run .\n');
	await expect(writeProcfile(directory, guess!)).rejects.toThrow('EEXIST');
});

test('the Procfile of the environment counts', async () => {
	const appeared = Promise.withResolvers<void>();
	const stop = watchForProcfile(directory, 'staging', appeared.resolve);
	await writeFile(join(directory, 'Procfile.staging'), 'web: true\n');
	await appeared.promise;
	stop();
});
