import { bold, dim, fit, plain, type Row } from './row.ts';

const SMALLEST = { width: 60, height: 16 };

/** Whether a screen of this size cannot show anything useful. */
export function isTooSmall(width: number, height: number): boolean {
	return width < SMALLEST.width || height < SMALLEST.height;
}

/** What is shown then; keys but `q` are ignored, because nobody sees what they would do. */
export function tooSmallRows(width: number, height: number, ellipsis: string): Row[] {
	const words: Row[] = [
		[bold('Too small')],
		[plain(`${width}x${height}, needs ${SMALLEST.width}x${SMALLEST.height}`)],
		[dim('q quits')],
	];
	return Array.from({ length: height }, (_, line) => fit(words[line] ?? [], width, ellipsis));
}
