import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { BINARY } from '../support/binary.ts';
import type { ChangesJson, ErrorJson } from '../support/contract.ts';
import { tempStack } from '../support/temp-stack.ts';

const APP = { Procfile: 'web: sleep 1000\nworker: sleep 1000\n' };
const VERBS = [
	...['up', 'start', 'down', 'scale', 'restart', 'move', 'stop', 'pause', 'resume', 'undo', 'server', 'sync'],
	...['lb', 'serve'],
	...['ps', 'logs', 'servers', 'stacks', 'history', 'check', 'doctor', 'run', 'ssh', 'boot', 'completion'],
	'env',
	'release',
];

describe('help', () => {
	it('lists every verb that is built, and no other', async () => {
		const { procdeck } = await tempStack(APP);
		const { stdout, exitCode } = await procdeck('--help');
		for (const verb of VERBS) expect(stdout).toMatch(new RegExp(`^  ${verb} `, 'm'));
		for (const verb of ['supervisor', 'balancer', 'complete']) {
			expect(stdout).not.toMatch(new RegExp(`^  ${verb} `, 'm'));
		}
		expect(exitCode).toBe(0);
	});

	it.each(VERBS)('of %s has examples', async (verb) => {
		const { procdeck } = await tempStack(APP);
		const { stdout, exitCode } = await procdeck(verb, '--help');
		expect(stdout).toMatch(new RegExp(`Examples:\n.*procdeck ${verb}`));
		expect(exitCode).toBe(0);
	});

	it('tells the version of the package', async () => {
		const { procdeck } = await tempStack(APP);
		expect((await procdeck('--version')).stdout).toMatch(/^\d+\.\d+\.\d+$/);
	});
});

describe('a command line without meaning', () => {
	it.each([
		[['scal', 'web=1'], 'usage', /did you mean scale\?/],
		[['release', 'list'], 'usage', /no servers over SSH/],
		[['release', '--revision', 'v1', 'v2'], 'usage', /release \[REVISION\]/],
		[['release', 'v1', '--dirty'], 'usage', /--dirty/],
		[['release', 'list', '--dirty'], 'usage', /release list takes no --dirty/],
		[['release', '--server', 'local'], 'usage', /local is this machine/],
		[['serve', 'local', 'maybe'], 'usage', /maybe/],
		[['serve', 'nowhere', 'on'], 'unknown-server', /nowhere/],
		[['lb', 'add'], 'usage', /lb add SERVER/],
		[['ps', '--wach'], 'usage', /--wach/],
		[['scale', 'wroker=1'], 'unknown-type', /did you mean worker\?/],
		[['scale', 'worker=x'], 'usage', /worker=x/],
		[['scale', 'worker=1e9'], 'limit', /worker=1e9/],
		[['scale', 'worker=1', '--server', 'locl'], 'unknown-server', /did you mean local\?/],
		[['logs', '--since', 'soon'], 'usage', /soon/],
		[['logs', '--grep', '('], 'usage', /--grep/],
		[['stop', '--timeout', '-1'], 'usage', /--timeout/],
		[['pause', 'web.1'], 'usage', /web\.1/],
		[['move', 'web', '--from', 'local', '--to', 'local'], 'usage', /same server/],
		[['start', 'web', '-m', 'web=1'], 'usage', /-m/],
		[['-C', 'nowhere', 'ps'], 'usage', /nowhere/],
	])('%j exits 2 and says what is wrong, as JSON too', async (args, code, what) => {
		const { procdeck, processes } = await tempStack(APP);
		const plain = await procdeck(...args);
		expect([plain.exitCode, plain.stdout]).toEqual([2, '']);
		expect(plain.stderr).toMatch(what);
		const json = await procdeck('--json', ...args);
		expect([json.exitCode, json.stderr]).toEqual([2, '']);
		const { error } = json.json<ErrorJson>();
		expect(error.code).toBe(code);
		expect(`${error.message} ${error.hint}`).toMatch(what);
		expect(processes()).toEqual([]);
	});

	it('explains where -f goes', async () => {
		const { procdeck } = await tempStack(APP);
		expect((await procdeck('up', '-f', 'Procfile')).stderr).toContain('procdeck -f FILE up');
	});
});

it('takes global options before and after the verb', async () => {
	const stack = await tempStack({ 'app/Procfile.other': 'other: sleep 1000\n' });
	const before = await stack.procdeck('-C', 'app', '-f', 'Procfile.other', '--json', '-e', 'test', 'scale');
	const after = await stack.procdeck(
		'scale',
		'-C',
		'app',
		'--procfile',
		'Procfile.other',
		'--json',
		'-e',
		'test',
	);
	expect(before.json()).toEqual({ formation: { local: { other: 1 } } });
	expect(after.stdout).toBe(before.stdout);
});

