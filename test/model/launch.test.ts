import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_SHELL, plainWords, shellCommand } from '../../src/model/launch.ts';

const wordsOf = (command: string, shell = DEFAULT_SHELL) => plainWords({ command, shell });

/** What `sh` makes of each command's words. */
function wordsInShell(commands: readonly string[]): string[][] {
	const script = commands.map((command) => `set -- ${command}; printf '%s\\n' "$#" "$@"`).join('\n');
	const lines = execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8' }).split('\n');
	return commands.map(() => lines.splice(0, Number(lines.shift())));
}

describe('a command of plain words', () => {
	it('is started without a shell', () => {
		expect(wordsOf('bundle exec  puma\t-C config/puma.rb --bind=tcp://0.0.0.0:80')).toEqual([
			'bundle',
			'exec',
			'puma',
			'-C',
			'config/puma.rb',
			'--bind=tcp://0.0.0.0:80',
		]);
	});

	it.each([
		'puma -p $PORT',
		'rake jobs | tee log',
		'echo "two words"',
		'ls *.rb',
		'cat ~/file',
		'RAILS_ENV=test rake',
		'cd app',
		'. ./start',
		'./start # comment',
		'sleep 1 &',
		'a\\ b',
		'{a,b}',
		'-x',
		'été',
	])('is not %s', (command) => {
		expect(wordsOf(command)).toBeNull();
	});

	it('is left to a shell that the stack file names', () => {
		expect(wordsOf('rake jobs', 'bash')).toBeNull();
		expect(shellCommand({ command: 'rake jobs', shell: 'bash' })).toEqual(['bash', '-c', 'exec rake jobs']);
	});

	it('has the words that the shell would find', () => {
		const text = fc.string({
			unit: fc.constantFrom(...'ab01_-./:=,+@% \t~$*?[]{}!#"\'\\&|;<>()^`'),
			maxLength: 12,
		});
		const commands = fc
			.sample(text, { numRuns: 20_000, seed: 1 })
			.filter((command) => wordsOf(command) !== null);
		expect(commands.length).toBeGreaterThan(100);
		expect(wordsInShell(commands)).toEqual(commands.map((command) => wordsOf(command)));
	});
});
