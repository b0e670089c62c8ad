/** The value that `part` (0 to 1) of the values do not exceed, between its neighbours by their distance. */
export function percentile(values: readonly number[], part: number): number {
	if (values.length === 0) throw new Error('there is no percentile of nothing');
	const sorted = values.toSorted((a, b) => a - b);
	const position = (sorted.length - 1) * part;
	const below = sorted[Math.floor(position)]!;
	const above = sorted[Math.ceil(position)]!;
	return below + (above - below) * (position - Math.floor(position));
}

export function median(values: readonly number[]): number {
	return percentile(values, 0.5);
}

/** `median (lowest to highest)`. */
export function withSpread(values: readonly number[], format: (value: number) => string): string {
	if (values.length === 0) return '-';
	const middle = format(median(values));
	if (values.length === 1) return middle;
	return `${middle} (${format(Math.min(...values))} to ${format(Math.max(...values))})`;
}
