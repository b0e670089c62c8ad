import fc from 'fast-check';
import { expect, test } from 'vitest';
import { COMMAND_VERBS, parseCommand } from '../../src/view/command-line.ts';
import type { Context } from '../../src/view/steps.ts';
import { FIRST_UI } from '../../src/view/ui.ts';
import { sceneOf } from '../support/console-model.ts';
import { scriptedServer } from '../support/scripted-server.ts';

const servers = [
	scriptedServer({ counts: { web: 1, worker: 2 } }),
	scriptedServer({ name: 'jobs', counts: { web: 0, worker: 1 } }),
];
const context: Context = { model: sceneOf(servers).model(), ui: FIRST_UI, height: 24 };

test('without a server it is the one under the cursor', () => {
	expect(parseCommand('scale worker=3', context)).toEqual({
		intents: [{ kind: 'set-count', server: 'local', type: 'worker', to: 3 }],
	});
	expect(parseCommand('procdeck scale worker+2 --server jobs', context)).toEqual({
		intents: [{ kind: 'scale', server: 'jobs', type: 'worker', by: 2 }],
	});
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
	['scale', /TYPE=N/],
	['scale web=0 worker=1', /one at a time/],
	['restrat worker', /did you mean restart/],
	['restart --fast', /--fast means nothing here/],
	['move worker', /--to SERVER is missing/],
	['move worker --to loca', /did you mean local/],
	['move worker --to local', /is on local already/],
	['pause worker.1', /takes process types/],
	['serve local off', /no command serve/],
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
		fc.constantFrom(...COMMAND_VERBS, 'worker=1', '--server', '--to', '--all'),
		fc.string(),
	);
	fc.assert(
		fc.property(fc.array(words, { maxLength: 6 }), (typed) => {
			expect(Object.keys(parseCommand(typed.join(' '), context))).toHaveLength(1);
		}),
	);
});
