import { expect, test } from 'vitest';
import { requireSettable, variableNames } from '../../src/model/variable-names.ts';

test('names are taken once each', () => {
	expect(variableNames('env set', ['A', '_b2', 'A'])).toEqual(['A', '_b2']);
});

test.each([
	['A=geheim', /^A= has a value behind it/],
	['geheim-1=x', /^argument 2 of env set is no name/],
	['postgres://u:geheim@db/x?y=z', /^argument 2 of env set is no name/],
	['geheim geheim', /^argument 2 of env set is no name/],
	['', /^argument 2 of env set is no name/],
	['--value=geheim', /^env set has no option --value$/],
	['-pgeheim', /^env set has no option like that$/],
])('%s is refused, and not repeated', (operand, message) => {
	const names = () => variableNames('env set', ['B', operand]);
	expect(names).toThrow(
		expect.objectContaining({
			code: 'usage',
			message: expect.stringMatching(message),
			hint: expect.not.stringContaining('geheim'),
		}),
	);
	expect(names).not.toThrow(/geheim/);
});

test.each(['PS', 'PROCDECK_INSTANCE'])('%s is not to be set, because each instance has its own', (name) => {
	expect(() => requireSettable(['A', name])).toThrow(expect.objectContaining({ code: 'refused' }));
	expect(() => requireSettable(['PORT', 'PROCDECK_ENVIRONMENT'])).not.toThrow();
});
