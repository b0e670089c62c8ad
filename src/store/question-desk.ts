import { freshId } from '../model/fresh-id.ts';
import type { Asker, UnknownHostKey } from '../model/question.ts';

/** What a connection or a verb asks. */
export type Asked =
	| { readonly kind: 'trust'; readonly key: UnknownHostKey }
	| {
			readonly kind: 'answer';
			/** The words of whoever asks, which may be a server's. */
			readonly prompt: string;
			/** Whether the answer may be seen while it is typed. */
			readonly shown: boolean;
	  }
	/** A verb has written what it would do. */
	| {
			readonly kind: 'confirm';
			/** `Do that on web1?` */
			readonly question: string;
			/** Whether it can tell more before it is answered. */
			readonly hasDetails: boolean;
	  };

/** What nobody has answered yet. */
export type Question = Asked & {
	readonly id: string;
	/** Who asks: a connection of the console's own, or the verb that runs beside it. */
	readonly by: 'connection' | 'verb';
};

/** To what has the verb tell more, and ask again. */
export const DETAILS = 'details';

/** Yes or no to a key or a plan, or {@link DETAILS}; a text to anything else, null where there is none. */
export type Answer = boolean | string | null;

/** What connections ask, one after another, until somebody answers. Lives outside of the store: it is there before it. */
export interface QuestionDesk {
	/** For connections. */
	readonly asker: Asker;
	/**
	 * For a verb.
	 * @param over nobody waits for the answer any more: it is null
	 */
	ask(asked: Asked, over?: AbortSignal): Promise<Answer>;
	/** Oldest first; the same array while nothing changed. */
	questions(): readonly Question[];
	/** Does nothing for a question that is answered already. */
	answer(id: string, answer: Answer): void;
	/** Calls `listener` when questions come or go, until the returned function is called. */
	subscribe(listener: () => void): () => void;
	/** Answers everything that is asked, from now on too, by no or null. */
	close(): void;
}

interface Pending {
	readonly question: Question;
	readonly answered: Promise<Answer>;
	readonly settle: (answer: Answer) => void;
}

/** Whether both ask for the same key of the same host, such as a jump host that many connections go through. */
function isSameKey(one: Question, other: Question): boolean {
	return (
		one.kind === 'trust' && other.kind === 'trust' && JSON.stringify(one.key) === JSON.stringify(other.key)
	);
}

class Desk implements QuestionDesk {
	readonly asker: Asker = {
		trust: async (key) => (await this.#ask({ kind: 'trust', key }, 'connection')) === true,
		answer: async (prompt, shown) => {
			const answer = await this.#ask({ kind: 'answer', prompt, shown }, 'connection');
			return typeof answer === 'string' ? answer : null;
		},
	};
	readonly #listeners = new Set<() => void>();
	#pending: readonly Pending[] = [];
	#questions: readonly Question[] = [];
	#closed = false;

	questions(): readonly Question[] {
		return this.#questions;
	}

	answer(id: string, answer: Answer): void {
		const asked = this.#pending.find(({ question }) => question.id === id);
		if (asked === undefined) return;
		this.#replace(this.#pending.filter((other) => other !== asked));
		asked.settle(answer);
	}

	subscribe(listener: () => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	close(): void {
		this.#closed = true;
		const left = this.#pending;
		this.#replace([]);
		for (const { settle } of left) settle(null);
	}

	ask(asked: Asked, over?: AbortSignal): Promise<Answer> {
		return this.#ask(asked, 'verb', over);
	}

	#ask(asked: Asked, by: Question['by'], over?: AbortSignal): Promise<Answer> {
		if (this.#closed || over?.aborted) return Promise.resolve(null);
		const question = { ...asked, by, id: freshId() };
		const same = this.#pending.find((other) => isSameKey(other.question, question));
		if (same !== undefined) return same.answered;
		over?.addEventListener('abort', () => this.answer(question.id, null));
		const { promise: answered, resolve: settle } = Promise.withResolvers<Answer>();
		this.#replace([...this.#pending, { question, answered, settle }]);
		return answered;
	}

	#replace(pending: readonly Pending[]): void {
		this.#pending = pending;
		this.#questions = pending.map(({ question }) => question);
		for (const listener of this.#listeners) listener();
	}
}

export function createQuestionDesk(): QuestionDesk {
	return new Desk();
}
