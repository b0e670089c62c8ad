/**
 * Measures contestants in turn, round after round, each round beginning with another one: what else the machine does
 * falls on all alike.
 * @returns the values of each contestant, in the order of the rounds
 */
export async function inTurn<C extends { readonly name: string }, V>(
	contestants: readonly C[],
	rounds: number,
	measure: (contestant: C, round: number) => Promise<V>,
): Promise<Map<string, V[]>> {
	const values = new Map<string, V[]>(contestants.map(({ name }) => [name, []]));
	for (let round = 0; round < rounds; round++) {
		for (let turn = 0; turn < contestants.length; turn++) {
			const contestant = contestants[(round + turn) % contestants.length]!;
			values.get(contestant.name)!.push(await measure(contestant, round));
		}
	}
	return values;
}