describe('completion', () => {
	it.each([
		[['sca'], ['scale']],
		[
			['scale', ''],
			['web=', 'worker='],
		],
		[['scale', 'web='], []],
		[['restart', 'wo'], ['worker']],
		[['ps', '--se'], ['--server']],
		[['ps', '--server', ''], ['local']],
		[
			['boot', ''],
			['disable', 'enable', 'status'],
		],
		[['-C', '..', 'restart', 'w'], []],
		[
			['env', ''],
			['set', 'unset'],
		],
		[['env', 'unset', 'TO'], ['TOKEN']],
	])('of %j offers %j', async (words, offered) => {
		const { procdeck } = await tempStack({ ...APP, '.env': 'TOKEN=1\n' });
		const { stdout } = await procdeck('complete', '--', ...words);
		expect(stdout.split('\n').filter(Boolean)).toEqual(offered);
	});

	it('works in bash', async () => {
		const { procdeck, directory } = await tempStack(APP);
		const { stdout: script } = await procdeck('completion', 'bash');
		const line = 'procdeck scale worker';
		const ask = [
			`procdeck() { ${process.execPath} ${BINARY} "$@"; }`,
			`COMP_LINE='${line}' COMP_POINT=${line.length}`,
			'compopt() { :; }',
			'_procdeck',
			'echo "${COMPREPLY[@]}"',
		];
		const { stdout } = await execa('bash', ['-c', [script, ...ask].join('\n')], { cwd: directory });
		expect(stdout).toBe('worker=');
	});
});

describe('several local servers', () => {
	const files = {
		Procfile: 'worker: test "$PROCDECK_SERVER" != "$BROKEN_ON" || exit 1; exec sleep 1000\n',
		'procdeck.yml':
			'servers:\n  a: {local: true}\n  b: {local: true}\nprocesses:\n  worker: {scale: {a: 2, b: 0}}\n',
	};

	it('have to be chosen', async () => {
		const { procdeck } = await tempStack(files);
		const { exitCode, stderr } = await procdeck('scale', 'worker=1');
		expect(exitCode).toBe(2);
		expect(stderr).toContain('a, b');
	});

	it('print a formation that scale takes', async () => {
		const { procdeck } = await tempStack(files);
		expect((await procdeck('scale')).stdout).toBe('worker=2 --server a\nworker=0 --server b');
	});

	it('give up and take instances, and undo gives them back', async () => {
		const stack = await tempStack(files);
		await stack.procdeck('start');
		const moved = await stack.procdeck('move', 'worker', '--from', 'a', '--to', 'b', '--json');
		expect(moved.json<ChangesJson>().changes).toMatchObject([
			{ server: 'b', type: 'worker', from: 0, to: 2, outcome: 'done' },
			{ server: 'a', type: 'worker', from: 2, to: 0, outcome: 'done' },
		]);
		expect((await stack.server('b')).processes[0]).toMatchObject({ wanted: 2, running: 2 });
		await stack.procdeck('undo');
		expect((await stack.procdeck('scale')).stdout).toBe('worker=2 --server a\nworker=0 --server b');
		expect((await stack.procdeck('undo')).stderr).toContain('nothing of yours');
	});

	it('stay as they were where the new instances do not settle', async () => {
		const stack = await tempStack(files, { BROKEN_ON: 'b' });
		await stack.procdeck('start');
		const moved = await stack.procdeck('move', 'worker', '--from', 'a', '--to', 'b', '--json');
		expect(moved.exitCode).toBe(1);
		expect(moved.json<ChangesJson>().changes).toMatchObject([{ server: 'b', outcome: 'failed' }]);
		expect((await stack.server('a')).processes[0]).toMatchObject({ wanted: 2, running: 2 });
		expect((await stack.server('b')).processes[0]).toMatchObject({ wanted: 0, running: 0 });
	});
});

describe('undo', () => {
	it('takes back a pause and a stop', async () => {
		const stack = await tempStack(APP);
		await stack.procdeck('start');
		await stack.procdeck('pause', 'web');
		await stack.procdeck('stop', 'worker');
		expect((await stack.procdeck('undo')).exitCode).toBe(0);
		expect((await stack.procdeck('undo')).exitCode).toBe(0);
		expect((await stack.server()).processes).toMatchObject([
			{ type: 'web', wanted: 1, running: 1, paused: null },
			{ type: 'worker', wanted: 1, running: 1 },
		]);
	});

	it('goes past what the same person has reversed by hand', async () => {
		const stack = await tempStack(APP);
		await stack.procdeck('start');
		await stack.procdeck('scale', 'web=2');
		await stack.procdeck('pause', 'worker');
		await stack.procdeck('resume', 'worker');
		const { changes } = (await stack.procdeck('undo', '--json')).json<ChangesJson>();
		expect(changes).toMatchObject([{ type: 'web', from: 2, to: 1, outcome: 'done' }]);
	});
});

describe('a server that cannot be reached', () => {
	const files = { ...APP, 'procdeck.yml': 'servers:\n  here: {local: true}\n  far: {host: far.example}\n' };

	it('is listed and shown as unreachable, and the others go on', async () => {
		const { procdeck, ps } = await tempStack(files);
		expect((await procdeck('servers')).stdout).toMatch(/^far +ssh +unreachable/m);
		expect((await ps()).servers).toMatchObject([{ connection: 'connected' }, { connection: 'unreachable' }]);
		const { exitCode, stdout } = await procdeck('scale', 'web=2', '--all', '--json');
		expect(exitCode).toBe(3);
		expect(JSON.parse(stdout)).toMatchObject({
			changes: [
				{ server: 'here', to: 2, outcome: 'done' },
				{ server: 'far', to: 2, outcome: 'unreachable', code: 'unreachable' },
			],
		});
	});
});

it('a reader that goes away ends it quietly', async () => {
	const stack = await tempStack({ Procfile: 'chatty: seq 100000; sleep 1000\n' });
	await stack.procdeck('start');
	const command = `${process.execPath} ${BINARY} logs -n 100000 | head -1`;
	const { stdout, stderr } = await execa('sh', ['-c', command], { cwd: stack.directory, env: stack.env });
	expect([stdout, stderr]).toEqual(['chatty.1 | 1', '']);
});
