import { openSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { ReadStream } from 'node:tty';
import type { Asker } from '../model/question.ts';
import { sanitize } from '../model/sanitize.ts';
import { askConsole, hasConsole } from './ask-console.ts';

const CLEAR_LINE = '\r\x1b[2K';

/** Whoever sits at the terminal, whatever stdin is; null where there is none. */
function openKeyboard(): ReadStream | null {
	if (!process.stderr.isTTY) return null;
	if (process.stdin.isTTY) return process.stdin;
	try {
		return new ReadStream(openSync('/dev/tty', 'r'));
	} catch {
		return null;
	}
}

function closeKeyboard(keyboard: ReadStream): void {
	keyboard.setRawMode(false);
	if (keyboard === process.stdin) keyboard.pause();
	else keyboard.destroy();
}

const BACKSPACE = ['\x7f', '\b'];

/** A line as it is typed, and whether it is over. */
class TypedLine {
	#text = '';
	readonly #echo: (text: string) => void;

	constructor(shown: boolean) {
		this.#echo = (text) => {
			if (shown) process.stderr.write(text);
		};
	}

	/** @returns the line once it is taken; null when nobody answers; undefined while it goes on */
	take(character: string): string | null | undefined {
		if (character === '\r' || character === '\n') return this.#text;
		if (character === '\x03' || character === '\x04' || character === '\x1b') return null;
		if (BACKSPACE.includes(character)) this.#erase(1);
		else if (character === '\x15') this.#erase([...this.#text].length);
		else if (character >= ' ') {
			this.#text += character;
			this.#echo(character);
		}
		return undefined;
	}

	#erase(count: number): void {
		const characters = [...this.#text];
		const erased = Math.min(count, characters.length);
		this.#text = characters.slice(0, characters.length - erased).join('');
		this.#echo('\b \b'.repeat(erased));
	}
}

const FUNCTION_KEYS = /\x1b(?:\[[\d;]*[A-Za-z~]|O[A-Za-z])/g;

/** Reads one line from the keyboard, which echoes nothing by itself. */
function readLine(keyboard: ReadStream, shown: boolean): Promise<string | null> {
	const line = new TypedLine(shown);
	const decoder = new StringDecoder('utf8');
	return new Promise((resolve) => {
		const end = (answer: string | null) => {
			keyboard.off('data', onData);
			keyboard.off('end', onEnd);
			process.stderr.write('\n');
			closeKeyboard(keyboard);
			resolve(answer);
		};
		const onEnd = () => end(null);
		const onData = (bytes: Buffer) => {
			// Arrows and the like mean nothing here; Esc alone does.
			for (const character of decoder.write(bytes).replace(FUNCTION_KEYS, '')) {
				const answer = line.take(character);
				if (answer === undefined) continue;
				end(answer);
				if (character === '\x03') process.kill(process.pid, 'SIGINT');
				return;
			}
		};
		keyboard.on('data', onData);
		keyboard.on('end', onEnd);
		keyboard.resume();
	});
}

async function ask(prompt: string, shown: boolean): Promise<string | null> {
	const keyboard = openKeyboard();
	if (keyboard === null) return null;
	// Before anybody is asked: nothing that is typed then may be seen.
	keyboard.setRawMode(true);
	// The words may be a server's own.
	process.stderr.write(`${CLEAR_LINE}${sanitize(prompt, { colours: false })}`);
	return readLine(keyboard, shown);
}

let last: Promise<unknown> = Promise.resolve();

/** There is one terminal, whoever asks. */
function inTurn(prompt: string, shown: boolean): Promise<string | null> {
	const answer = last.then(() => ask(prompt, shown));
	last = answer.catch(() => null);
	return answer;
}

/** Asks on the terminal, or in the console that runs this: prompts go to stderr, answers come from the keyboard, one question after another. */
export const terminalAsker: Asker = {
	async trust(key) {
		if (hasConsole()) return (await askConsole({ kind: 'trust', key })) === true;
		const { host, keyType, fingerprint, knownHosts } = key;
		const question =
			`Nobody has connected to ${host} from here before.\n` +
			`Its ${keyType} key has the fingerprint ${fingerprint}.\n` +
			`Trust it, and write it to ${knownHosts}? [y/N] `;
		const answer = await inTurn(question, true);
		return /^y(es)?$/i.test(answer?.trim() ?? '');
	},
	async answer(prompt, shown) {
		if (!hasConsole()) return inTurn(`${prompt.trimEnd().replace(/:$/, '')}: `, shown);
		const answer = await askConsole({ kind: 'answer', prompt, shown });
		return typeof answer === 'string' ? answer : null;
	},
};
