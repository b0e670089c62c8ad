import { describe, expect, it } from 'vitest';
import { runTelling } from '../../src/link/lines.ts';
import { localLink } from '../../src/link/local.ts';

const run = (script: string, quietForMs = 60_000) => {
	const lines: string[] = [];
	const ended = runTelling(localLink, ['/bin/sh', '-c', script], {
		onLine: (line) => lines.push(line),
		quietForMs,
	});
	return { lines, ended };
};

describe('a command whose lines are told', () => {
	it('tells them all, and no failure', async () => {
		const { lines, ended } = run('echo one; echo two; printf three');
		expect(await ended).toBeNull();
		expect(lines).toEqual(['one', 'two', 'three']);
	});

	it('fails with its own last words, or else with how it ended', async () => {
		expect(await run('echo why >&2; exit 2').ended).toBe('why');
		expect(await run('exit 2').ended).toBe('exit 2');
		expect(await run('kill -9 $$').ended).toBe('exit SIGKILL');
	});

	it('is ended where it says nothing for too long', async () => {
		expect(await run('exec sleep 1000', 1).ended).toBe('it said nothing for 0 minutes');
	});
});
