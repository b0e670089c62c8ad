import { describe, expect, test } from 'vitest';
import { receive } from '../../src/store/console-store.ts';
import { setCount } from '../../src/view/actions/change.ts';
import { typeKey } from '../../src/view/actions/prompts.ts';
import { takeSaved } from '../../src/view/actions/submit.ts';
import { bindingsAt, press } from '../../src/view/dispatch.ts';
import { ADDING, type Place } from '../../src/view/keymap/binding.ts';
import { KEYMAP } from '../../src/view/keymap.ts';
import type { Context, Step } from '../../src/view/steps.ts';
import { FIRST_UI, type UiState } from '../../src/view/ui.ts';
import { type Scene, sceneOf } from '../support/console-model.ts';
import { START, scriptedServer } from '../support/scripted-server.ts';

const PLACES: readonly Place[] = [
	'formation',
	'instances',
	'log-pane',
	'logs',
	'crash',
	'output',
	'outcomes',
	'balancer',
	'backends',
	'plan',
	'move',
	'move-count',
	'trust',
	'confirm',
	'help',
];

/** The keys that a line of the help speaks for: `arrows hjk`, `+/-`, `s p`. */
function spokenBy(written: string): readonly string[] {
	if (written === '+/-') return ['+', '-'];
	return written.split(' ').flatMap((word) => (word === 'hjk' ? ['h', 'j', 'k'] : [word]));
}

/** Letters that are a second way to press a key with a name, written by that. */
const ALIASES: ReadonlySet<string> = new Set(['h']);

test.each([...PLACES, ...ADDING])('in %s no key is bound twice', (place) => {
	const keys = bindingsAt(place).flatMap((binding) => binding.keys);
	expect(keys).toEqual([...new Set(keys)]);
});

test.each(PLACES)('in %s the footer has help', (place) => {
	const words = bindingsAt(place).flatMap(({ footer }) => (footer === null ? [] : [footer[0]]));
	expect(words).toContain('?');
});

test.each([
	'formation',
	'instances',
	'log-pane',
	'logs',
	'crash',
	'output',
	'outcomes',
	'balancer',
	'backends',
] as const)('in %s every letter and sign is in the help', (place) => {
	const bindings = bindingsAt(place);
	const spoken = bindings.flatMap(({ help }) => (help === null ? [] : spokenBy(help[0])));
	for (const { keys } of bindings) {
		for (const key of keys.filter((name) => name.length === 1 && !ALIASES.has(name))) {
			expect(spoken, `${key} in ${place}`).toContain(key);
		}
	}
});

test('help and footer say what a key does in words', () => {
	for (const { keys, help, footer } of KEYMAP) {
		expect(keys.length).toBeGreaterThan(0);
		expect(help === null || help[1].length > 0).toBe(true);
		expect(footer === null || footer[1].length > 0).toBe(true);
	}
});

function contextOf(options: Parameters<typeof sceneOf>[1] = {}, ui: Partial<UiState> = {}): Context {
	const servers = [scriptedServer({ counts: { web: 1, worker: 3 } })];
	return { model: sceneOf(servers, options).model(), ui: { ...FIRST_UI, ...ui }, width: 80, height: 24 };
}

function pressAll(context: Context, keys: readonly string[]): Step {
	let step: Step = { ui: context.ui, intents: [] };
	for (const key of keys) step = press({ ...context, ui: step.ui }, key);
	return step;
}

const WORKER: Partial<UiState> = { type: 'worker' };

test('+ scales the cell at once', () => {
	const { intents, ui } = press(contextOf({}, WORKER), '+');
	expect(intents).toEqual([{ kind: 'scale', server: 'local', type: 'worker', by: 1 }]);
	expect(ui.sheet).toBeNull();
});

test('- asks only before the last one', () => {
	expect(press(contextOf({}, WORKER), '-').intents).toHaveLength(1);
	const last = press(contextOf({}, { type: 'web' }), '-');
	expect(last.intents).toEqual([]);
	expect(last.ui.sheet).toMatchObject({ kind: 'plan', focused: 'run' });
});

