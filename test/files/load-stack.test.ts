import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inspectStack, loadStack } from '../../src/files/load-stack.ts';
import { tempFolder } from '../support/temp-folder.ts';

const at = (directory: string, environment: string | null = null, procfile: string | null = null) => ({
	directory,
	environment,
	procfile,
});

const load = async (files: Readonly<Record<string, string | Buffer>>, environment: string | null = null) =>
	loadStack(at(await tempFolder(files), environment));

describe('a folder with a Procfile', () => {
	it('is a stack of one local server in development', async () => {
		const directory = await tempFolder({ Procfile: 'web: a\nrelease: b\nworker: c\n' }, 'my app!');
		const stack = await loadStack(at(directory));
		expect(stack).toMatchObject({
			name: 'my-app-',
			environment: 'development',
			directory,
			procfile: join(directory, 'Procfile'),
			stackFile: null,
			processTypes: [
				{ name: 'web', command: 'a', line: 1 },
				{ name: 'worker', command: 'c', line: 3 },
			],
			release: { command: 'b', line: 2 },
			servers: [{ name: 'local', kind: 'local' }],
			shell: '/bin/sh',
			warnings: [],
		});
	});

	it('is known by its real path', async () => {
		const directory = await tempFolder({ Procfile: 'web: a' });
		const link = join(directory, '..', 'link');
		await symlink(directory, link);
		expect(await loadStack(at(link))).toMatchObject({ directory, name: 'app' });
	});

	it('is watched for every file that would be read', async () => {
		const directory = await tempFolder({ Procfile: 'web: a' });
		const { watchedFiles } = await loadStack(at(directory));
		expect(watchedFiles.map((path) => path.slice(directory.length + 1))).toEqual([
			'Procfile_development',
			'Procfile.development',
			'Procfile.dev',
			'Procfile',
			'procdeck.development.yml',
			'procdeck.yml',
			'.env',
			'.env.development',
		]);
	});
});

describe('the Procfile', () => {
	const files = {
		Procfile: 'web: general',
		Procfile_production: 'web: production',
		'Procfile.dev': 'web: dev',
	};

	it.each([
		['production', 'production'],
		['development', 'dev'],
		['staging', 'general'],
	])('of %s says %s', async (environment, command) => {
		expect((await load(files, environment)).processTypes).toMatchObject([{ command }]);
	});

	it('may be named', async () => {
		const directory = await tempFolder({ ...files, 'ops/Procfile': 'job: x' });
		const stack = await loadStack(at(directory, null, 'ops/Procfile'));
		expect(stack).toMatchObject({
			procfile: join(directory, 'ops/Procfile'),
			processTypes: [{ name: 'job' }],
		});
	});

	it.each([null, 'nope'])('is an error where it is missing (%j)', async (procfile) => {
		const directory = await tempFolder({ '.env': 'A=1' });
		const location = at(directory, null, procfile);
		await expect(loadStack(location)).rejects.toMatchObject({ code: 'no-procfile' });
		expect(await loadStack({ ...location, allowMissingProcfile: true })).toMatchObject({
			procfile: null,
			processTypes: [],
			environmentVariables: { A: '1' },
		});
	});

	it('is not searched in the parents', async () => {
		const directory = await tempFolder({ Procfile: 'web: a', 'sub/x': '' });
		await expect(loadStack(at(join(directory, 'sub')))).rejects.toMatchObject({ code: 'no-procfile' });
	});

	it.each([
		['is empty', '', 'Procfile: defines no process types'],
		['has no entry', '# web: a\n', 'Procfile: defines no process types'],
		['has a name twice', 'web: a\nweb: b', 'Procfile:2: web is there twice, in lines 1 and 2'],
		['is UTF-16', Buffer.from('\uFEFFweb: a', 'utf16le'), 'Procfile: is UTF-16; save it as UTF-8'],
	])('is refused where it %s', async (_what, content, message) => {
		await expect(load({ Procfile: content })).rejects.toMatchObject({
			code: 'invalid-file',
			message: expect.stringContaining(message),
		});
	});

	it('is refused where it is a folder', async () => {
		const directory = await tempFolder({});
		await mkdir(join(directory, 'Procfile'));
		await expect(loadStack(at(directory))).rejects.toMatchObject({
			message: 'Procfile: is a folder, not a file',
		});
	});

	it('is read as UTF-8, with a warning where it is not', async () => {
		expect((await load({ Procfile: 'web: echo ü # é' })).processTypes).toMatchObject([
			{ command: 'echo ü # é' },
		]);
		const latin1 = Buffer.from('web: a\n# caf\xe9\nworker: b\n', 'latin1');
		const { processTypes, warnings } = await load({ Procfile: latin1 });
		expect(processTypes.map(({ name }) => name)).toEqual(['web', 'worker']);
		expect(warnings).toEqual([{ file: 'Procfile', line: 2, message: expect.stringContaining('not UTF-8') }]);
	});
});

