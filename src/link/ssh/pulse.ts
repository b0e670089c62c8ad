import { tailOf } from '../tail.ts';
import type { Connection } from './connection.ts';
import { PULSE_SCRIPT } from './pulse-script.ts';
import type { Session } from './session.ts';

/** The script on the server gives us up after 9 s of silence. */
const BEAT_EVERY_MS = 4_000;

/**
 * A shell on the server that has to hear from us every few seconds, and answers. When it does not hear, however that came about, it ends
 * all that was started over the link. It also ends single sessions, which sshd leaves running when their channel closes.
 */
export class Pulse {
	readonly #session: Session;
	readonly #beat: NodeJS.Timeout;

	/**
	 * @param connection lost with the shell, since nobody would clean up without it
	 * @param answerWithin milliseconds in which an answer is wanted
	 */
	constructor(session: Session, connection: Connection, answerWithin: number) {
		this.#session = session;
		session.begin(PULSE_SCRIPT);
		session.stream.resume();
		const stderr = tailOf(session.stderr);
		this.#beat = setInterval(() => session.stream.write('\n'), Math.min(BEAT_EVERY_MS, answerWithin));
		this.#beat.unref();
		session.ended.then(() => {
			clearInterval(this.#beat);
			connection.lose(`the shell on the server that looks after it ended ${stderr()}`.trim());
		});
	}

	/** Looks after all that the session starts. */
	hold({ process }: Session): void {
		if (process === null) return;
		const { pid, start, group, parent } = process;
		this.#order(`hold ${pid} ${start} ${group} ${parent}`);
	}

	/** Ends all that the session started: by TERM, and what is left a second later by KILL. */
	end({ process }: Session): void {
		if (process !== null) this.#order(`close ${process.group}`);
	}

	/** Ends all that was started over the link, and itself. */
	close(): void {
		clearInterval(this.#beat);
		this.#session.stream.end();
	}

	#order(line: string): void {
		if (this.#session.stream.writable) this.#session.stream.write(`${line}\n`);
	}
}