test('r restarts at once in development and shows the plan in production, with Cancel focused', () => {
	expect(press(contextOf({}, WORKER), 'r').intents).toMatchObject([
		{ kind: 'restart', selectors: [{ type: 'worker', index: null }] },
	]);
	const production = contextOf({ environment: 'production' }, WORKER);
	const asked = press(production, 'r');
	expect(asked.intents).toEqual([]);
	expect(asked.ui.sheet).toMatchObject({ kind: 'plan', focused: 'cancel' });
	expect(pressAll(production, ['r', 'enter'])).toMatchObject({ ui: { sheet: null }, intents: [] });
	expect(pressAll(production, ['r', 'y']).intents).toMatchObject([{ kind: 'restart' }]);
	expect(pressAll(production, ['r', 'tab', 'enter']).intents).toMatchObject([{ kind: 'restart' }]);
});

test('in the instances pane r means the instance under the cursor', () => {
	const { intents } = pressAll(contextOf({}, WORKER), ['enter', 'down', 'r']);
	expect(intents).toMatchObject([{ kind: 'restart', selectors: [{ type: 'worker', index: 2 }] }]);
});

test('a key that does nothing now says why', () => {
	expect(press(contextOf({}, WORKER), 'm').ui.notice).toBe('there is only one server');
	expect(press(contextOf({ readOnly: true }, WORKER), '+')).toMatchObject({
		ui: { notice: 'read-only: this console changes nothing' },
		intents: [],
	});
});

test('read-only: no key anywhere changes anything', () => {
	for (const { keys, group } of KEYMAP.filter((binding) => binding.group === 'change')) {
		const { intents } = press(contextOf({ readOnly: true }, WORKER), keys[0] ?? '');
		expect(intents, `${keys[0]} (${group})`).toEqual([]);
	}
});

test('! goes to the problem, Enter to its crash loop, Esc back', () => {
	const server = scriptedServer({ counts: { web: 1, mailer: 2 } });
	server.setInstance('mailer.2', {
		state: 'backoff',
		lastExit: { code: 1, signal: null, at: '2026-11-22T14:00:00Z' },
	});
	const context: Context = { model: sceneOf([server]).model(), ui: FIRST_UI, width: 80, height: 24 };
	expect(pressAll(context, ['!']).ui).toMatchObject({
		type: 'mailer',
		pane: 'instances',
		instance: 'mailer.2',
	});
	expect(pressAll(context, ['!', 'enter']).ui.page).toBe('crash');
	expect(pressAll(context, ['!', 'enter', 'escape']).ui.page).toBe('deck');
});

test('the move sheet moves to the chosen server', () => {
	const servers = ['a', 'b', 'c'].map((name) => scriptedServer({ name, counts: { worker: 2 } }));
	const context: Context = { model: sceneOf(servers).model(), ui: FIRST_UI, width: 80, height: 24 };
	expect(pressAll(context, ['m', 'down', 'enter']).intents).toEqual([
		{ kind: 'move', type: 'worker', from: 'a', to: 'c', count: null },
	]);
});

describe('adding a server', () => {
	test('is asked for a name and a place, which no key of the deck is in the way of', () => {
		const typed = ['a', ...'q?y', 'tab', ...'m@h'];
		const { ui } = pressAll(contextOf(), typed);
		expect(ui.sheet).toMatchObject({ kind: 'add', name: 'q?y', place: 'm@h', field: 'place' });
		expect(pressAll(contextOf(), [...typed, 'enter']).intents).toEqual([
			{ kind: 'check-server', name: 'q?y', place: 'm@h' },
		]);
	});

	test('goes to what is not typed yet', () => {
		const { ui, intents } = pressAll(contextOf(), ['a', 'w', 'enter']);
		expect(intents).toEqual([]);
		expect(ui.sheet).toMatchObject({ field: 'place' });
	});

	test('says in a console that only looks why it does nothing', () => {
		const { ui, intents } = press(contextOf({ readOnly: true }), 'a');
		expect({ sheet: ui.sheet, intents }).toEqual({ sheet: null, intents: [] });
		expect(ui.notice).toContain('read-only');
	});

	test('Esc forgets it', () => {
		expect(pressAll(contextOf(), ['a', 'escape'])).toMatchObject({
			ui: { sheet: null },
			intents: [{ kind: 'leave-server' }],
		});
	});
});

