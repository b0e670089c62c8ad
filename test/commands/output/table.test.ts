import { expect, it } from 'vitest';
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
