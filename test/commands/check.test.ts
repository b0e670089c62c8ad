import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { check } from '../../src/commands/check.ts';
import { tempFolder } from '../support/temp-folder.ts';

async function checkFolder(
	files: Readonly<Record<string, string>>,
	options: { readonly file?: string; readonly strict?: boolean; readonly environment?: string } = {},
) {
	const directory = await tempFolder(files);
	const location = { directory, procfile: null, environment: options.environment ?? null };
	const named = options.file === undefined ? {} : { file: options.file };
	return { directory, ...(await check(location, { ...named, strict: options.strict ?? false })) };
}

function setForThisTest(name: string, value: string): void {
	process.env[name] = value;
	onTestFinished(() => {
		delete process.env[name];
	});
}

it('tells the processes with their commands as they will run, the release apart', async () => {
	const Procfile =
		'web: puma -p $PORT\nrelease: migrate $RAILS_ENV\nworker: work -e $RAILS_ENV -i $PS -p $PORT\n';
	const { directory, json, exitCode } = await checkFolder({ Procfile }, { environment: 'production' });
	expect(exitCode).toBe(0);
	expect(json).toEqual({
		procfile: join(directory, 'Procfile'),
		environment: 'production',
		processes: [
			{ type: 'web', command: 'puma -p $PORT', line: 1, expanded: 'puma -p 5000' },
			{
				type: 'worker',
				command: 'work -e $RAILS_ENV -i $PS -p $PORT',
				line: 3,
				expanded: 'work -e production -i worker.1 -p 5100',
			},
		],
		release: { command: 'migrate $RAILS_ENV', line: 2, expanded: 'migrate production' },
		warnings: [],
		errors: [],
	});
});

it('counts the shell as set on a local server, and not over SSH', async () => {
	setForThisTest('PROCDECK_TEST_VALUE', 'here');
	const Procfile = 'job: x $PROCDECK_TEST_VALUE';
	const local = await checkFolder({ Procfile });
	expect(local.json).toMatchObject({ processes: [{ expanded: 'x here' }], warnings: [] });
	const remote = await checkFolder({
		Procfile,
		'procdeck.yml': 'environment: production\nservers: {a: {host: h}}',
	});
	expect(remote.json.processes).toMatchObject([{ expanded: 'x $PROCDECK_TEST_VALUE' }]);
	expect(remote.json.warnings).toMatchObject([{ file: 'Procfile', line: 1 }]);
});

it('takes ports from the env files and hides secrets', async () => {
	const { json, text } = await checkFolder({
		Procfile: 'web: x -p $PORT -k $API_KEY $REDIS_URL',
		'.env': 'PORT=3000\nAPI_KEY=hunter2\nREDIS_URL=redis://:hunter2@cache/1\n',
	});
	expect(json.processes).toMatchObject([{ expanded: 'x -p 3000 -k *** redis://:***@cache/1' }]);
	expect(text + JSON.stringify(json)).not.toContain('hunter2');
});

describe('warnings', () => {
	const files = { Procfile: 'web: x $PROCDECK_NOPE\nwrong line\n', '.env': 'nonsense' };

	it('do not fail it', async () => {
		const { json, exitCode } = await checkFolder(files);
		expect(exitCode).toBe(0);
		expect(json.warnings.map(({ file, line }) => [file, line])).toEqual([
			['Procfile', 1],
			['Procfile', 2],
			['.env', 1],
		]);
	});

	it('do with --strict, all of them', async () => {
		const { json, exitCode } = await checkFolder(files, { strict: true });
		expect(exitCode).toBe(2);
		expect(json.warnings).toEqual([]);
		expect(json.errors).toHaveLength(3);
	});
});

describe('errors', () => {
	it('are exit code 2, with what is right still told', async () => {
		const { json, exitCode } = await checkFolder({ Procfile: 'web: a\nweb: b', 'procdeck.yml': 'kep: 1' });
		expect(exitCode).toBe(2);
		expect(json.processes).toMatchObject([{ type: 'web', command: 'a' }]);
		expect(json.errors).toMatchObject([
			{ file: 'Procfile', line: 2 },
			{ file: 'procdeck.yml', line: 1, message: expect.stringContaining('did you mean keep?') },
		]);
	});

	it('say that there is no Procfile', async () => {
		const { json, exitCode } = await checkFolder({});
		expect(exitCode).toBe(2);
		expect(json).toMatchObject({ procfile: null, processes: [], errors: [{ file: 'Procfile', line: null }] });
	});
});

it('checks the file that is named', async () => {
	const { json } = await checkFolder({ Procfile: 'web: a', other: 'job: b' }, { file: 'other' });
	expect(json.processes).toMatchObject([{ type: 'job' }]);
});

it('prints nothing that could steer the terminal', async () => {
	const { text } = await checkFolder({
		Procfile: 'web: echo \x1b]0;title\x07\nbad\x1b[2Jline',
		'.env': 'A=1',
	});
	expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/);
	expect(text).toContain('web  echo');
});
