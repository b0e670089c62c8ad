import { expect, test } from 'vitest';
import { bindingsAt, KEYMAP, type Place, press } from '../../src/view/keymap.ts';
import type { Context, Step } from '../../src/view/steps.ts';
import { FIRST_UI, type UiState } from '../../src/view/ui.ts';
import { sceneOf } from '../support/console-model.ts';
import { scriptedServer } from '../support/scripted-server.ts';

const PLACES: readonly Place[] = [
	'formation',
	'instances',
	'log-pane',
	'logs',
	'crash',
	'plan',
	'move',
	'help',
];

/** The keys that a line of the help speaks for: `arrows hjk`, `+/-`, `s p`. */
function spokenBy(written: string): readonly string[] {
	if (written === '+/-') return ['+', '-'];
	return written.split(' ').flatMap((word) => (word === 'hjk' ? ['h', 'j', 'k'] : [word]));
}

/** Letters that are a second way to press a key with a name, written by that. */
const ALIASES: ReadonlySet<string> = new Set(['h']);

test.each(PLACES)('in %s no key is bound twice', (place) => {
	const keys = bindingsAt(place).flatMap((binding) => binding.keys);
	expect(keys).toEqual([...new Set(keys)]);
});

test.each(PLACES)('in %s the footer has help', (place) => {
	const words = bindingsAt(place).flatMap(({ footer }) => (footer === null ? [] : [footer[0]]));
	expect(words).toContain('?');
});

test.each(['formation', 'instances', 'log-pane', 'logs', 'crash'] as const)(
	'in %s every letter and sign is in the help',
	(place) => {
		const bindings = bindingsAt(place);
		const spoken = bindings.flatMap(({ help }) => (help === null ? [] : spokenBy(help[0])));
		for (const { keys } of bindings) {
			for (const key of keys.filter((name) => name.length === 1 && !ALIASES.has(name))) {
				expect(spoken, `${key} in ${place}`).toContain(key);
			}
		}
	},
);

test('help and footer say what a key does in words', () => {
	for (const { keys, help, footer } of KEYMAP) {
		expect(keys.length).toBeGreaterThan(0);
		expect(help === null || help[1].length > 0).toBe(true);
		expect(footer === null || footer[1].length > 0).toBe(true);
	}
});

function contextOf(options: Parameters<typeof sceneOf>[1] = {}, ui: Partial<UiState> = {}): Context {
	const servers = [scriptedServer({ counts: { web: 1, worker: 3 } })];
	return { model: sceneOf(servers, options).model(), ui: { ...FIRST_UI, ...ui }, height: 24 };
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
	const context: Context = { model: sceneOf([server]).model(), ui: FIRST_UI, height: 24 };
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
	const context: Context = { model: sceneOf(servers).model(), ui: FIRST_UI, height: 24 };
	expect(pressAll(context, ['m', 'down', 'enter']).intents).toEqual([
		{ kind: 'move', type: 'worker', from: 'a', to: 'c', count: null },
	]);
});
