import { expect, test } from 'vitest';
import { ASCII, glyphsFor, UNICODE } from '../../src/view/presentation/glyphs.ts';
import { bold, plain, span } from '../../src/view/presentation/row.ts';
import { paint, themeFor } from '../../src/view/theme.ts';

const ROW = [plain('a'), span('error', 'b'), { ...bold('c'), focus: true }, { ...plain('d'), sgr: '31' }];

test('true colour, 16 colours and none', () => {
	expect(paint(ROW, themeFor({ COLORTERM: 'truecolor' }))).toContain('38;2;255;107;112');
	expect(paint(ROW, themeFor({ TERM: 'xterm' }))).toContain('\x1b[91mb');
	expect(paint(ROW, themeFor({ TERM: 'xterm', COLORFGBG: '0;15' }))).toContain('\x1b[31mb');
	expect(paint(ROW, themeFor({ COLORTERM: 'truecolor', COLORFGBG: '0;15' }))).toContain('38;2;192;32;44');
});

test('NO_COLOR leaves bold, dim and reverse, and takes the colours of apps away', () => {
	const theme = themeFor({ COLORTERM: 'truecolor', NO_COLOR: '1' });
	const parameters = [...paint(ROW.slice(0, 3), theme).matchAll(/\x1b\[([\d;]*)m/g)].flatMap(([, given]) =>
		(given ?? '').split(';'),
	);
	expect(parameters.every((parameter) => ['0', '1', '2', '7'].includes(parameter))).toBe(true);
	expect(theme.appColours).toBe(false);
	expect(themeFor({ COLORTERM: 'truecolor', NO_COLOR: '' }).appColours).toBe(true);
});

test('a row ends as it began: no colour runs on', () => {
	expect(paint(ROW, themeFor({ COLORTERM: 'truecolor' })).endsWith('\x1b[0m')).toBe(true);
	expect(paint([plain('a')], themeFor({}))).toBe('a');
});

test.each([
	[{ LANG: 'en_US.UTF-8' }, UNICODE],
	[{ LANG: 'C.utf8' }, UNICODE],
	[{ LANG: 'en_US.UTF-8', LC_ALL: 'C' }, ASCII],
	[{ LANG: 'ja_JP.UTF-8' }, ASCII],
	[{ LANG: 'en_US.UTF-8', TERM: 'linux' }, ASCII],
	[{}, ASCII],
])('signs for %j', (environment, glyphs) => {
	expect(glyphsFor(environment)).toBe(glyphs);
});
