import type { SshTarget } from '../model/ssh-target.ts';
import type { Stack } from '../model/stack.ts';
import { awaitSsh } from '../session/addition/await-ssh.ts';
import { provision } from '../session/addition/provision.ts';
import { type StepReporter, taken } from '../session/addition/reporter.ts';
import { hasConsole } from './ask-console.ts';

/** New machines take minutes to boot. */
const ANSWERS_WITHIN_MS = 5 * 60_000;

export interface Order {
	readonly stack: Stack;
	readonly name: string;
	readonly command: string;
	readonly reporter: StepReporter;
}

/** Makes a machine. @returns where it is, and what waits until it answers */
export async function provisionFor({ stack, name, command, reporter }: Order): Promise<{
	readonly target: SshTarget;
	readonly wait: () => Promise<void>;
}> {
	const onLine = (line: string) => reporter.line(line);
	const mayAsk = process.stdin.isTTY && !hasConsole();
	const target = await taken({ verb: 'run', what: command }, reporter, () =>
		provision({ stack, server: name, command, mayAsk, onLine }),
	);
	const { connectSsh } = await import('../link/ssh/connect.ts');
	const wait = () =>
		awaitSsh({
			connect: (asker, signal) => connectSsh(target, { asker, signal }),
			withinMs: ANSWERS_WITHIN_MS,
			onLine,
		});
	return { target, wait: () => taken({ verb: 'wait', what: `for ${target.host}` }, reporter, wait) };
}
