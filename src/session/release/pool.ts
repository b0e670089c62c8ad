/**
 * Does something with each of several, so many at a time, in their order.
 * @returns what became of each, in the same order
 */
export async function eachOf<T, R>(
	items: readonly T[],
	most: number,
	work: (item: T) => Promise<R>,
): Promise<PromiseSettledResult<R>[]> {
	const results: PromiseSettledResult<R>[] = [];
	const waiting = [...items.entries()];
	const worker = async () => {
		for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
			const [position, item] = next;
			results[position] = await Promise.resolve(item)
				.then(work)
				.then(
					(value) => ({ status: 'fulfilled', value }) as const,
					(reason: unknown) => ({ status: 'rejected', reason }) as const,
				);
		}
	};
	await Promise.all(Array.from({ length: Math.min(most, items.length) }, worker));
	return results;
}
