import { describe, expect, it } from 'vitest';
import { unpainted } from '../../../src/commands/output/paint.ts';
import { table } from '../../../src/commands/output/table.ts';

it('aligns cells without what a terminal would obey, a line per row', () => {
	const rows = [
		['a\x1b]0;stolen\x07', 'one\ntwo'],
		[{ text: 'long\x1b[2J name', look: 'bad' }, 'x'],
	] as const;
	expect(table([{ title: 'NAME' }, { title: 'HOST' }], rows, unpainted).split('\n')).toEqual([
		'NAME       HOST',
		'a          one two',
		'long name  x',
	]);
});

describe('a table for a width', () => {
	const columns = [{ title: 'NAME' }, { title: 'PID' }, { title: 'NOTE' }];
	const rows = [['web.1', '4101', 'held by stop']];
	const savings = [{ title: 'NOTE', cutTo: 4 }, { title: 'PID' }, { title: 'NAME', cutTo: 2 }];
	const lines = (width: number | null) => table(columns, rows, unpainted, { width, savings }).split('\n');

	it.each([
		[null, 'web.1  4101  held by stop'],
		[25, 'web.1  4101  held by stop'],
		[24, 'web.1  4101  held by st…'],
		[17, 'web.1  4101  hel…'],
		[16, 'web.1  hel…'],
		[9, 'we…  hel…'],
		[1, 'w…  hel…'],
	])('of %s gives up the least important first', (width, row) => {
		expect(lines(width)[1]).toBe(row);
	});
});
