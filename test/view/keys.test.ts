import type { Key } from 'ink';
import { expect, test } from 'vitest';
import { keysOf } from '../../src/view/keys.ts';

const NO_KEY: Key = {
	upArrow: false,
	downArrow: false,
	leftArrow: false,
	rightArrow: false,
	pageDown: false,
	pageUp: false,
	home: false,
	end: false,
	return: false,
	escape: false,
	ctrl: false,
	shift: false,
	tab: false,
	backspace: false,
	delete: false,
	meta: false,
	super: false,
	hyper: false,
	capsLock: false,
	numLock: false,
};

test.each([
	['+++', {}, ['+', '+', '+']],
	['jjG', { shift: true }, ['j', 'j', 'G']],
	[':scale worker=3\r', {}, [...':scale', 'space', ...'worker=3', 'enter']],
	['', { upArrow: true }, ['up']],
	['', { return: true }, ['enter']],
	['', { tab: true, shift: true }, ['shift-tab']],
	['c', { ctrl: true }, ['ctrl-c']],
	['k', { meta: true }, ['escape', 'k']],
	['', { meta: true, downArrow: true }, ['escape', 'down']],
	['', { meta: true, escape: true }, ['escape', 'escape']],
	['', {}, []],
	['ü✓', {}, ['ü', '✓']],
	['a', { eventType: 'release' as const }, []],
])('%j with %j', (input, key, expected) => {
	expect(keysOf(input, { ...NO_KEY, ...key })).toEqual(expected);
});
