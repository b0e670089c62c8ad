import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { ProcdeckError } from '../../src/model/errors.ts';
import { type ConsoleSession, startConsoleSession } from '../../src/session/console-session.ts';
import { outcomeCounts, serverOutcomes } from '../../src/store/activity.ts';
import { type CommandOutput, createCommandOutput } from '../../src/store/command-output.ts';
import { type ConsoleStore, createConsoleStore } from '../../src/store/console-store.ts';
import { createLogBuffer } from '../../src/store/log-buffer.ts';
import { createQuestionDesk } from '../../src/store/question-desk.ts';
import { cellOf } from '../../src/store/selectors.ts';
import { createTick } from '../../src/store/tick.ts';
import { LITERAL_WAY, NO_ADDITIONS, PROGRAMS, stackOf } from '../support/console-model.ts';
import { isAlive } from '../support/processes.ts';
import { type ScriptedServer, scriptedServer } from '../support/scripted-server.ts';
import { poolOf, type StackInMemory, stackInMemory } from '../support/stack-in-memory.ts';
import { waitFor } from '../support/wait-for.ts';

const opened: { stop(): void }[] = [];
afterEach(() => {
	for (const each of opened.splice(0)) each.stop();
});

interface Opened {
	readonly store: ConsoleStore;
	readonly session: ConsoleSession;
	readonly files: StackInMemory;
	readonly logs: ReturnType<typeof createLogBuffer>;
	readonly output: CommandOutput;
	/** The latest activity. */
	activity(): ReturnType<ConsoleStore['getState']>['activities'][number] | undefined;
}

