import type { ProgressListener } from '../../model/change.ts';
import type { Output } from './output.ts';

const SHOWN_AFTER_MS = 1000;
const CLEAR_LINE = '\r\x1b[2K';

/** Makes room on the terminal for a line that is to stay. */
export function clearProgressLine(): void {
	if (process.stderr.isTTY) process.stderr.write(CLEAR_LINE);
}

/**
 * Runs something that may take a while; on a terminal a line on stderr tells how far it is once it takes over a second.
 * @param what such as «scaling»
 */
export async function withProgress<T>(
	output: Pick<Output, 'quiet'>,
	what: string,
	run: (onProgress: ProgressListener) => Promise<T>,
): Promise<T> {
	const { stderr } = process;
	if (!stderr.isTTY || output.quiet) return run(() => {});
	let line = `${what} ...`;
	let shown = false;
	const paint = () => {
		shown = true;
		// One that wraps could not be cleared.
		stderr.write(`${CLEAR_LINE}${line.slice(0, (stderr.columns || 80) - 1)}`);
	};
	const timer = setTimeout(paint, SHOWN_AFTER_MS);
	try {
		return await run((settled, total, current = []) => {
			line = progressLine(what, settled, total, current);
			if (shown) paint();
		});
	} finally {
		clearTimeout(timer);
		if (shown) stderr.write(CLEAR_LINE);
	}
}

/** So many instances are named. */
const LONGEST_CURRENT = 3;

function progressLine(what: string, settled: number, total: number, current: readonly string[]): string {
	const named = current.slice(0, LONGEST_CURRENT).join(', ');
	const now = named === '' ? '' : ` (now ${named})`;
	return `${what} ... ${settled} of ${total} settled${now}`;
}