describe('the stack file', () => {
	const Procfile = 'web: a';

	it('sets name, environment, shell, servers and settings', async () => {
		const directory = await tempFolder({
			Procfile,
			'procdeck.yml':
				'stack: my shop\nenvironment: staging\nshell: bash\nservers: {a: {local: true}}\nprocesses: {web: {scale: 2}}',
		});
		expect(await loadStack(at(directory))).toMatchObject({
			name: 'my-shop',
			environment: 'staging',
			shell: 'bash',
			stackFile: join(directory, 'procdeck.yml'),
			servers: [{ name: 'a' }],
			processTypes: [{ settings: { scale: { a: 2 } } }],
		});
	});

	it('of the environment goes first', async () => {
		const files = { Procfile, 'procdeck.yml': 'stack: general', 'procdeck.staging.yml': 'stack: staging' };
		expect((await load(files, 'staging')).name).toBe('staging');
		expect((await load(files, 'production')).name).toBe('general');
		expect((await load(files)).name).toBe('general');
	});

	it('of development goes first without -e too', async () => {
		const files = { Procfile, 'procdeck.yml': 'stack: general', 'procdeck.development.yml': 'stack: dev' };
		expect(await load(files)).toMatchObject({ name: 'dev', environment: 'development' });
	});

	it.each([
		['procdeck.yml', 'procdeck.yml is for the environment production, not staging'],
		['procdeck.staging.yml', 'procdeck.staging.yml is for the environment production, not staging'],
	])('%s of another environment is never used', async (name, message) => {
		await expect(load({ Procfile, [name]: 'environment: production' }, 'staging')).rejects.toMatchObject({
			code: 'usage',
			message,
		});
	});

	it('is refused with each error on a line of its own', async () => {
		const text = 'stack: shop\nprocesses:\n  web:\n    restart: no\n    rolling: 0\n';
		await expect(load({ Procfile: 'web: a\nweb: b', 'procdeck.yml': text })).rejects.toMatchObject({
			code: 'invalid-file',
			message: expect.stringMatching(/^Procfile:2: .+\nprocdeck.yml:4: .+\nprocdeck.yml:5: .+$/),
		});
	});

	it('warns of settings for a type that is not in the Procfile', async () => {
		const { warnings } = await load({ Procfile: 'worker: a', 'procdeck.yml': 'processes:\n  wroker: {}' });
		expect(warnings).toEqual([
			{ file: 'procdeck.yml', line: 2, message: 'processes.wroker is not in Procfile; did you mean worker?' },
		]);
	});

	it('gives what it can where it is broken', async () => {
		const directory = await tempFolder({
			Procfile: 'web: a\nweb: b',
			'procdeck.yml': 'stack: shop\nkeep: no',
		});
		const { stack, errors } = await inspectStack(at(directory));
		expect(stack).toMatchObject({ name: 'shop', processTypes: [{ command: 'a' }] });
		expect(errors.map(({ file, line }) => [file, line])).toEqual([
			['Procfile', 2],
			['procdeck.yml', 2],
		]);
	});
});

describe('env files', () => {
	const Procfile = 'web: a';

	it('are .env and that of the environment, then env of the stack file', async () => {
		const files = {
			Procfile,
			'.env': 'A=1\nB=1\nC=1',
			'.env.staging': 'B=2\nC=2',
			'.env.production': 'A=9',
			'procdeck.yml': 'env: {C: 3}',
		};
		expect((await load(files, 'staging')).environmentVariables).toEqual({ A: '1', B: '2', C: '3' });
	});

	it('are only those that the stack file lists, later wins', async () => {
		const files = {
			Procfile,
			'.env': 'A=1',
			'x.env': 'B=1\nC=1',
			'y.env': 'C=2',
			'procdeck.yml': 'env_files: [x.env, y.env]',
		};
		expect((await load(files)).environmentVariables).toEqual({ B: '1', C: '2' });
	});

	it('must exist where they are listed', async () => {
		const files = { Procfile, 'procdeck.yml': 'env_files:\n  - .env\n  - x.env', '.env': '' };
		await expect(load(files)).rejects.toMatchObject({
			code: 'invalid-file',
			message: 'procdeck.yml:3: env_files[1] names x.env, which does not exist',
		});
	});

	it('are passed over where .env is the folder of a Python environment', async () => {
		const { environmentVariables } = await load({ Procfile, '.env/bin/python': '' });
		expect(environmentVariables).toEqual({});
	});

	it('warn with file and line', async () => {
		expect((await load({ Procfile, '.env': 'A=1\nnonsense' })).warnings).toMatchObject([
			{ file: '.env', line: 2 },
		]);
	});
});

describe('usage', () => {
	it('refuses a folder that does not exist, and a file', async () => {
		const directory = await tempFolder({ Procfile: 'web: a' });
		for (const path of ['nope', 'Procfile']) {
			await expect(loadStack(at(join(directory, path)))).rejects.toMatchObject({ code: 'usage' });
		}
	});

	it('refuses an environment that is no name', async () => {
		await expect(load({ Procfile: 'web: a' }, '../x')).rejects.toMatchObject({ code: 'usage' });
	});
});
