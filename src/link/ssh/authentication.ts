import ssh2, { type AnyAuthMethod, type ParsedKey, type Prompt } from 'ssh2';
import type { Asker } from '../../model/question.ts';
import { findIdentities, type Identity } from './identities.ts';
import { Answers, type Ask } from './secrets.ts';
import type { Settings } from './settings.ts';

type Kind = 'publickey' | 'keyboard-interactive' | 'password';

interface Attempt {
	readonly kind: Kind;
	/** @returns null when there is nothing to try after all */
	method(): Promise<AnyAuthMethod | null>;
}

/** Waits for a person without the time that a server may take. */
export type Patience = <T>(work: Promise<T>) => Promise<T>;

/** Logs in on one connection: chooses what to try next, and remembers what was tried. */
export class Authentication {
	readonly #settings: Settings;
	readonly #patience: Patience;
	readonly #ask: Ask;
	readonly #answers: Answers;
	readonly #tried: string[] = [];
	#remarks: readonly string[] = [];
	#waiting: Attempt[] | null = null;
	/** What the server had no use for so far: it may be its second factor. */
	#passedOver: Attempt[] = [];
	#taken: readonly string[] = [];
	#answerless = false;

	constructor(settings: Settings, asker: Asker, patience: Patience) {
		this.#settings = settings;
		this.#patience = patience;
		this.#ask = async (prompt, shown) => (settings.asks ? asker.answer(prompt, shown) : null);
		this.#answers = new Answers(`${settings.user}@${settings.hostname}:${settings.port}`);
	}

	/**
	 * @param left what the server would take; null before it was asked
	 * @returns false when there is nothing left to try
	 */
	async next(left: readonly string[] | null): Promise<AnyAuthMethod | false> {
		if (left === null) return { type: 'none', username: this.#settings.user };
		if (left.join() !== this.#taken.join()) {
			// One of several factors was right, and the next one is wanted.
			this.#waiting?.unshift(...this.#passedOver.splice(0));
			this.#taken = left;
		}
		this.#waiting ??= await this.#attempts();
		for (;;) {
			const attempt = this.#waiting.shift();
			if (attempt === undefined) return false;
			if (!left.includes(attempt.kind)) {
				this.#passedOver.push(attempt);
				continue;
			}
			const method = await attempt.method();
			if (method !== null) return method;
		}
	}

	succeeded(): void {
		this.#answers.accepted();
	}

	/** What was tried and what the server takes, in words. */
	report(): string {
		const tried = [...new Set([...this.#tried, ...this.#remarks])];
		const takes = this.#taken.length > 0 ? `; the server takes ${this.#taken.join(', ')}` : '';
		return `tried ${tried.length > 0 ? tried.join(', ') : 'nothing: there is no key and no agent'}${takes}`;
	}

	async #attempts(): Promise<Attempt[]> {
		const { publicKey, keyboardInteractive, password, passwordPrompts, asks } = this.#settings;
		const attempts: Attempt[] = [];
		if (publicKey) {
			const { usable, remarks } = await findIdentities(this.#settings, this.#ask);
			this.#remarks = remarks;
			attempts.push(...usable.map((identity) => this.#key(identity)));
		}
		if (!asks) return attempts;
		const times = (attempt: Attempt) => Array<Attempt>(passwordPrompts).fill(attempt);
		if (keyboardInteractive) {
			attempts.push(...times({ kind: 'keyboard-interactive', method: async () => this.#dialogue() }));
		}
		if (password) attempts.push(...times({ kind: 'password', method: () => this.#password() }));
		return attempts;
	}

	#key(identity: Identity): Attempt {
		return {
			kind: 'publickey',
			method: async () => {
				this.#tried.push(identity.label);
				const agent = new OneKey(identity, this.#patience);
				return { type: 'agent', username: this.#settings.user, agent } as AnyAuthMethod;
			},
		};
	}

	#dialogue(): AnyAuthMethod | null {
		if (this.#answerless) return null;
		this.#tried.push('keyboard-interactive');
		if (this.#tried.filter((way) => way === 'keyboard-interactive').length > 1) this.#answers.refused();
		return {
			type: 'keyboard-interactive',
			username: this.#settings.user,
			prompt: (_name, instructions, _language, prompts, finish) => {
				this.#patience(this.#answer(instructions.trim(), prompts)).then(finish, () => finish([]));
			},
		};
	}

	async #answer(instructions: string, prompts: readonly Prompt[]): Promise<string[]> {
		const given: string[] = [];
		for (const [index, { prompt, echo }] of prompts.entries()) {
			const question = prompt.trim().replace(/:$/, '');
			const answer = await this.#secret(question, echo === true, index === 0 ? instructions : '');
			if (answer === null) return [];
			given.push(answer);
		}
		return given;
	}

	async #password(): Promise<AnyAuthMethod | null> {
		if (this.#answerless) return null;
		if (this.#tried.includes('password')) this.#answers.refused();
		const password = await this.#secret('Password', false);
		if (password === null) return null;
		this.#tried.push('password');
		return { type: 'password', username: this.#settings.user, password };
	}

	async #secret(question: string, shown: boolean, before = ''): Promise<string | null> {
		if (this.#answerless) return null;
		const { user, name } = this.#settings;
		const remembered = this.#answers.remembered(question);
		const lines = before === '' ? question : `${before}\n${question}`;
		const answer = remembered ?? (await this.#ask(`${user}@${name}: ${lines}`, shown));
		if (answer === null) this.#answerless = true;
		// A code that is good for once is asked for anew each time.
		else if (/pass(word|phrase)/i.test(question)) this.#answers.give(question, answer);
		return answer;
	}
}

/** Lets ssh2 ask with the public half first, and fetch a signature only for a key that the server takes. */
class OneKey extends ssh2.BaseAgent<ParsedKey> {
	readonly #identity: Identity;
	readonly #patience: Patience;

	constructor(identity: Identity, patience: Patience) {
		super();
		this.#identity = identity;
		this.#patience = patience;
	}

	override getIdentities(callback: (error: Error | undefined, keys?: ParsedKey[]) => void): void {
		callback(undefined, [this.#identity.publicKey]);
	}

	override sign(
		_key: ParsedKey,
		data: Buffer,
		options: unknown,
		callback?: (error: Error | undefined, signature?: Buffer) => void,
	): void {
		const { hash } = options as { readonly hash?: string };
		// An agent may wait for a touch or a yes, too.
		this.#patience(this.#identity.sign(data, hash)).then(
			(signature) => callback?.(undefined, signature),
			(error: Error) => callback?.(error),
		);
	}
}