describe('a plan that is open while somebody else changes what it is about', () => {
	function openPlan() {
		const server = scriptedServer({ counts: { web: 1, worker: 3 } });
		const scene = sceneOf([server]);
		const context = { model: scene.model(), ui: { ...FIRST_UI, type: 'worker' }, width: 80, height: 24 };
		return { server, scene, opened: setCount(context, 0).ui };
	}

	test('asks once more, with Cancel focused', () => {
		const { server, scene, opened } = openPlan();
		server.setType('worker', { wanted: 2 });
		receive(scene.store, 'local', { kind: 'snapshot', observation: server.observation }, START);
		const context = { model: scene.model(), ui: opened, width: 80, height: 24 };
		expect(scene.screen(80, 24, opened)).toContain('it changed meanwhile');
		const again = press(context, 'y');
		expect(again.intents).toEqual([]);
		expect(again.ui).toMatchObject({
			sheet: { kind: 'plan', focused: 'cancel' },
			notice: expect.stringContaining('changed meanwhile'),
		});
		expect(press({ ...context, ui: again.ui }, 'y').intents).toMatchObject([{ kind: 'set-count', to: 0 }]);
	});

	test('closes where nothing is left to do', () => {
		const { server, scene, opened } = openPlan();
		server.setType('worker', { wanted: 0 });
		receive(scene.store, 'local', { kind: 'snapshot', observation: server.observation }, START);
		const { ui, intents } = press({ model: scene.model(), ui: opened, width: 80, height: 24 }, 'y');
		expect(intents).toEqual([]);
		expect(ui).toMatchObject({ sheet: null, notice: expect.stringContaining('changed meanwhile') });
	});

	test('is the same plan when an instance crashes', () => {
		const { server, scene, opened } = openPlan();
		server.setInstance('worker.3', { state: 'backoff', pid: null });
		receive(scene.store, 'local', { kind: 'snapshot', observation: server.observation }, START);
		expect(press({ model: scene.model(), ui: opened, width: 80, height: 24 }, 'y').intents).toHaveLength(1);
	});
});

test(':down shows what it stops before it does', () => {
	const context = contextOf();
	const typed = typeAll(context, ':down');
	expect(typed.ui.sheet).toMatchObject({
		kind: 'plan',
		focused: 'cancel',
		plan: { command: 'procdeck down' },
	});
	expect(press({ ...context, ui: typed.ui }, 'y').intents).toEqual([{ kind: 'down', servers: ['local'] }]);
});

/** Presses the first key, types the rest and takes it. */
function typeAll(context: Context, line: string): Step {
	let step = press(context, line[0] ?? '');
	for (const key of [...line.slice(1), 'enter']) step = typeKey({ ...context, ui: step.ui }, key);
	return step;
}

const SEARCHED: Partial<UiState> = { logs: { ...FIRST_UI.logs, search: 'error' } };

test('what is searched on the page of logs ends with it, by Esc and by !', () => {
	for (const key of ['escape', '!']) {
		const server = scriptedServer({ counts: { web: 1 } });
		server.setInstance('web.1', { state: 'backoff' });
		const context: Context = {
			model: sceneOf([server]).model(),
			ui: { ...FIRST_UI, ...SEARCHED, page: 'logs' },
			width: 80,
			height: 24,
		};
		expect(press(context, key).ui).toMatchObject({ page: 'deck', logs: { search: '' } });
	}
});

test('a search in the pane of logs is in its title, and Esc ends it', () => {
	const scene = sceneOf([scriptedServer({ counts: { web: 1 } })]);
	const ui: UiState = { ...FIRST_UI, ...SEARCHED, pane: 'logs' };
	expect(scene.screen(80, 24, ui)).toMatch(/>logs< .*following .*\/error/);
	expect(press({ model: scene.model(), ui, width: 80, height: 24 }, 'escape').ui).toMatchObject({
		pane: 'logs',
		logs: { search: '' },
	});
});

test('Esc while a search is typed brings back the one before', () => {
	const context = contextOf({}, { ...SEARCHED, page: 'logs' });
	let { ui } = press(context, '/');
	for (const key of ['w', 'e', 'b']) ui = typeKey({ ...context, ui }, key).ui;
	expect(ui.logs.search).toBe('web');
	expect(typeKey({ ...context, ui }, 'escape').ui.logs.search).toBe('error');
});

