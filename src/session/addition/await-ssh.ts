import { setTimeout as sleep } from 'node:timers/promises';
import type { LineListener } from '../../link/lines.ts';
import type { Link } from '../../link/link.ts';
import { ProcdeckError } from '../../model/errors.ts';
import type { Asker } from '../../model/question.ts';

const TRY_EVERY_MS = 2_000;

export interface SshWait {
	/** @throws ProcdeckError `unreachable` */
	readonly connect: (asker: Asker, signal: AbortSignal) => Promise<Link>;
	/** The longest wait, in milliseconds. */
	readonly withinMs: number;
	/** Told why it does not answer yet, whenever that is another reason. */
	readonly onLine: LineListener;
}

/**
 * Waits until a machine that is booting answers over SSH. Who may log in there is not asked.
 * @throws ProcdeckError `unreachable` with the last reason
 */
export async function awaitSsh({ connect, withinMs, onLine }: SshWait): Promise<void> {
	const deadline = performance.now() + withinMs;
	let told = '';
	for (;;) {
		const reason = await whyNot(connect);
		if (reason === null) return;
		if (reason.message !== told) onLine(reason.message);
		told = reason.message;
		if (performance.now() > deadline) throw tooLate(reason, withinMs);
		await sleep(TRY_EVERY_MS);
	}
}

function tooLate({ message, hint }: ProcdeckError, withinMs: number): ProcdeckError {
	const minutes = Math.round(withinMs / 60_000);
	return new ProcdeckError('unreachable', `it did not answer within ${minutes} min: ${message}`, hint);
}

/** @returns null once it answers: it was let in, or is asked for what only a person knows */
async function whyNot(connect: SshWait['connect']): Promise<ProcdeckError | null> {
	let isAsked = false;
	const asked = <T>(answer: T) => {
		isAsked = true;
		return Promise.resolve(answer);
	};
	const asker: Asker = { trust: () => asked(false), answer: () => asked(null) };
	try {
		const link = await connect(asker, new AbortController().signal);
		await link.close();
		return null;
	} catch (error) {
		if (!(error instanceof ProcdeckError)) throw error;
		const hasAnswered = isAsked || /permission denied|host key/i.test(error.message);
		return hasAnswered ? null : error;
	}
}
