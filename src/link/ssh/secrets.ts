import type { ParsedKey } from 'ssh2';
import type { PrivateKey } from './key-file.ts';

const PASSPHRASE_TRIES = 3;

/** Asks a person; null when there is none, or no answer. */
export type Ask = (prompt: string, shown: boolean) => Promise<string | null>;

/** Keys that were unlocked, by path; a promise while somebody is asked. Kept as long as this process lives. */
const unlocked = new Map<string, Promise<ParsedKey | null>>();

/** Answers that let us in, by who asked for what. Kept as long as this process lives. */
const answers = new Map<string, string>();

/** The private key of a file; its passphrase is asked for once, however many connections need it. */
export function unlock(path: string, key: PrivateKey, ask: Ask): Promise<ParsedKey | null> {
	const known = unlocked.get(path);
	if (known !== undefined) return known;
	const pending = askPassphrase(path, key, ask);
	unlocked.set(path, pending);
	const forget = () => unlocked.delete(path);
	// A refusal is not kept: the next connection may be made by somebody who does answer.
	pending.then((key) => key === null && forget(), forget);
	return pending;
}

async function askPassphrase(path: string, { isEncrypted, decrypt }: PrivateKey, ask: Ask) {
	if (!isEncrypted) return decrypt('');
	for (let attempt = 1; attempt <= PASSPHRASE_TRIES; attempt++) {
		const again = attempt === 1 ? '' : ' (that was not it)';
		const passphrase = await ask(`Passphrase of ${path}${again}`, false);
		if (passphrase === null) return null;
		const key = decrypt(passphrase);
		if (key !== null) return key;
	}
	return null;
}

/** What a server was told for one connection: kept when it let us in, forgotten when it did not. */
export class Answers {
	readonly #account: string;
	readonly #given = new Map<string, string>();
	#fromMemory = true;

	/** @param account who logs in where */
	constructor(account: string) {
		this.#account = account;
	}

	/** @returns what was right the last time; null after that was refused */
	remembered(question: string): string | null {
		return this.#fromMemory ? (answers.get(this.#key(question)) ?? null) : null;
	}

	give(question: string, answer: string): void {
		this.#given.set(this.#key(question), answer);
	}

	refused(): void {
		this.#fromMemory = false;
		for (const key of this.#given.keys()) answers.delete(key);
		this.#given.clear();
	}

	accepted(): void {
		for (const [key, answer] of this.#given) answers.set(key, answer);
	}

	#key(question: string): string {
		return `${this.#account}\n${question}`;
	}
}