test('the arrows go through the commands, and back to what was being typed', () => {
	const context = contextOf({}, { commands: ['scale web=2', 'ps'] });
	let { ui } = press(context, ':');
	const texts: (string | undefined)[] = [];
	for (const key of ['s', 't', 'up', 'up', 'up', 'down', 'down', 'down']) {
		ui = typeKey({ ...context, ui }, key).ui;
		texts.push(ui.prompt?.text);
	}
	expect(texts).toEqual(['s', 'st', 'ps', 'scale web=2', 'scale web=2', 'ps', 'st', 'st']);
});

test('a log that could not be saved keeps its prompt, with what was typed and why', () => {
	const context = contextOf({}, { page: 'logs' });
	const asked = typeKey({ ...context, ui: press(context, 's').ui }, 'enter');
	expect(asked.intents).toMatchObject([{ kind: 'save-log' }]);
	const failed = takeSaved(asked.ui, { error: 'no space is left there' });
	expect(failed.prompt).toMatchObject({ text: asked.ui.prompt?.text, error: 'no space is left there' });
	expect(takeSaved(asked.ui, { error: null }).prompt).toBeNull();
});

describe('the page of what a verb wrote', () => {
	function openPage(lines: number) {
		const scene = sceneOf([scriptedServer({ counts: { web: 1 } })]);
		scene.output.begin('history');
		const text = Array.from({ length: lines }, (_, line) => `entry ${line + 1}\n`).join('');
		scene.output.append(Buffer.from(text));
		scene.output.end({ code: 0, signal: null });
		return scene;
	}

	/** The lines on the screen after the keys, first and last. */
	function shownAfter(scene: Scene, keys: readonly string[]): readonly (string | undefined)[] {
		const context: Context = {
			model: scene.model(),
			ui: { ...FIRST_UI, page: 'output' },
			width: 80,
			height: 24,
		};
		const { ui } = pressAll(context, keys);
		const entries = scene.screen(80, 24, ui).match(/entry \d+/g) ?? [];
		return [entries[0], entries.at(-1)];
	}

	test.each([
		[[], 'entry 1', 'entry 19'],
		[['down', 'j'], 'entry 3', 'entry 21'],
		[['space'], 'entry 19', 'entry 37'],
		[['space', 'b'], 'entry 1', 'entry 19'],
		[['G'], 'entry 82', 'entry 100'],
		[['G', 'up'], 'entry 81', 'entry 99'],
		[['G', 'down', 'g'], 'entry 1', 'entry 19'],
	] as const)('%s shows %s to %s of 100', (keys, first, last) => {
		expect(shownAfter(openPage(100), keys)).toEqual([first, last]);
	});

	test('a search goes from match to match, also at the end', () => {
		const scene = openPage(100);
		const context: Context = {
			model: scene.model(),
			ui: { ...FIRST_UI, page: 'output' },
			width: 80,
			height: 24,
		};
		const found = typeAll(context, '/entry 9');
		expect(found.ui.output.top).toBe(8);
		const tops: (number | string)[] = [];
		let { ui } = found;
		for (const key of ['n', 'n', 'n', 'N']) {
			ui = press({ ...context, ui }, key).ui;
			tops.push(ui.output.top);
		}
		expect(tops).toEqual([89, 90, 91, 90]);
		expect(scene.screen(80, 24, ui)).toContain('/entry 9  11 lines');
	});

	test('Esc ends what still runs, Ctrl-C only that; afterwards both go back', () => {
		const scene = sceneOf([scriptedServer({ counts: { web: 1 } })]);
		scene.output.begin('up');
		const ui: UiState = { ...FIRST_UI, page: 'output' };
		const running: Context = { model: scene.model(), ui, width: 80, height: 24 };
		expect(press(running, 'ctrl-c')).toMatchObject({
			ui: { page: 'output' },
			intents: [{ kind: 'interrupt-verb' }],
		});
		scene.output.end({ code: null, signal: 'SIGINT' });
		const ended: Context = { model: scene.model(), ui, width: 80, height: 24 };
		for (const key of ['ctrl-c', 'escape', 'q']) {
			expect(press(ended, key)).toMatchObject({ ui: { page: 'deck' }, intents: [] });
		}
	});
});