async function open(
	servers: readonly ScriptedServer[],
	readOnly = false,
	questions = createQuestionDesk(),
	pool = poolOf(),
): Promise<Opened> {
	const files = stackInMemory(stackOf(servers, ['web', 'worker']));
	const store = createConsoleStore({
		shell: {},
		stack: files.stack,
		servers: servers.map(({ definition }) => definition.name),
		who: 'mia@laptop',
		readOnly,
		now: Date.now(),
	});
	const logs = createLogBuffer();
	const tick = createTick(10);
	const output = createCommandOutput();
	const shell = { LANG: 'C.UTF-8' };
	const session = startConsoleSession({
		servers,
		store,
		logs,
		output,
		tick,
		shell,
		verbs: PROGRAMS,
		questions,
		openAddition: NO_ADDITIONS,
		wayTo: LITERAL_WAY,
		watchBalancer: () => () => {},
		balancingOf: async () => null,
		files,
		pool,
	});
	opened.push(session, tick);
	await waitFor(
		() => store.getState().servers.every(({ observation }) => observation !== null),
		'the snapshots',
	);
	return { store, session, files, logs, output, activity: () => store.getState().activities.at(-1) };
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
			questions: createQuestionDesk(),
			openAddition: NO_ADDITIONS,
			wayTo: LITERAL_WAY,
			watchBalancer: () => () => {},
			balancingOf: async () => null,
			files: stackInMemory(store.getState().stack),
			pool: poolOf(),
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

describe('a change on several servers', () => {
	const NAMES = ['a', 'b', 'c', 'd'];

	/** Four servers of which one cannot be reached and one refuses. */
	async function openFour() {
		const servers = NAMES.map((name) => scriptedServer({ name, counts: { web: 1, worker: 2 } }));
		const broken = (position: number, error: ProcdeckError) => {
			servers[position] = Object.assign(servers[position]!, { apply: () => Promise.reject(error) });
		};
		broken(1, new ProcdeckError('unreachable', 'no answer in 5 s'));
		broken(2, new ProcdeckError('refused', 'sudo wants a password'));
		return { servers, opened: await open(servers) };
	}

	test('goes on where one fails, and tells what became of it on each', async () => {
		const { servers, opened } = await openFour();
		servers[0]!.hold();
		opened.session.dispatch({
			kind: 'restart',
			servers: NAMES,
			selectors: [{ type: 'worker', index: null }],
			staleOnly: false,
			atOnce: false,
		});
		await waitFor(() => (opened.activity()?.rows.length ?? 0) > 0, 'the first that is done');
		expect(opened.activity()).toMatchObject({ outcome: null, subject: 'worker on 4 servers' });
		servers[0]!.release();
		await waitFor(() => opened.activity()?.outcome !== null, 'the outcome');
		expect(opened.activity()?.outcome).toBe('unreachable');
		expect(serverOutcomes(opened.activity()!)).toMatchObject([
			{ server: 'b', outcome: 'unreachable', rows: [{ reason: 'no answer in 5 s' }] },
			{ server: 'c', outcome: 'failed', rows: [{ reason: 'sudo wants a password' }] },
			{ server: 'a', outcome: 'done' },
			{ server: 'd', outcome: 'done' },
		]);
		expect([...outcomeCounts(opened.activity()!)]).toEqual([
			['unreachable', 1],
			['failed', 1],
			['done', 2],
		]);
	});

	test('sets each count on the value that is there, so that one that moved is a conflict', async () => {
		const servers = NAMES.map((name, count) =>
			scriptedServer({ name, counts: { web: 1, worker: count + 1 } }),
		);
		const opened = await open(servers);
		servers[3]!.hold();
		opened.session.dispatch({
			kind: 'scale-many',
			servers: NAMES,
			targets: [{ type: 'worker', to: 3 }],
		});
		await waitFor(() => servers[3]!.applied.length === 1, 'the changes');
		servers[3]!.setType('worker', { wanted: 9 });
		servers[3]!.release();
		await waitFor(() => opened.activity()?.outcome !== null, 'the outcome');
		expect(servers.map(({ applied }) => applied[0]?.change)).toEqual(
			[1, 2, 3, 4].map((expected) => ({
				verb: 'scale',
				targets: [{ type: 'worker', to: 3, expected }],
			})),
		);
		expect(servers.map((server) => server.observation.types[1]?.wanted)).toEqual([3, 3, 3, 9]);
		expect(serverOutcomes(opened.activity()!)[0]).toMatchObject({ server: 'd', outcome: 'failed' });
		opened.session.dispatch({ kind: 'scale-many', servers: ['a'], targets: [{ type: 'worker', by: 2 }] });
		await waitFor(() => servers[0]!.observation.types[1]?.wanted === 5, 'the step');
	});

	test('is taken back as one, on all of them at once', async () => {
		const servers = NAMES.map((name) => scriptedServer({ name, counts: { web: 1, worker: 2 } }));
		const opened = await open(servers);
		opened.session.dispatch({ kind: 'scale-many', servers: NAMES, targets: [{ type: 'worker', to: 4 }] });
		await waitFor(() => opened.activity()?.outcome === 'done', 'the change');
		for (const server of servers) server.hold();
		opened.session.dispatch({ kind: 'undo' });
		await waitFor(() => servers.every(({ applied }) => applied.length === 2), 'the undo on every server');
		for (const server of servers) server.release();
		await waitFor(() => opened.activity()?.outcome === 'done', 'its outcome');
		expect(servers.map((server) => server.observation.types[1]?.wanted)).toEqual([2, 2, 2, 2]);
	});

	test('a count set where nobody answers is unreachable, not failed', async () => {
		const { opened } = await openFour();
		opened.session.dispatch({ kind: 'set-count', server: 'b', type: 'worker', to: 5 });
		await waitFor(() => opened.activity()?.outcome === 'unreachable', 'the outcome');
		expect(opened.activity()?.reason).toBe('no answer in 5 s');
	});
});

test('a server that cannot be reached at first is tried again until it is there', async () => {
	const server = scriptedServer({ name: 'far', counts: { web: 1 } });
	const observe = server.observe;
	let tries = 0;
	server.observe = (...given) => {
		tries += 1;
		return tries < 3
			? Promise.reject(new ProcdeckError('unreachable', `try ${tries}`))
			: observe.apply(server, given);
	};
	const opened = await open([server]);
	expect(tries).toBe(3);
	expect(opened.store.getState().servers[0]).toMatchObject({ connectionReason: null });
});

test('a stack on another machine that was never started is only looked at', async () => {
	const far = scriptedServer({ name: 'far', counts: { web: 1 }, power: 'never' });
	far.push({ kind: 'snapshot', observation: { ...far.observation, kind: 'ssh', supervisor: 'systemd' } });
	const here = scriptedServer({ counts: { web: 1 }, power: 'never' });
	await open([far, here]);
	await waitFor(() => here.applied.length === 1, 'the start of the local one');
	expect(far.applied).toEqual([]);
});

test('logs that the cursor only passes are not read', async () => {
	const server = scriptedServer({ counts: { web: 1, worker: 1 } });
	const { session } = await open([server]);
	const asked: string[] = [];
	const logs = server.logs;
	server.logs = (query, signal) => {
		asked.push(query.selectors[0]?.type ?? '');
		return logs.call(server, query, signal);
	};
	for (const type of ['web', 'worker', 'web', 'worker']) {
		session.dispatch({
			kind: 'watch-logs',
			sources: [{ server: 'local', selectors: [{ type, index: null }] }],
		});
	}
	await waitFor(() => asked.includes('worker'), 'the one that it stays on');
	expect(asked).toEqual(['web', 'worker']);
});

test('an answer goes to whoever asked; who leaves answers nothing', async () => {
	const questions = createQuestionDesk();
	const { session } = await open([scriptedServer({ counts: { web: 1 } })], false, questions);
	const answered = questions.asker.answer('Passphrase of key', false);
	const left = questions.asker.answer('Password', false);
	session.dispatch({ kind: 'answer', id: questions.questions()[0]!.id, answer: 'secret' });
	expect(await answered).toBe('secret');
	session.stop();
	expect(await left).toBeNull();
});

describe('a stack file that changes while the console runs', () => {
	const serversOf = ({ store }: Opened) => store.getState().servers.map(({ name }) => name);

	test('a server that is added there is opened, and stands where the file has it', async () => {
		const [a, b, c] = ['a', 'b', 'c'].map((name) => scriptedServer({ name, counts: { web: 1 } }));
		const opened = await open([a!, c!], false, createQuestionDesk(), poolOf([b!]));
		opened.files.become(stackOf([a!, b!, c!], ['web', 'worker']));
		await waitFor(() => opened.store.getState().servers[1]?.observation?.name === 'b', 'its snapshot');
		expect(serversOf(opened)).toEqual(['a', 'b', 'c']);
		expect(opened.store.getState().announcement?.text).toBe('b was added to the stack');
		opened.session.dispatch({ kind: 'set-count', server: 'b', type: 'web', to: 2 });
		await waitFor(() => opened.activity()?.outcome === 'done', 'a change there');
		expect(b!.observation.types[0]?.wanted).toBe(2);
	});

	test('a server that is removed there is closed: nothing goes to it, and nothing comes from it', async () => {
		const [a, b] = ['a', 'b'].map((name) => scriptedServer({ name, counts: { web: 1 } }));
		let isClosed = false;
		b!.close = async () => {
			isClosed = true;
		};
		const opened = await open([a!, b!]);
		opened.files.become(stackOf([a!], ['web', 'worker']));
		await waitFor(() => isClosed, 'it to be closed');
		expect(serversOf(opened)).toEqual(['a']);
		expect(opened.store.getState().announcement?.text).toBe('b was removed from the stack');
		b!.setInstance('web.1', { state: 'failed' });
		for (const server of ['b', 'a'])
			opened.session.dispatch({ kind: 'set-count', server, type: 'web', to: 2 });
		await waitFor(() => opened.activity()?.outcome === 'done', 'the change on the other');
		expect(b!.applied).toEqual([]);
		expect(serversOf(opened)).toEqual(['a']);
	});

	test('a server that is another machine now is opened anew', async () => {
		const before = scriptedServer({ name: 'a', counts: { web: 1 } });
		const after = scriptedServer({ name: 'a', counts: { web: 5 } });
		const opened = await open([before], false, createQuestionDesk(), poolOf([after]));
		const stack = stackOf([after], ['web', 'worker']);
		const definition = { ...after.definition, supervisor: 'systemd' } as const;
		opened.files.become({ ...stack, servers: [definition] });
		await waitFor(() => wanted(opened, 'web') === 5, 'what the other machine has');
		expect(opened.store.getState().announcement?.text).toBe('a was changed in the stack');
	});

	test('what waited for a server that is removed does not wait for ever', async () => {
		const [a, b] = ['a', 'b'].map((name) =>
			scriptedServer({ name, counts: { web: 1 }, newState: 'starting' }),
		);
		const opened = await open([a!, b!]);
		opened.session.dispatch({ kind: 'set-count', server: 'b', type: 'web', to: 2 });
		await waitFor(() => opened.activity()?.total === 1, 'the change to be under way');
		opened.files.become(stackOf([a!], ['web', 'worker']));
		await waitFor(() => opened.activity()?.outcome === 'unknown', 'its outcome');
	});
});
