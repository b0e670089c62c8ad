import { describe, expect, it } from 'vitest';
import { lastWords } from '../../src/model/last-words.ts';

const NODE_CRASH = `node:events:497
      throw er; // Unhandled 'error' event
      ^

Error: listen EADDRINUSE: address already in use :::5000
    at Server.setupListenHandle [as _listen2] (node:net:1940:16)
Emitted 'error' event on Server instance at:
    at emitErrorNT (node:net:1919:8) {
  code: 'EADDRINUSE',
  port: 5000
}

Node.js v24.21.0`;

const PYTHON_CRASH = `starting
Traceback (most recent call last):
  File "app.py", line 3, in <module>
    import gateway
ModuleNotFoundError: No module named 'gateway'`;

const RUBY_CRASH = `app.rb:3:in 'open': no gateway (RuntimeError)
	from app.rb:7:in '<main>'`;

const of = (text: string) => lastWords(text.split('\n'));

describe('the last words of a program', () => {
	it.each([
		['Node', NODE_CRASH, 'Error: listen EADDRINUSE: address already in use :::5000'],
		['Python', PYTHON_CRASH, "ModuleNotFoundError: No module named 'gateway'"],
		['Ruby', RUBY_CRASH, "app.rb:3:in 'open': no gateway (RuntimeError)"],
		['a shell', 'sh: 1: nodemon: not found', 'sh: 1: nodemon: not found'],
		['one that says something more', 'LoadError: no gateway\nbye', 'LoadError: no gateway'],
		['one without a fault', 'ready\ndone\n', 'done'],
	])('of %s are the line that names the fault', (_, text, line) => {
		expect(of(text).line).toBe(line);
	});

	it.each([
		[NODE_CRASH, 5000],
		['Address already in use - bind(2) for "0.0.0.0" port 3000 (Errno::EADDRINUSE)', 3000],
		['[Errno 98] Address already in use', 'unknown'],
		['Error: listen EACCES: permission denied 0.0.0.0:22', null],
	] as const)('tell whether the port is taken: %s', (text, port) => {
		expect(of(text).takenPort).toBe(port);
	});

	it('are one short line that cannot steer the terminal', () => {
		expect(of('\x1b[31mError: \x1b]0;owned\x07red\x1b[0m').line).toBe('Error: red');
		expect(of('x'.repeat(1000)).line).toHaveLength(200);
	});

	it('are null where nothing was logged', () => {
		expect(of('\n  \n')).toEqual({ line: null, takenPort: null });
	});
});
