import { randomUUID } from 'node:crypto';
import { quote } from '../../model/quote.ts';
import type { Command, CommandResult, RunOptions } from '../link.ts';
import { beginLine, Capture, endMark } from './capture.ts';
import { within } from './deadline.ts';
import { shellCommand } from './script.ts';
import type { Session } from './session.ts';

const MOST_OUTPUT_BYTES = 64 * 1024 * 1024;
/** How long it may take until what was ended is gone. */
const GONE_WITHIN_MS = 3_000;

/** The command that a shell is at. */
interface Job {
	readonly stdout: Capture;
	readonly stderr: Capture;
	/** What the marks at the end of stdout and stderr said. */
	readonly codes: Set<'stdout' | 'stderr'>;
	finish(exitCode: number | null, why?: string): void;
}

/**
 * A shell on the server that runs one command after another, so that none pays for a login and its start-up files.
 * Its stdin is its script; the commands have one of their own.
 */
export class Shell {
	readonly #session: Session;
	readonly #endSession: () => void;
	#job: Job | null = null;
	#isOpen = true;

	/** @param endSession ends all that the session started */
	constructor(session: Session, endSession: () => void) {
		this.#session = session;
		this.#endSession = endSession;
		session.stream.on('data', (chunk: Buffer) => this.#read('stdout', chunk));
		session.stderr.on('data', (chunk: Buffer) => this.#read('stderr', chunk));
		session.stderr.resume();
		session.ended.then(() => {
			this.#isOpen = false;
			this.#job?.finish(null, 'the shell on the server ended');
		});
		session.begin('exec /bin/sh');
	}

	/** Whether it takes another command. */
	get isOpen(): boolean {
		return this.#isOpen;
	}

	/** Never rejects. One at a time. */
	run(command: Command, { input = '', timeoutMs }: RunOptions): Promise<CommandResult> {
		const mark = randomUUID();
		const script = scriptOf(command, input, mark);
		return new Promise((resolve) => {
			const timer = setTimeout(() => this.#giveUp(`timed out after ${timeoutMs} ms`), timeoutMs);
			const stdout = new Capture(mark);
			const stderr = new Capture(mark);
			const finish = (exitCode: number | null, why = '') => {
				clearTimeout(timer);
				this.#job = null;
				resolve({ exitCode, stdout: stdout.text(), stderr: stderr.text() || why });
			};
			this.#job = { stdout, stderr, codes: new Set(), finish };
			this.#session.stream.write(script);
		});
	}

	/** Lets it go once it has nothing to do. */
	close(): void {
		this.#isOpen = false;
		this.#session.stream.end();
	}

	#read(output: 'stdout' | 'stderr', chunk: Buffer): void {
		const job = this.#job;
		if (job === null) return;
		const code = job[output].add(chunk);
		if (code === null) {
			if (job[output].size > MOST_OUTPUT_BYTES) void this.#giveUp('it wrote too much');
			return;
		}
		job.codes.add(output);
		if (job.codes.size === 2) job.finish(exitCodeOf(code));
	}

	async #giveUp(why: string): Promise<void> {
		const job = this.#job;
		this.#isOpen = false;
		this.#job = null;
		this.#endSession();
		await within(GONE_WITHIN_MS, this.#session.ended, () => new Error('late')).catch(() => {});
		this.#session.stream.destroy();
		job?.finish(null, why);
	}
}

function scriptOf(command: Command, input: string, mark: string): string {
	const file = quote(command[0]);
	const words = shellCommand(command);
	const fed =
		input === '' ? `(exec ${words}) </dev/null` : `printf %s ${text(input)} 2>/dev/null | (exec ${words})`;
	const isThere = command[0].includes('/') ? `[ -f ${file} ] && [ -x ${file} ]` : `command -v ${file}`;
	const begin = beginLine(mark).trimEnd();
	const end = `"${endMark(mark)}$procdeck"`;
	return `echo ${begin}; echo ${begin} >&2
${fed}
procdeck=$?
case $procdeck in 126|127) { ${isThere}; } >/dev/null 2>&1 || procdeck=none ;; esac
echo ${end}; echo ${end} >&2
`;
}

function text(input: string): string {
	if (input.includes('\0')) throw new TypeError('the input contains a NUL character');
	return quote(input);
}

/** The shell says 128 and the signal's number for what a signal ended, and we say `none` for what was never started. */
function exitCodeOf(text: string): number | null {
	const code = Number.parseInt(text, 10);
	return Number.isNaN(code) || (code > 128 && code < 160) ? null : code;
}
