import type { Channel } from '../../link/link.ts';
import { within } from '../../link/ssh/deadline.ts';
import { ProcdeckError } from '../../model/errors.ts';

export interface RelayAnswer {
	/** What HAProxy said; null: it could not be asked. */
	readonly text: string | null;
	/** Why it could not be asked, in the words of the system; null where it was. */
	readonly failure: string | null;
	/** Another one where the configuration file is another one. */
	readonly fileMark: string;
}

const ANSWER_WITHIN_MS = 15_000;

interface Question {
	readonly answered: (answer: RelayAnswer) => void;
	readonly lost: (error: Error) => void;
}

/** One channel that hands HAProxy one line after another, without a login or a sudo for each. */
export class Relay {
	readonly #channel: Channel;
	readonly #questions: Question[] = [];
	#received = Buffer.alloc(0);
	#end: Error | null = null;

	constructor(channel: Channel) {
		this.#channel = channel;
		channel.stream.on('data', (chunk: Buffer) => this.#take(chunk));
		void channel.ended.then(({ stderr }) => {
			this.#end = new ProcdeckError('unreachable', stderr.trim() || 'the connection to HAProxy was lost');
			for (const { lost } of this.#questions.splice(0)) lost(this.#end);
		});
	}

	get isOpen(): boolean {
		return this.#end === null;
	}

	/**
	 * @param commands of the runtime API, for one connection
	 * @throws ProcdeckError `unreachable` when the channel is gone or nothing comes
	 */
	async ask(commands: readonly string[]): Promise<RelayAnswer> {
		if (this.#end !== null) throw this.#end;
		const answer = new Promise<RelayAnswer>((answered, lost) => this.#questions.push({ answered, lost }));
		this.#channel.stream.write(`${commands.join(';')}\n`);
		const late = () => {
			this.close();
			return new ProcdeckError('unreachable', `HAProxy did not answer within ${ANSWER_WITHIN_MS / 1000} s`);
		};
		return within(ANSWER_WITHIN_MS, answer, late);
	}

	close(): void {
		this.#channel.close();
	}

	#take(chunk: Buffer): void {
		this.#received = Buffer.concat([this.#received, chunk]);
		for (;;) {
			const lineEnd = this.#received.indexOf('\n');
			if (lineEnd === -1) return;
			const [word, length, fileMark = ''] = this.#received.subarray(0, lineEnd).toString().split(' ');
			const end = lineEnd + 1 + Number(length);
			if (this.#received.length < end) return;
			const text = this.#received.subarray(lineEnd + 1, end).toString();
			this.#received = this.#received.subarray(end);
			const isAnswer = word === 'ok';
			this.#questions
				.shift()
				?.answered({ text: isAnswer ? text : null, failure: isAnswer ? null : text, fileMark });
		}
	}
}
