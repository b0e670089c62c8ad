import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { type ConsoleSession, startConsoleSession } from '../../src/session/console-session.ts';
import { type CommandOutput, createCommandOutput } from '../../src/store/command-output.ts';
import { type ConsoleStore, createConsoleStore } from '../../src/store/console-store.ts';
import { createLogBuffer } from '../../src/store/log-buffer.ts';
import { cellOf } from '../../src/store/selectors.ts';
import { createTick } from '../../src/store/tick.ts';
import { PROGRAMS, stackOf } from '../support/console-model.ts';
import { isAlive } from '../support/processes.ts';
import { type ScriptedServer, scriptedServer } from '../support/scripted-server.ts';
import { waitFor } from '../support/wait-for.ts';

const opened: { stop(): void }[] = [];
afterEach(() => {
	for (const each of opened.splice(0)) each.stop();
});

interface Opened {
	readonly store: ConsoleStore;
	readonly session: ConsoleSession;
	readonly logs: ReturnType<typeof createLogBuffer>;
	readonly output: CommandOutput;
	/** The latest activity. */
	activity(): ReturnType<ConsoleStore['getState']>['activities'][number] | undefined;
}

async function open(servers: readonly ScriptedServer[], readOnly = false): Promise<Opened> {
	const store = createConsoleStore({
		shell: {},
		stack: stackOf(servers, ['web', 'worker']),
		servers: servers.map(({ definition }) => definition.name),
		who: 'mia@laptop',
		readOnly,
		now: Date.now(),
	});
	const logs = createLogBuffer();
	const tick = createTick(10);
	const output = createCommandOutput();
	const shell = { LANG: 'C.UTF-8' };
	const session = startConsoleSession({ servers, store, logs, output, tick, shell, verbs: PROGRAMS });
	opened.push(session, tick);
	await waitFor(
		() => store.getState().servers.every(({ observation }) => observation !== null),
		'the snapshots',
	);
	return { store, session, logs, output, activity: () => store.getState().activities.at(-1) };
}

function wanted({ store }: Opened, type: string): number {
	return cellOf(store.getState(), store.getState().servers[0]!, type).wanted;
}

function plus(session: ConsoleSession, times = 1): void {
	for (let time = 0; time < times; time += 1)
		session.dispatch({ kind: 'scale', server: 'local', type: 'worker', by: 1 });
}

test('presses that arrive together go out as one absolute target', async () => {
	const server = scriptedServer({ counts: { web: 1, worker: 3 } });
	const opened = await open([server]);
	plus(opened.session, 3);
	expect(wanted(opened, 'worker')).toBe(6);
	await waitFor(() => opened.activity()?.outcome === 'done', 'the outcome');
	expect(server.applied.map(({ change }) => change)).toEqual([
		{ verb: 'scale', targets: [{ type: 'worker', to: 6, expected: 3 }] },
	]);
	expect(opened.activity()).toMatchObject({ subject: 'worker on local', action: '3 → 6' });
});

test('while one change is in flight the newest target waits, based on what was acknowledged, under one id', async () => {
	const server = scriptedServer({ counts: { web: 1, worker: 3 } });
	const opened = await open([server]);
	server.hold();
	plus(opened.session);
	await waitFor(() => server.applied.length === 1, 'the first change');
	plus(opened.session, 2);
	opened.session.dispatch({ kind: 'scale', server: 'local', type: 'worker', by: -1 });
	expect(wanted(opened, 'worker')).toBe(5);
	server.release();
	await waitFor(() => opened.activity()?.outcome === 'done', 'the outcome');
	expect(server.applied.map(({ change }) => change)).toMatchObject([
		{ targets: [{ to: 4, expected: 3 }] },
		{ targets: [{ to: 5, expected: 4 }] },
	]);
	expect(new Set(server.applied.map(({ options }) => options.changeId)).size).toBe(1);
	expect(server.observation.instances.filter(({ type }) => type === 'worker')).toHaveLength(5);
});

