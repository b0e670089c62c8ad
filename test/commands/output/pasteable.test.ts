import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { commandLine, pasteable, withPasteableErrors } from '../../../src/commands/output/pasteable.ts';
import { ProcdeckError } from '../../../src/model/errors.ts';

const HERE = { directory: '.', procfile: null, environment: null };
const GIVEN = { directory: 'my app', procfile: 'Procfile.dev', environment: 'staging' };

describe('pasteable', () => {
	it.each([
		[HERE, 'see `procdeck ps`', 'see `procdeck ps`'],
		[GIVEN, '`procdeck` opens it', "`procdeck -C 'my app' -f Procfile.dev -e staging` opens it"],
		[
			{ ...HERE, directory: 'app' },
			'`procdeck down`, then `procdeck start web`',
			'`procdeck -C app down`, then `procdeck -C app start web`',
		],
		[{ ...HERE, server: 'one' }, '`procdeck start web`', '`procdeck start web --server one`'],
		[{ ...HERE, server: 'one' }, '`procdeck start --server two`', '`procdeck start --server two`'],
		[{ ...HERE, server: 'one' }, '`procdeck stacks`', '`procdeck stacks`'],
		[GIVEN, 'procdeck without backticks', 'procdeck without backticks'],
	])('with %j makes of %s', (aim, text, expected) => {
		expect(pasteable(text, aim)).toBe(expected);
	});

	it('quotes for a shell', async () => {
		const directory = `it's "$HOME" \`here\``;
		const command = commandLine('ps', { ...HERE, directory }).replace('procdeck', "printf '%s\\n'");
		expect((await execa('sh', ['-c', command])).stdout.split('\n')).toEqual(['-C', directory, 'ps']);
	});
});

it('an error gets it in its message and its hint, and stays the same otherwise', async () => {
	const globals = { ...GIVEN, directory: 'app', json: false, colour: true, quiet: false, readOnly: false };
	const failing = withPasteableErrors({ globals }, { server: 'one' }, async () => {
		throw new ProcdeckError('limit', 'no `procdeck ps`', 'try `procdeck stop`');
	});
	await expect(failing).rejects.toMatchObject({
		code: 'limit',
		message: 'no `procdeck -C app -f Procfile.dev -e staging ps --server one`',
		hint: 'try `procdeck -C app -f Procfile.dev -e staging stop --server one`',
	});
});
