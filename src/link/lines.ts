import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command, Link } from './link.ts';

/** Told of each line that a command writes, as it comes. */
export type LineListener = (line: string) => void;

/**
 * Runs a command to its end and tells what it writes to stdout meanwhile.
 * @param quietForMs so long it may write nothing, in milliseconds, until it is ended
 * @returns why it failed, in its own last words from stderr or in ours; null: it ended with 0
 * @throws ProcdeckError `unreachable` when the link is lost
 */
export async function runTelling(
	link: Link,
	command: Command,
	{ onLine, quietForMs }: { readonly onLine: LineListener; readonly quietForMs: number },
): Promise<string | null> {
	const channel = await link.open(command);
	let lastWord = Date.now();
	const lines = createInterface({ input: channel.stream });
	lines.on('line', (line) => {
		lastWord = Date.now();
		onLine(line);
	});
	lines.on('error', () => {});
	const over = new AbortController();
	const quiet = watchQuiet(() => Date.now() - lastWord > quietForMs, over.signal);
	const end = await Promise.race([channel.ended, quiet]);
	over.abort();
	if (end === 'quiet') {
		channel.close();
		return `it said nothing for ${Math.round(quietForMs / 60_000)} minutes`;
	}
	if (end.code === 0) return null;
	if (end.code === null && end.signal === null) {
		const lost = await Promise.race([link.lost, sleep(LOSS_WITHIN_MS, null, { ref: false })]);
		if (lost !== null) throw lost;
	}
	return end.stderr.trim().split('\n').at(-1) || `exit ${end.code ?? end.signal ?? 'unknown'}`;
}

/** The news of a lost link may come after the end of what it carried. */
const LOSS_WITHIN_MS = 1_000;
const LOOK_EVERY_MS = 1_000;

async function watchQuiet(isQuiet: () => boolean, signal: AbortSignal): Promise<'quiet'> {
	for (;;) {
		await sleep(LOOK_EVERY_MS, undefined, { ref: false }).catch(() => {});
		if (signal.aborted || isQuiet()) return 'quiet';
	}
}