test('a value that has moved is a conflict: it says what is there, and the cell shows it', async () => {
	const server = scriptedServer({ counts: { web: 1, worker: 3 } });
	const opened = await open([server]);
	server.hold();
	plus(opened.session);
	await waitFor(() => server.applied.length === 1, 'the change');
	server.setType('worker', { wanted: 7 });
	server.release();
	await waitFor(() => opened.activity()?.outcome === 'failed', 'the conflict');
	expect(opened.activity()?.reason).toContain('7 now');
	expect(wanted(opened, 'worker')).toBe(7);
	expect(opened.store.getState().pending).toEqual({});
});

test('a new instance that does not stay up makes the change fail', async () => {
	const server = scriptedServer({ counts: { web: 1, worker: 1 }, newState: 'starting' });
	const opened = await open([server]);
	plus(opened.session);
	await waitFor(() => opened.activity()?.total === 1, 'the progress');
	expect(opened.activity()).toMatchObject({ outcome: null, settled: 0 });
	server.setInstance('worker.2', { state: 'backoff' });
	await waitFor(() => opened.activity()?.outcome === 'failed', 'the failure');
	expect(opened.activity()?.reason).toContain('worker.2');
});

test('an instance that was in trouble before is not the failure of a change', async () => {
	const server = scriptedServer({ counts: { web: 1, worker: 1 }, newState: 'starting' });
	const opened = await open([server]);
	server.setInstance('worker.1', { state: 'backoff' });
	plus(opened.session);
	await waitFor(() => opened.activity()?.total === 1, 'the progress');
	expect(opened.activity()?.outcome).toBeNull();
	server.setInstance('worker.2', { state: 'running', ready: true });
	await waitFor(() => opened.activity()?.outcome === 'done', 'the outcome');
});

test('an instance that is taken away and brought back has to settle again', async () => {
	const server = scriptedServer({ counts: { web: 1, worker: 3 }, newState: 'starting' });
	const opened = await open([server]);
	server.hold();
	opened.session.dispatch({ kind: 'scale', server: 'local', type: 'worker', by: -1 });
	await waitFor(() => server.applied.length === 1, 'the first change');
	plus(opened.session);
	server.release();
	await waitFor(() => opened.activity()?.total === 1, 'the progress');
	expect(opened.activity()).toMatchObject({ outcome: null, settled: 0 });
	server.setInstance('worker.3', { state: 'running', ready: true });
	await waitFor(() => opened.activity()?.outcome === 'done', 'the outcome');
});

test('a stack that was never started is started, unless the console is read-only', async () => {
	const server = scriptedServer({ counts: { web: 1 }, power: 'never' });
	await open([server]);
	await waitFor(() => server.observation.power === 'up', 'the start');
	expect(server.applied[0]?.change).toMatchObject({ verb: 'start', shell: { LANG: 'C.UTF-8' } });
	const other = scriptedServer({ counts: { web: 1 }, power: 'never' });
	const { session } = await open([other], true);
	session.dispatch({ kind: 'start', servers: ['local'], selectors: [] });
	session.dispatch({ kind: 'undo' });
	expect(other.applied).toEqual([]);
});

test('undo says what it takes back, and that it did', async () => {
	const server = scriptedServer({ counts: { web: 1, worker: 3 } });
	const opened = await open([server]);
	plus(opened.session);
	await waitFor(() => opened.activity()?.outcome === 'done', 'the change');
	server.hold();
	opened.session.dispatch({ kind: 'undo' });
	await waitFor(() => opened.activity()?.action.startsWith('undo of scale 3 → 4 (') === true, 'the undo');
	expect(opened.activity()).toMatchObject({ subject: 'worker on local', outcome: null });
	server.release();
	await waitFor(() => opened.activity()?.outcome === 'done', 'the outcome');
	expect(wanted(opened, 'worker')).toBe(3);
});

