import fc from 'fast-check';
import { expect, test } from 'vitest';
import { completeLine } from '../../src/view/command-completion.ts';
import { parseCommand } from '../../src/view/command-line.ts';
import { placeOfCommand } from '../../src/view/command-place.ts';
import type { Context } from '../../src/view/steps.ts';
import { ALL_SERVERS, FIRST_UI } from '../../src/view/ui.ts';
import { COMMAND_TREE, sceneOf } from '../support/console-model.ts';
import { scriptedServer } from '../support/scripted-server.ts';

const servers = [
	scriptedServer({ counts: { web: 1, worker: 2 } }),
	scriptedServer({ name: 'jobs', counts: { web: 0, worker: 1 } }),
];
const context: Context = { model: sceneOf(servers).model(), ui: FIRST_UI, width: 80, height: 24 };

test('without a server it is the one under the cursor', () => {
	expect(parseCommand('scale worker=3', context)).toEqual({
		intents: [{ kind: 'set-count', server: 'local', type: 'worker', to: 3 }],
	});
	expect(parseCommand('procdeck scale worker+2 --server jobs', context)).toEqual({
		intents: [{ kind: 'scale', server: 'jobs', type: 'worker', by: 2 }],
	});
});

test('while it is typed it says where it will go, unless it says so itself', () => {
	expect(placeOfCommand('scale worker=3', context)).toBe('on local');
	expect(placeOfCommand('restart', { ...context, ui: { ...FIRST_UI, server: 'jobs' } })).toBe('on jobs');
	expect(placeOfCommand('stop web', { ...context, ui: { ...FIRST_UI, server: ALL_SERVERS } })).toBe(
		'on 2 servers',
	);
	for (const line of ['scale web=1 --server jobs', 'pause --all', 'undo', 'ps', 'sc', 'restart "'])
		expect(placeOfCommand(line, context)).toBeNull();
	const prompt = { kind: 'command', text: 'scale web=2', initial: '', error: null } as const;
	const typed = { ...prompt, recalled: null, draft: '', choices: [], waiting: false };
	expect(sceneOf(servers).screen(80, 24, { prompt: typed })).toMatch(/^ :scale web=2_ +on local $/m);
});

test('every verb of the command line that changes what runs', () => {
	expect(parseCommand('restart worker.2 --at-once', context)).toMatchObject({
		intents: [{ kind: 'restart', selectors: [{ type: 'worker', index: 2 }], atOnce: true, staleOnly: false }],
	});
	expect(parseCommand('restart --stale --all', context)).toMatchObject({
		intents: [{ servers: ['local', 'jobs'], selectors: [], staleOnly: true }],
	});
	expect(parseCommand('stop web', context)).toMatchObject({ intents: [{ kind: 'stop' }] });
	expect(parseCommand('start', context)).toMatchObject({ intents: [{ kind: 'start', selectors: [] }] });
	expect(parseCommand('pause worker', context)).toMatchObject({
		intents: [{ kind: 'pause', types: ['worker'] }],
	});
	expect(parseCommand('resume', context)).toMatchObject({ intents: [{ kind: 'resume', types: [] }] });
	expect(parseCommand('move worker --to=jobs --count 1', context)).toEqual({
		intents: [{ kind: 'move', type: 'worker', from: 'local', to: 'jobs', count: 1 }],
	});
	expect(parseCommand('undo', context)).toEqual({ intents: [{ kind: 'undo' }] });
});

