import fc from 'fast-check';
import { expect, it } from 'vitest';
import { jsonLine } from '../../../src/commands/output/json.ts';

it('is one line that no terminal obeys, and reads back as it was', () => {
	fc.assert(
		fc.property(fc.string({ unit: 'binary' }), (text) => {
			const line = jsonLine({ text });
			expect(line).toMatch(/^[^\x00-\x1f\x7f-\x9f]*\n$/);
			expect(JSON.parse(line)).toEqual({ text });
		}),
	);
	expect(jsonLine('\u009b')).toBe('"\\u009b"\n');
});