test('undo takes back all presses that belong together', async () => {
	const server = scriptedServer({ counts: { web: 1, worker: 3 }, newState: 'starting' });
	const opened = await open([server]);
	for (const presses of [1, 2, 3]) {
		plus(opened.session);
		await waitFor(() => server.observation.history.length === presses, 'the press to be a change');
	}
	opened.session.dispatch({ kind: 'undo' });
	await waitFor(() => opened.activity()?.outcome === 'done', 'the undo');
	expect(opened.activity()?.action).toContain('undo of scale 3 → 6');
	expect(wanted(opened, 'worker')).toBe(3);
});

test('presses of undo go back one after another, however fast', async () => {
	const server = scriptedServer({ counts: { web: 1, worker: 3 } });
	const opened = await open([server]);
	for (const to of [5, 8]) {
		opened.session.dispatch({ kind: 'set-count', server: 'local', type: 'worker', to });
		await waitFor(() => opened.activity()?.outcome === 'done', 'the change');
	}
	server.hold();
	for (let press = 0; press < 3; press += 1) opened.session.dispatch({ kind: 'undo' });
	await waitFor(() => server.applied.length === 3, 'the first undo');
	server.release();
	await waitFor(() => opened.activity()?.outcome === 'unchanged', 'the end of what can be taken back');
	expect(wanted(opened, 'worker')).toBe(3);
	expect(opened.activity()?.reason).toBe('nothing of yours to take back');
});

test('undo names what it passes over', async () => {
	const server = scriptedServer({ counts: { web: 1, worker: 3, old: 1 } });
	const opened = await open([server]);
	plus(opened.session);
	await waitFor(() => opened.activity()?.outcome === 'done', 'the change');
	opened.session.dispatch({ kind: 'set-count', server: 'local', type: 'old', to: 2 });
	await waitFor(() => opened.activity()?.subject === 'old on local', 'the change of another type');
	await waitFor(() => opened.activity()?.outcome === 'done', 'its outcome');
	const { power, types, problems } = server.observation;
	server.push({ kind: 'stack', power, types: types.filter(({ type }) => type !== 'old'), problems });
	opened.session.dispatch({ kind: 'undo' });
	await waitFor(() => opened.activity()?.subject === 'worker on local', 'the undo of the change before');
	await waitFor(() => opened.activity()?.outcome === 'done', 'the outcome of the undo');
	expect(opened.activity()?.reason).toBe('old left the Procfile (passed over)');
	expect(wanted(opened, 'worker')).toBe(3);
});

test('logs come from what is watched, and only from that', async () => {
	const server = scriptedServer({ counts: { web: 1, worker: 1 } });
	const { session, logs } = await open([server]);
	server.writeLog('worker.1', 'before\n');
	session.dispatch({
		kind: 'watch-logs',
		sources: [{ server: 'local', selectors: [{ type: 'worker', index: null }] }],
	});
	await waitFor(() => logs.window().length === 1, 'the line of before');
	server.writeLog('web.1', 'not looked at\n');
	server.writeLog('worker.1', 'after\n');
	await waitFor(() => logs.window().length === 2, 'the line of after');
	expect(logs.window().line(1).text).toBe('after');
	session.dispatch({
		kind: 'watch-logs',
		sources: [{ server: 'local', selectors: [{ type: 'web', index: null }] }],
	});
	await waitFor(
		() => server.logStreams === 1 && logs.window().line(0).text === 'not looked at',
		'the other log',
	);
});

test('a saved log is a new private file; one that is there is left alone, and the reason is told', async () => {
	const directory = await mkdtemp(join(tmpdir(), 'procdeck-save-'));
	const { session, store, activity } = await open([scriptedServer({ counts: { web: 1 } })]);
	const path = join(directory, 'web.log');
	session.dispatch({ kind: 'save-log', path, lines: ['one', 'two'] });
	await waitFor(() => activity()?.outcome === 'done', 'the file');
	expect(await readFile(path, 'utf8')).toBe('one\ntwo\n');
	session.dispatch({ kind: 'save-log', path, lines: ['three'] });
	await waitFor(() => store.getState().saved?.error !== null, 'the refusal');
	expect(store.getState().saved?.error).toBe('there is such a file: take another name');
	expect(activity()?.outcome).toBe('done');
	expect(await readFile(path, 'utf8')).toBe('one\ntwo\n');
	await rm(directory, { recursive: true });
});

