/** The instances of a process type that are wanted. */
export interface Wanted {
	readonly type: string;
	/** Their numbers, in order. */
	readonly indexes: readonly number[];
	/** Why a boot starts none of them; null: it does. */
	readonly not: string | null;
}

/** `web.1, web.2, worker.1; not: mailer (paused)` */
export function startsText(types: readonly Wanted[]): string {
	const started = types.filter(({ not, indexes }) => not === null && indexes.length > 0);
	const left = types.flatMap(({ type, not }) => (not === null ? [] : [`${type} (${not})`]));
	const names = started.flatMap(({ type, indexes }) => ranges(indexes).map((range) => `${type}.${range}`));
	const list = names.length === 0 ? 'nothing' : names.join(', ');
	return left.length === 0 ? list : `${list}; not: ${left.join(', ')}`;
}

/** So many in a row are not told one by one. */
const MANY = 4;

function ranges(numbers: readonly number[]): string[] {
	const runs: number[][] = [];
	for (const number of numbers) {
		const run = runs.at(-1);
		if (run?.at(-1) === number - 1) run.push(number);
		else runs.push([number]);
	}
	return runs.flatMap((run) => (run.length < MANY ? run.map(String) : [`${run[0]} to ${run.at(-1)}`]));
}
