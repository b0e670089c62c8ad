import { createInterface } from 'node:readline';
import type { Channel } from '../../link/link.ts';
import { ProcdeckError } from '../../model/errors.ts';
import { type Layout, lockPath } from './layout.ts';

/** So long a change waits for another one of the same stack to be recorded. */
const PATIENCE_SECONDS = 15;

/** Takes and frees the lock as it is told. Its end, however it comes, frees the lock too. */
const LOCK_SCRIPT = `
mkdir -p "\${1%/*}" || exit 1
while read -r word
do case $word in
lock) exec 9>>"$1" || exit 1; if flock -w ${PATIENCE_SECONDS} 9; then echo locked; else echo busy; fi ;;
free) exec 9>&-; echo free ;;
esac; done
`;

/** The program that holds the lock of a stack on a server; {@link StackLock} talks to it. */
export function lockCommand(layout: Layout): string[] {
	return ['/bin/sh', '-c', LOCK_SCRIPT, 'sh', lockPath(layout)];
}

/** A stack's lock on a server: who holds it may read what is wanted, compare, and change it. */
export class StackLock {
	readonly #channel: Channel;
	readonly #answers: AsyncIterator<string>;
	#turn: Promise<unknown> = Promise.resolve();
	#isGone = false;

	constructor(channel: Channel) {
		this.#channel = channel;
		this.#answers = createInterface({ input: channel.stream })[Symbol.asyncIterator]();
		void channel.ended.then(() => {
			this.#isGone = true;
		});
	}

	get isGone(): boolean {
		return this.#isGone;
	}

	/**
	 * Does some work while nobody else changes the stack.
	 * @throws ProcdeckError `refused` when somebody else does not let go of the lock, `unreachable` when it was lost
	 */
	hold<T>(work: () => Promise<T>): Promise<T> {
		const turn = this.#turn.then(async () => {
			await this.#take();
			try {
				return await work();
			} finally {
				if (!this.#isGone) await this.#say('free');
			}
		});
		this.#turn = turn.catch(() => {});
		return turn;
	}

	/** To be asked before each step that changes something. */
	requireHeld(): void {
		if (this.#isGone) throw this.#loss();
	}

	async #take(): Promise<void> {
		const answer = await this.#say('lock');
		if (answer === 'locked') return;
		if (answer === 'busy') {
			throw new ProcdeckError(
				'refused',
				`another change of this stack has been under way for ${PATIENCE_SECONDS} s`,
				'try again',
			);
		}
		const { code, stderr } = await this.#channel.ended;
		if (code === null) throw this.#loss();
		throw new ProcdeckError('refused', `cannot lock the stack: ${stderr.trim() || 'it does not answer'}`);
	}

	#loss(): ProcdeckError {
		const { errored } = this.#channel.stream;
		return new ProcdeckError('unreachable', errored?.message ?? 'the connection was lost while changing');
	}

	/** @returns null: it has ended */
	async #say(word: 'lock' | 'free'): Promise<string | null> {
		this.#channel.stream.write(`${word}\n`);
		const { value, done } = await this.#answers.next().catch(() => ({ value: null, done: true }) as const);
		return done === true ? null : value;
	}
}
