import { join } from 'node:path';
import { spawn } from '@lydell/node-pty';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { waitFor } from '../support/wait-for.ts';

const ASK = join(import.meta.dirname, '../../src/commands/ask.ts');
const KEY = {
	host: 'web1',
	keyType: 'ssh-ed25519',
	fingerprint: 'SHA256:abc',
	knownHosts: '~/.ssh/known_hosts',
};

/** A program that asks, and prints the answers as JSON. */
function program(asks: string): string {
	return `
		const { terminalAsker: asker } = await import(${JSON.stringify(ASK)});
		const key = ${JSON.stringify(KEY)};
		console.log('answers ' + JSON.stringify(await Promise.all([${asks}])));
	`;
}

interface Asking {
	/** All that was on the terminal so far. */
	seen(): string;
	shows(text: string): Promise<void>;
	type(text: string): void;
}

function onTerminal(asks: string, stdin: 'terminal' | 'pipe' = 'terminal'): Asking {
	const node = [process.execPath, '--input-type=module', '-e', program(asks)];
	// A script that pipes something in still has a terminal to be asked on.
	const command = stdin === 'pipe' ? ['sh', '-c', 'echo piped | "$0" "$@"', ...node] : node;
	const [file = '', ...args] = command;
	const pty = spawn(file, args, { cols: 100, rows: 24, env: { PATH: process.env.PATH ?? '' } });
	let text = '';
	pty.onData((data) => {
		text += data;
	});
	return {
		seen: () => text,
		shows: async (expected) => {
			await waitFor(() => text.includes(expected), expected);
		},
		type: (typed) => pty.write(typed),
	};
}

describe('on a terminal', () => {
	test('a password is not echoed, and can be corrected', async () => {
		const asking = onTerminal(`asker.answer('Password of deploy@web1:', false)`);
		await asking.shows('Password of deploy@web1: ');
		asking.type('wrong\x15secrex\x7ft\x1b[A é\r');
		await asking.shows('answers ["secret é"]');
		expect(asking.seen().replace(/answers .*/s, '')).not.toMatch(/secre|wrong/);
	});

	test('other answers are', async () => {
		const asking = onTerminal(`asker.answer('User name', true)`);
		await asking.shows('User name: ');
		asking.type('deplox\x7fy');
		await asking.shows('deplox\b \by');
		asking.type('\r');
		await asking.shows('answers ["deploy"]');
	});

	test('one question comes after another, and only a yes is one', async () => {
		const asking = onTerminal(`asker.trust(key), asker.trust({ ...key, host: 'two' }), asker.trust(key)`);
		await asking.shows('Trust it, and write it to ~/.ssh/known_hosts? [y/N] ');
		expect(asking.seen()).toContain('Its ssh-ed25519 key has the fingerprint SHA256:abc.');
		expect(asking.seen()).not.toContain('two');
		asking.type('yes\r');
		await asking.shows('Nobody has connected to two from here before.');
		asking.type('\r');
		await waitFor(() => asking.seen().split('[y/N]').length === 4, 'the third question');
		asking.type('nope\r');
		await asking.shows('answers [true,false,false]');
	});

	test('Esc and the end of the input are no answer', async () => {
		const asking = onTerminal(`asker.answer('one', true), asker.answer('two', true)`);
		await asking.shows('one: ');
		asking.type('\x1b');
		await asking.shows('two: ');
		asking.type('\x04');
		await asking.shows('answers [null,null]');
	});

	test('what a server asks cannot drive the terminal', async () => {
		const asking = onTerminal(`asker.answer('Code \\u001b]0;title\\u0007\\u001b[2J', true)`);
		await asking.shows('Code ');
		expect(asking.seen()).not.toMatch(/title|\[2J/);
	});

	test('the keyboard is asked also where stdin is something else', async () => {
		const asking = onTerminal(`asker.answer('Passphrase', false)`, 'pipe');
		await asking.shows('Passphrase: ');
		asking.type('secret\r');
		await asking.shows('answers ["secret"]');
	});
});

test('without a terminal there is no answer, and nothing is asked', async () => {
	const asks = `asker.answer('Passphrase', false), asker.trust(key)`;
	const { stdout, stderr } = await execa(process.execPath, ['--input-type=module', '-e', program(asks)]);
	expect(stdout).toBe('answers [null,false]');
	expect(stderr).not.toContain('Passphrase');
});
