import { createInterface } from 'node:readline';
import type { Channel } from '../../../link/link.ts';
import { ProcdeckError } from '../../../model/errors.ts';
import { releaseLockPath } from '../layout.ts';
import type { Session } from '../session.ts';
import { refusal } from './command.ts';
import type { CurrentRelease } from './current.ts';
import { type Listed, parseCurrent, parseListing } from './list.ts';
import { BEGIN_WORK } from './scripts.ts';

/** Work that nobody else does at the same time. */
export interface Exclusive extends Listed {
	readonly lock: ReleaseLock;
}

/** Holds the lock of the releases until it is let go, or the connection is lost. */
export class ReleaseLock {
	readonly #channel: Channel;
	readonly #lines: AsyncIterator<string>;
	#isGone = false;

	constructor(channel: Channel) {
		this.#channel = channel;
		this.#lines = createInterface({ input: channel.stream })[Symbol.asyncIterator]();
		void channel.ended.then(() => {
			this.#isGone = true;
		});
	}

	/** To be asked before each step that changes something. @throws ProcdeckError `unreachable` once it is lost */
	requireHeld(): void {
		if (this.#isGone) throw this.loss();
	}

	/**
	 * Makes a release the current one, as only who holds the lock can.
	 * @param id empty: none
	 * @returns what is current from now on
	 * @throws ProcdeckError `refused` with the server's own words, `unreachable`
	 */
	async activate(id: string): Promise<CurrentRelease> {
		this.#channel.stream.write(`activate ${id}\n`);
		const lines: string[] = [];
		for (let line = await this.nextLine(); line !== null; line = await this.nextLine()) {
			if (line === 'done') return parseCurrent(lines);
			if (line.startsWith('failed ')) throw refusal('cannot switch to the release', line.slice(7));
			lines.push(line);
		}
		throw this.loss();
	}

	/** @returns null: it has ended */
	async nextLine(): Promise<string | null> {
		const ended = { value: null, done: true } as const;
		// A stream that was destroyed never comes to its end.
		const line = Promise.race([this.#lines.next(), this.#channel.ended.then(() => ended)]);
		const { value, done } = await line.catch(() => ended);
		return done === true ? null : value;
	}

	get ended(): Channel['ended'] {
		return this.#channel.ended;
	}

	loss(): ProcdeckError {
		const why = this.#channel.stream.errored?.message ?? 'the connection was lost while releasing';
		return new ProcdeckError('unreachable', why);
	}

	async letGo(): Promise<void> {
		this.#channel.stream.end();
		await this.#channel.ended;
	}
}

/**
 * Takes the lock of the releases, and makes the place of the code ready for them.
 * @param owner the user whom the code belongs to
 * @throws ProcdeckError `conflict` with who holds it, `refused`, `unreachable`
 */
export async function takeLock(session: Session, who: string, owner: string): Promise<Exclusive> {
	const { link, layout } = session;
	const { code } = layout;
	const args = [releaseLockPath(layout), who, code, owner, stackMark(session)];
	const lock = new ReleaseLock(await link.open(session.elevated('/bin/sh', '-c', BEGIN_WORK, 'sh', ...args)));
	const lines: string[] = [];
	for (let line = await lock.nextLine(); line !== null; line = await lock.nextLine()) {
		if (line === 'ready') return { lock, ...parseListing(lines) };
		lines.push(line);
	}
	const why = lines.length === 0 ? null : whyNot(code, lines.join(' '));
	if (why !== null) throw why;
	const { code: exitCode, stderr } = await lock.ended;
	if (exitCode === null) throw lock.loss();
	throw refusal(`cannot prepare ${code}`, stderr.trim() || `exit ${exitCode}`);
}

/** By which the place of the code says whose releases it holds. */
export function stackMark({ layout }: Session): string {
	return layout.prefix.replace(/^procdeck\./, '');
}

/** @param answer `busy WHO`, `other STACK` or `foreign NAMES` */
function whyNot(code: string, answer: string): ProcdeckError | null {
	const [kind, ...words] = answer.split(' ').filter((word) => word !== '');
	const elsewhere = 'set another `path` in the stack file';
	if (kind === 'busy') {
		const holder = words.join(' ') || 'somebody else';
		const message = `a release is under way there: ${holder}`;
		return new ProcdeckError('conflict', message, 'try again when it is done');
	}
	if (kind === 'other')
		return new ProcdeckError('refused', `${code} holds the releases of ${words.join(' ')}`, elsewhere);
	if (kind !== 'foreign') return null;
	const list = words.map((name) => `${code}/${name}`).join(', ');
	const message =
		words.length === 1
			? `${list} is there already, and Procdeck did not put it there`
			: `${list} are there already, and Procdeck did not put them there`;
	return new ProcdeckError('refused', message, `move that away, or ${elsewhere}`);
}
