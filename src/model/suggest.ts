/** Edits (insert, delete, replace, swap of neighbours) that lead from one word to another. */
function editDistance(from: string, to: string): number {
	const width = to.length + 1;
	let beforeLast: number[] = [];
	let last = Array.from({ length: width }, (_, column) => column);
	for (let row = 1; row <= from.length; row++) {
		const current = [row];
		for (let column = 1; column < width; column++) {
			const replace = last[column - 1]! + (from[row - 1] === to[column - 1] ? 0 : 1);
			let best = Math.min(replace, last[column]! + 1, current[column - 1]! + 1);
			const swapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
			if (row > 1 && column > 1 && swapped) best = Math.min(best, beforeLast[column - 2]! + 1);
			current.push(best);
		}
		beforeLast = last;
		last = current;
	}
	return last[width - 1]!;
}

const LONGEST = 64;

/** The known word that was probably meant, or null when none is near. */
export function closest(word: string, known: Iterable<string>): string | null {
	if (word.length > LONGEST) return null;
	let best: string | null = null;
	let bestDistance = Math.max(1, Math.floor(word.length / 3)) + 1;
	for (const candidate of known) {
		if (candidate.length > LONGEST) continue;
		const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
		if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
	}
	return best;
}

/** `; did you mean worker?` for the end of a message, or nothing. */
export function didYouMean(word: string, known: Iterable<string>): string {
	const suggestion = closest(word, known);
	return suggestion === null ? '' : `; did you mean ${suggestion}?`;
}
