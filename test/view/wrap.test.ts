import fc from 'fast-check';
import { expect, test } from 'vitest';
import { plain, rowWidth, textOf } from '../../src/view/presentation/row.ts';
import { wrap } from '../../src/view/presentation/wrap.ts';
import { FIRST_UI } from '../../src/view/ui.ts';
import { sceneOf } from '../support/console-model.ts';
import { START, scriptedServer } from '../support/scripted-server.ts';

test('rows hold all of the text and fit', () => {
	const pieces = fc.array(fc.string({ unit: fc.constantFrom('a', ' ', 'é', '語', '👩‍💻', '…') }));
	fc.assert(
		fc.property(pieces, fc.integer({ min: 10, max: 40 }), (texts, width) => {
			const rows = wrap(texts.map(plain), width);
			expect(rows.every((row) => rowWidth(row) <= width)).toBe(true);
			expect(
				rows
					.map(textOf)
					.join('')
					.replaceAll(/[\u200d ]/g, ''),
			).toBe(texts.join('').replaceAll(/[\u200d ]/g, ''));
		}),
	);
});

test('a sign that is wider than a row is no endless loop', () => {
	expect(wrap([plain(`${'ｶ'}${'ﾞ'.repeat(400)}`)], 10).length).toBeGreaterThan(0);
});

test.each([true, false])('a screen of endless lines is drawn, wrapped: %s', (isWrapped) => {
	const scene = sceneOf([scriptedServer({ counts: { web: 1 } })]);
	const line = '語é'.repeat(10_000);
	for (let count = 0; count < 45; count += 1) {
		const origin = { server: 'local', instance: 'web.1', at: START, marker: false };
		scene.logs.append(origin, Buffer.from(`${line}${count}\n`));
	}
	const logs = { ...FIRST_UI.logs, wrap: isWrapped };
	expect(scene.screen(120, 50, { page: 'logs', logs })).toContain('語é');
});