test('a server that cannot be reached is shown, and the console goes on', async () => {
	const good = scriptedServer({ counts: { web: 1 } });
	const bad: ScriptedServer = Object.assign(scriptedServer({ name: 'bad', counts: {} }), {
		observe: () => Promise.reject(new Error('no socket')),
	});
	const store = createConsoleStore({
		shell: {},
		stack: stackOf([good, bad], ['web']),
		servers: ['local', 'bad'],
		who: 'mia@laptop',
		readOnly: false,
		now: Date.now(),
	});
	const tick = createTick(10);
	opened.push(
		startConsoleSession({
			servers: [good, bad],
			store,
			logs: createLogBuffer(),
			output: createCommandOutput(),
			tick,
			shell: {},
			verbs: PROGRAMS,
		}),
		tick,
	);
	await waitFor(() => store.getState().servers[1]?.connectionReason === 'no socket', 'the reason');
	expect(store.getState().servers[0]?.observation?.connection).toBe('connected');
});

test('quit resolves the session', async () => {
	const { session } = await open([scriptedServer({ counts: { web: 1 } })]);
	session.dispatch({ kind: 'quit' });
	await session.left;
});

const said = ({ output }: Opened) => output.view()?.lines.join('\n') ?? '';

test('a verb runs beside the console: what it writes is there while it runs, then how it ended', async () => {
	const opened = await open([scriptedServer({ counts: { web: 1 } })]);
	const words = [
		'sh',
		'-c',
		'trap "echo ending; exit 3" INT; echo out; echo err >&2; while :; do sleep 0.01; done',
	];
	opened.session.dispatch({ kind: 'run-verb', words, changes: false });
	await waitFor(() => said(opened).includes('out') && said(opened).includes('err'), 'what it writes');
	expect(opened.output.view()?.exit).toBeNull();
	opened.session.dispatch({ kind: 'interrupt-verb' });
	await waitFor(() => opened.output.view()?.exit !== null, 'its end');
	expect(opened.output.view()?.exit).toMatchObject({ code: 3, signal: null });
	expect(said(opened)).toMatch(/ending$/);
});

test('a second verb takes the page from the first, which is ended', async () => {
	const opened = await open([scriptedServer({ counts: { web: 1 } })]);
	const first = 'echo $$; exec sleep 1000';
	opened.session.dispatch({ kind: 'run-verb', words: ['sh', '-c', first], changes: false });
	await waitFor(() => /\d/.test(said(opened)), 'its pid');
	const pid = Number(said(opened));
	opened.session.dispatch({ kind: 'run-verb', words: ['echo', 'second'], changes: false });
	await waitFor(() => opened.output.view()?.exit?.code === 0, 'the second');
	expect(said(opened)).toBe('second');
	await waitFor(() => !isAlive(pid), 'the first to end');
});

test('a program that cannot be started says why', async () => {
	const opened = await open([scriptedServer({ counts: { web: 1 } })]);
	opened.session.dispatch({ kind: 'run-verb', words: ['/nothing/here'], changes: false });
	await waitFor(() => opened.output.view()?.exit !== null, 'the end');
	expect(said(opened)).toContain('ENOENT');
	expect(opened.output.view()?.exit).toMatchObject({ code: null, signal: null });
});

test('read-only: a verb that may change something is not run', async () => {
	const opened = await open([scriptedServer({ counts: { web: 1 } })], true);
	opened.session.dispatch({ kind: 'run-verb', words: ['echo', 'changed'], changes: true });
	opened.session.dispatch({ kind: 'run-verb', words: ['echo', 'looked'], changes: false });
	await waitFor(() => opened.output.view()?.exit !== null, 'the report');
	expect(said(opened)).toBe('looked');
	expect(opened.output.view()?.line).toBe('echo looked');
});
