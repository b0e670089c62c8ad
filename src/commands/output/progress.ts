import type { Output } from './output.ts';

const SHOWN_AFTER_MS = 1000;
const CLEAR_LINE = '\r\x1b[2K';

/**
 * Runs something that may take a while; on a terminal a line on stderr tells how far it is once it takes over a second.
 * @param what such as «scaling»
 */
export async function withProgress<T>(
	output: Pick<Output, 'quiet'>,
	what: string,
	run: (onProgress: (settled: number, total: number) => void) => Promise<T>,
): Promise<T> {
	const { stderr } = process;
	if (!stderr.isTTY || output.quiet) return run(() => {});
	let line = `${what} ...`;
	let shown = false;
	const paint = () => {
		shown = true;
		stderr.write(`${CLEAR_LINE}${line}`);
	};
	const timer = setTimeout(paint, SHOWN_AFTER_MS);
	try {
		return await run((settled, total) => {
			line = `${what} ... ${settled} of ${total} settled`;
			if (shown) paint();
		});
	} finally {
		clearTimeout(timer);
		if (shown) stderr.write(CLEAR_LINE);
	}
}
