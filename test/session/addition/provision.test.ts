import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { provision } from '../../../src/session/addition/provision.ts';

const run = (command: string) => {
	const lines: string[] = [];
	const stack = { name: 'shop', environment: 'production', directory: tmpdir() };
	const target = provision({
		stack,
		server: 'jobs1',
		command,
		mayAsk: false,
		onLine: (line) => lines.push(line),
	});
	return { lines, target };
};

describe('the command that makes a machine', () => {
	it('names it by the last line of stdout that is not blank; all that it writes is told', async () => {
		const { lines, target } = run(
			'pwd; echo "$PROCDECK_SERVER_NAME $PROCDECK_STACK $PROCDECK_ENVIRONMENT"; echo " root@203.0.113.5:2222 "; echo; echo bye >&2',
		);
		expect(await target).toEqual({ host: '203.0.113.5', user: 'root', port: 2222 });
		expect(lines).toEqual(expect.arrayContaining([tmpdir(), 'jobs1 shop production', 'bye']));
	});

	it.each([
		['exit 3', 'ended with exit code 3', null],
		['echo 203.0.113.5; exit 3', 'ended with exit code 3', 'procdeck server add jobs1 203.0.113.5'],
		['kill -9 $$', 'was ended by SIGKILL', null],
		['true', 'it printed nothing', 'has to name the machine'],
		[
			'echo made it, all well',
			'the last line that it printed is made it, all well',
			'has to name the machine',
		],
	])('%j fails: %s', async (command, words, hint) => {
		const { target } = run(command);
		await expect(target).rejects.toMatchObject({
			code: 'refused',
			message: expect.stringContaining(words),
			hint: hint === null ? null : expect.stringContaining(hint),
		});
	});
});
