import { createInterface } from 'node:readline';
import type { Channel } from '../../link/link.ts';
import { ProcdeckError } from '../../model/errors.ts';
import { PATIENCE_SECONDS } from './control-script.ts';

/** What is on the machine of a balancer. Texts are null where there is no such file. */
export interface BalancerFiles {
	readonly config: string | null;
	/** The configuration before this one. */
	readonly previous: string | null;
	readonly unit: string | null;
	/** When the file that HTTPS is served with was written last, in seconds since the epoch; null: there is none. */
	readonly certificateAt: number | null;
	/** `active`, `failed`, `inactive` … */
	readonly activeState: string;
	/** `auto-restart` and the like. */
	readonly subState: string;
	readonly startsAtBoot: boolean;
}

/** The program on a balancer's machine that does what changes need there. One change at a time holds it. */
export class Control {
	readonly #channel: Channel;
	readonly #answers: AsyncIterator<string>;
	#turn: Promise<unknown> = Promise.resolve();
	/** The answer to what was said last: they come in order. */
	#answer: Promise<unknown> = Promise.resolve();
	#isOpen = true;

	constructor(channel: Channel) {
		this.#channel = channel;
		this.#answers = createInterface({ input: channel.stream })[Symbol.asyncIterator]();
		void channel.ended.then(() => {
			this.#isOpen = false;
		});
	}

	get isOpen(): boolean {
		return this.#isOpen;
	}

	/**
	 * Does some work while nobody else changes the balancer.
	 * @param work told of the configuration that is there; null: none
	 * @throws ProcdeckError `refused` when somebody else does not let go of it, `unreachable`
	 */
	hold<T>(work: (config: string | null) => Promise<T>): Promise<T> {
		const turn = this.#turn.then(async () => {
			// Both at once: each round trip counts.
			const [lock, config] = await Promise.all([this.#say('lock'), this.#say('read')]);
			if (!lock.isDone) throw busy(lock.words.trim());
			try {
				return await work(config.isDone ? config.words : null);
			} finally {
				// What comes next comes after it, and nobody has to wait.
				this.#say('free').catch(() => {});
			}
		});
		this.#turn = turn.catch(() => {});
		return turn;
	}

	/**
	 * Puts a configuration in the place of the one that is there, which is kept.
	 * @param isChecked whether HAProxy says first if it takes it
	 * @throws ProcdeckError `refused` in HAProxy's own words, `unreachable`
	 */
	async put(text: string, { isChecked }: { readonly isChecked: boolean }): Promise<void> {
		const bytes = Buffer.from(text);
		const line = `${isChecked ? 'put' : 'swap'} ${bytes.length}\n`;
		await this.#must(Buffer.concat([Buffer.from(line), bytes]), notTaken);
	}

	/** Takes back the last {@link Control.put}. */
	async back(): Promise<void> {
		await this.#must('back\n', (words) => new ProcdeckError('refused', `cannot put it back: ${words}`));
	}

	/** @throws ProcdeckError `refused` in systemd's own words, `unreachable` */
	async systemd(verb: 'reload' | 'restart' | 'reset-failed'): Promise<void> {
		await this.#must(
			`${verb}\n`,
			(words) => new ProcdeckError('refused', `systemd does not ${verb} it: ${words}`),
		);
	}

	async files(): Promise<BalancerFiles> {
		const { words } = await this.#say('show');
		const file = (kind: string) => {
			const line = words.split('\n').find((each) => each.startsWith(`${kind} `));
			return line === undefined ? null : Buffer.from(line.slice(kind.length + 1), 'base64').toString();
		};
		const property = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(words)?.[1] ?? '';
		const written = /^certificate (\d+)$/m.exec(words)?.[1];
		return {
			certificateAt: written === undefined ? null : Number(written),
			config: file('config'),
			previous: file('previous'),
			unit: file('unit'),
			activeState: property('ActiveState'),
			subState: property('SubState'),
			startsAtBoot: property('UnitFileState') === 'enabled',
		};
	}

	close(): void {
		this.#channel.close();
	}

	async #must(message: string | Buffer, failure: (words: string) => ProcdeckError): Promise<void> {
		const { isDone, words } = await this.#say(message);
		if (!isDone) throw failure(words.trim());
	}

	#say(message: string | Buffer): Promise<{ readonly isDone: boolean; readonly words: string }> {
		this.#channel.stream.write(typeof message === 'string' ? `${message.trimEnd()}\n` : message);
		const answer = this.#answer.then(async () => {
			const { value, done } = await this.#answers.next().catch(() => ({ value: '', done: true }) as const);
			if (done === true) throw await this.#loss();
			const [word, words = ''] = String(value).split(' ');
			return { isDone: word === 'done', words: Buffer.from(words, 'base64').toString() };
		});
		this.#answer = answer.catch(() => {});
		return answer;
	}

	async #loss(): Promise<ProcdeckError> {
		const { stderr } = await this.#channel.ended;
		const { errored } = this.#channel.stream;
		const why = stderr.trim() || errored?.message || 'the connection was lost while changing';
		return new ProcdeckError('unreachable', why);
	}
}

function busy(words: string): ProcdeckError {
	if (words !== '') {
		const lines = words.split('\n');
		return new ProcdeckError('refused', `cannot lock the load balancer: ${lines[0]}`, lines.at(-1));
	}
	return new ProcdeckError(
		'refused',
		`another change of the load balancer has been under way for ${PATIENCE_SECONDS} s`,
		'try again',
	);
}

function notTaken(words: string): ProcdeckError {
	const alerts = alertsIn(words);
	const reason = alerts.length > 0 ? alerts.join('; ') : words;
	return new ProcdeckError('refused', `HAProxy does not take the configuration: ${reason}`);
}

/** What HAProxy says of why it cannot go on, without the marks and pids that it puts before it. */
export function alertsIn(words: string): string[] {
	const lines = words.split('\n').filter((line) => line.includes('[ALERT]'));
	return lines.map((line) => line.replace(/^\[ALERT\]\s*(\(\d+\)\s*:\s*)?/, ''));
}
