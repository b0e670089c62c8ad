import type { Duplex } from 'node:stream';

/** Opens a TCP connection to an instance, whose errors are told by rejecting. */
export type Connect = (signal: AbortSignal) => Promise<Duplex>;

const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 500;
const ANSWER_MS = 5_000;

/**
 * Asks again and again until the answer is yes.
 * @returns false when `signal` was aborted before that
 */
export async function askUntilYes(
	ask: (signal: AbortSignal) => Promise<boolean>,
	signal: AbortSignal,
): Promise<boolean> {
	for (let pause = FIRST_PAUSE_MS; !signal.aborted; pause = Math.min(LONGEST_PAUSE_MS, pause * 1.5)) {
		if (await ask(signal)) return !signal.aborted;
		await new Promise((resolve) => setTimeout(resolve, pause));
	}
	return false;
}

/** Whether a path answers with a status from 200 to 399. */
export async function answersHttp(connect: Connect, path: string, signal: AbortSignal): Promise<boolean> {
	// Most stacks have no such check, and it is not small.
	const { get } = await import('node:http');
	const patience = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]);
	const socket = await connect(patience).catch(() => null);
	if (socket === null) return false;
	return new Promise((resolve) => {
		const answer = (isReady: boolean) => {
			socket.destroy();
			resolve(isReady);
		};
		const options = { host: '127.0.0.1', path: encodePath(path), signal: patience };
		const request = get({ ...options, createConnection: () => socket }, (response) => {
			response.resume();
			const status = response.statusCode ?? 0;
			answer(status >= 200 && status < 400);
		});
		request.on('error', () => answer(false));
	});
}

/** Whether something accepts connections. */
export async function acceptsTcp(connect: Connect, signal: AbortSignal): Promise<boolean> {
	const socket = await connect(AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)])).catch(() => null);
	socket?.destroy();
	return socket !== null;
}

/** Spaces and other letters as a browser sends them; what is encoded already stays. */
function encodePath(path: string): string {
	const { pathname, search } = new URL(path, 'http://localhost');
	return pathname + search;
}
