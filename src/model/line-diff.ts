/** Lines around a change that are shown with it. */
const CONTEXT = 2;

type Marked = readonly [mark: ' ' | '-' | '+', line: string];

/** What makes one text another, as `diff -u` shows it: each line after a blank, a minus or a plus; `…` for what is left out. */
export function lineDiff(before: string, after: string): string[] {
	const marked = compare(linesOf(before), linesOf(after));
	const isNear = (position: number) =>
		marked.slice(Math.max(0, position - CONTEXT), position + CONTEXT + 1).some(([mark]) => mark !== ' ');
	const shown: string[] = [];
	for (const [position, [mark, line]] of marked.entries()) {
		if (isNear(position)) shown.push(`${mark}${line}`);
		else if (shown.at(-1) !== '…') shown.push('…');
	}
	return shown.some((line) => line !== '…') ? shown : [];
}

function linesOf(text: string): string[] {
	const lines = text.split('\n');
	return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
}

/** By the longest common subsequence: the texts are short. */
function compare(before: readonly string[], after: readonly string[]): Marked[] {
	const common = commonLengths(before, after);
	const marked: Marked[] = [];
	let old = 0;
	let now = 0;
	while (old < before.length || now < after.length) {
		const left = before[old];
		const right = after[now];
		if (left !== undefined && left === right) {
			marked.push([' ', left]);
			old++;
			now++;
		} else if (
			right === undefined ||
			(left !== undefined && common[old + 1]![now]! >= common[old]![now + 1]!)
		) {
			marked.push(['-', left!]);
			old++;
		} else {
			marked.push(['+', right]);
			now++;
		}
	}
	return marked;
}

/** How many lines the rests of both have in common, by where the rests begin. */
function commonLengths(before: readonly string[], after: readonly string[]): number[][] {
	const lengths = Array.from({ length: before.length + 1 }, () =>
		new Array<number>(after.length + 1).fill(0),
	);
	for (let old = before.length - 1; old >= 0; old--) {
		for (let now = after.length - 1; now >= 0; now--) {
			const isSame = before[old] === after[now];
			lengths[old]![now] = isSame
				? lengths[old + 1]![now + 1]! + 1
				: Math.max(lengths[old + 1]![now]!, lengths[old]![now + 1]!);
		}
	}
	return lengths;
}
