import { createInterface } from 'node:readline';
import type { Channel } from '../../link/link.ts';
import { ProcdeckError } from '../../model/errors.ts';
import { type Layout, lockPath } from './layout.ts';
import {
	type FilesOnServer,
	LIST_FUNCTION,
	LISTING_END,
	listArguments,
	type StackFiles,
} from './read-files.ts';

/** So long a change waits for another one of the same stack to be recorded. */
const PATIENCE_SECONDS = 15;

/** Takes and frees the lock as it is told, and lists the stack's files. Its end, however it comes, frees the lock too. */
const LOCK_SCRIPT = `${LIST_FUNCTION}
mkdir -p "\${1%/*}" || exit 1
while read -r word known
do case $word in
lock) exec 9>>"$1" || exit 1; if flock -w ${PATIENCE_SECONDS} 9; then echo locked; else echo busy; fi ;;
list) list "$2" "$3" "$4" "$5" "$6" "$7" "$known" ;;
free) exec 9>&-; echo free ;;
esac; done
`;

/** The program that holds the lock of a stack on a server; {@link StackLock} talks to it. */
export function lockCommand(layout: Layout): [string, ...string[]] {
	return ['/bin/sh', '-c', LOCK_SCRIPT, 'sh', lockPath(layout), ...listArguments(layout)];
}

/** A stack's lock on a server: who holds it may read what is wanted, compare, and change it. */
export class StackLock {
	readonly #channel: Channel;
	readonly #files: StackFiles;
	readonly #answers: AsyncIterator<string>;
	#turn: Promise<unknown> = Promise.resolve();
	#isGone = false;

	constructor(channel: Channel, files: StackFiles) {
		this.#channel = channel;
		this.#files = files;
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
	 * @param work is given what is there under the lock
	 * @throws ProcdeckError `refused` when somebody else does not let go of the lock, `unreachable` when it was lost
	 */
	hold<T>(work: (files: FilesOnServer) => Promise<T>): Promise<T> {
		const turn = this.#turn.then(() => this.#held(work));
		this.#turn = turn.catch(() => {});
		return turn;
	}
	/** To be asked before each step that changes something. */
	requireHeld(): void {
		if (this.#isGone) throw this.#loss();
	}

	/** To be asked by who holds it. */
	readFiles(): Promise<FilesOnServer> {
		return this.#listing(this.#askForListing());
	}

	async #held<T>(work: (files: FilesOnServer) => Promise<T>): Promise<T> {
		// Said at once, so that both cost one round trip.
		this.#tell('lock');
		const before = this.#askForListing();
		const isTaken = await this.#isTaken();
		try {
			const files = await this.#listing(before);
			if (!isTaken) throw busy();
			return await work(files);
		} finally {
			if (!this.#isGone) {
				this.#tell('free');
				await this.#answer();
			}
		}
	}

	async #isTaken(): Promise<boolean> {
		const answer = await this.#answer();
		if (answer !== null) return answer === 'locked';
		const { code, stderr } = await this.#channel.ended;
		if (code === null) throw this.#loss();
		throw new ProcdeckError('refused', `cannot lock the stack: ${stderr.trim() || 'it does not answer'}`);
	}

	#loss(): ProcdeckError {
		const { errored } = this.#channel.stream;
		return new ProcdeckError('unreachable', errored?.message ?? 'the connection was lost while changing');
	}

	/** @returns what is known already, and is not sent again */
	#askForListing(): FilesOnServer | null {
		const { last } = this.#files;
		this.#tell(`list ${last?.mark ?? ''}`);
		return last;
	}

	async #listing(before: FilesOnServer | null): Promise<FilesOnServer> {
		const lines: string[] = [];
		for (;;) {
			const line = await this.#answer();
			if (line === null) throw this.#loss();
			lines.push(`${line}\n`);
			if (line === LISTING_END) return this.#files.take(lines.join(''), before);
		}
	}

	#tell(words: string): void {
		this.#channel.stream.write(`${words}\n`);
	}

	/** @returns null: it has ended */
	async #answer(): Promise<string | null> {
		const ended = { value: null, done: true } as const;
		// A stream that was destroyed never comes to its end.
		const answer = Promise.race([this.#answers.next(), this.#channel.ended.then(() => ended)]);
		const { value, done } = await answer.catch(() => ended);
		return done === true ? null : value;
	}
}

function busy(): ProcdeckError {
	const message = `another change of this stack has been under way for ${PATIENCE_SECONDS} s`;
	return new ProcdeckError('refused', message, 'try again');
}
