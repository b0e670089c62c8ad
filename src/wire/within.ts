import { ProcdeckError } from '../model/errors.ts';

/**
 * Waits for an answer for a while.
 * @throws ProcdeckError `unreachable` with these words when it takes longer
 */
export async function within<T>(
	ms: number,
	answer: Promise<T>,
	[message, hint]: readonly [message: string, hint: string],
): Promise<T> {
	let timer: NodeJS.Timeout | undefined;
	const late = new Promise<never>((_, reject) => {
		timer = setTimeout(() => reject(new ProcdeckError('unreachable', message, hint)), ms);
	});
	try {
		return await Promise.race([answer, late]);
	} finally {
		clearTimeout(timer);
	}
}