test.each([
	['scale workr=3', /did you mean worker/],
	['scale worker=-1', /not a count/],
	['scale worker=1e9', /at most 20/],
	['scale worker=x', /not a count/],
	['scale web=0 worker=1', /one at a time/],
	['restrat worker', /did you mean restart/],
	['restart --fast', /--fast means nothing to restart in the console/],
	['move worker', /--to SERVER is missing/],
	['move worker --to loca', /did you mean local/],
	['move worker --to local', /is on local already/],
	['pause worker.1', /takes process types/],
	['serve nowhere off', /there is no server "nowhere"/],
	['serve local maybe', /serve SERVER on, or off/],
	['histroy', /did you mean history/],
	['quit now', /quit takes no words/],
	['q now', /q takes no words/],
	['undo worker', /undo takes no words/],
	['down web', /down takes no words/],
	['start -m web=2', /-m means nothing to start in the console/],
	['run', /run COMMAND/],
	['env set TOKEN=geheim', /^TOKEN= has a value behind it/],
	['env set --value=geheim', /^env set has no option --value$/],
	['env set TOKEN post:geheim', /^argument 3 of env set is no name/],
	['env TOKEN=geheim', /^TOKEN= has a value behind it/],
	["run 'echo", /the ' has no end/],
])('%s says what is wrong', (line, message) => {
	expect(parseCommand(line, context)).toEqual({ error: expect.stringMatching(message) });
});

test('logs opens the page on what is named', () => {
	const parsed = parseCommand('logs worker.2 --server jobs', context);
	if (!('step' in parsed)) throw new Error('logs is for the view');
	expect(parsed.step(context).ui).toMatchObject({
		page: 'logs',
		logs: { scope: { server: 'jobs', type: 'worker', index: 2 } },
	});
});

test('whatever is typed is understood or said to be wrong', () => {
	const words = fc.oneof(
		fc.constantFrom(...COMMAND_TREE.verbs, 'quit', 'help', "'", 'worker=1', '--server', '--to', '--all'),
		fc.string(),
	);
	fc.assert(
		fc.property(fc.array(words, { maxLength: 6 }), (typed) => {
			expect(Object.keys(parseCommand(typed.join(' '), context))).toHaveLength(1);
		}),
	);
});

/** What a command asks of the session, and the page that it opens. */
function asked(line: string, at: Context = context) {
	const parsed = parseCommand(line, at);
	if (!('step' in parsed)) return parsed;
	const { intents, ui } = parsed.step(at);
	return { intents, page: ui.page, output: ui.output };
}

test.each([
	['ps', ['ps']],
	['procdeck history --json', ['history', '--json']],
	['scale', ['scale']],
	['scale worker=0 --help', ['scale', 'worker=0', '--help']],
	['help scale', ['scale', '--help']],
	['logs --grep "two words" worker', ['logs', '--grep', 'two words', 'worker']],
	['logs web worker', ['logs', 'web', 'worker']],
	['run --help', ['run', '--help']],
	['env --show', ['env', '--show']],
])('%s is the verb itself, on a page', (line, words) => {
	expect(asked(line)).toEqual({
		intents: [{ kind: 'run-verb', words, changes: false }],
		page: 'output',
		output: { top: 0, follow: false, left: 0, search: '', back: 'deck' },
	});
});

test('what goes on until it is ended is looked at from its end', () => {
	expect(asked('up')).toMatchObject({ output: { follow: true }, intents: [{ changes: true }] });
	expect(asked('ps --watch')).toMatchObject({ output: { follow: true } });
});

test('a variable is set by the verb itself, which asks for its value', () => {
	const line = 'env set TOKEN --file .env';
	expect(asked(line)).toMatchObject({
		intents: [{ kind: 'run-verb', words: line.split(' '), changes: true }],
	});
});

test('run has the terminal to itself, its words as they were quoted', () => {
	expect(asked(`run sh -c 'echo "a b"'`)).toMatchObject({
		intents: [{ kind: 'hand-over', words: ['run', 'sh', '-c', 'echo "a b"'] }],
		page: 'deck',
	});
});

test('read-only: a verb that may change something is refused, a report is not', () => {
	const at: Context = { ...context, model: sceneOf(servers, { readOnly: true }).model() };
	for (const line of ['run bash', 'up', 'boot enable']) {
		expect(asked(line, at)).toEqual({ error: 'read-only: this console changes nothing' });
	}
	for (const line of ['boot status', 'ps', 'run --help']) expect(asked(line, at)).toHaveProperty('intents');
});

test.each([
	['hi', { text: 'history ', choices: [] }],
	['re', { text: 'restart ', choices: [] }],
	['st', { text: 'st', choices: ['start', 'stop'] }],
	['s', { text: 's', choices: ['scale', 'start', 'stop'] }],
	['qu', { text: 'quit ', choices: [] }],
	['procdeck ps', { text: 'procdeck ps ', choices: [] }],
	['restart wo', { text: 'restart worker', choices: ['worker', 'worker.1', 'worker.2'] }],
	['restart worker.2', { text: 'restart worker.2 ', choices: [] }],
	['restart --s', { text: 'restart --s', choices: ['--server', '--stale'] }],
	['restart --st', { text: 'restart --stale ', choices: [] }],
	['no such', { text: 'no such', choices: [] }],
])('Tab after %s', (line, completion) => {
	expect(completeLine(line, context)).toEqual(completion);
});
