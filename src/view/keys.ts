import type { Key } from 'ink';

const CONTROL: Readonly<Record<string, string>> = {
	'\r': 'enter',
	'\n': 'enter',
	'\t': 'tab',
	'\x7f': 'backspace',
	'\b': 'backspace',
	'\x1b': 'escape',
	' ': 'space',
};

function characterKey(character: string): string | null {
	const named = CONTROL[character];
	if (named !== undefined) return named;
	const code = character.charCodeAt(0);
	if (code >= 1 && code <= 26) return `ctrl-${String.fromCharCode(code + 96)}`;
	return code < 32 || code === 127 ? null : character;
}

const NAMED: readonly (readonly [keyof Key, string])[] = [
	['upArrow', 'up'],
	['downArrow', 'down'],
	['leftArrow', 'left'],
	['rightArrow', 'right'],
	['pageUp', 'pageup'],
	['pageDown', 'pagedown'],
	['home', 'home'],
	['end', 'end'],
	['return', 'enter'],
	['escape', 'escape'],
	['backspace', 'backspace'],
	// Some terminals send for Backspace what others send for Delete.
	['delete', 'backspace'],
];

/** The names of the keys in one input: fast typing and slow lines deliver several at once (`+++`, `jjG`). */
export function keysOf(input: string, key: Key): readonly string[] {
	if (key.eventType === 'release') return [];
	const keys = pressedKeys(input, key);
	// No key of the console has Alt: this was Esc and a key that arrived together.
	return key.meta ? ['escape', ...keys] : keys;
}

function pressedKeys(input: string, key: Key): readonly string[] {
	if (key.tab) return [key.shift ? 'shift-tab' : 'tab'];
	const named = NAMED.find(([flag]) => key[flag] === true);
	if (named !== undefined) return [named[1]];
	if (key.ctrl) return input === '' ? [] : [`ctrl-${input}`];
	return [...input].flatMap((character) => characterKey(character) ?? []);
}
