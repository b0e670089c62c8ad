const ASSIGNMENT = /^([A-Za-z_][A-Za-z0-9_]*)="((?:[^"\\]|\\.)*)"$/gms;

/**
 * Which variables differ between two environment files as Procdeck writes them: a line for each, without its value.
 * @param before null: there is none
 */
export function environmentDiff(before: string | null, after: string): string[] {
	const old = valuesOf(before ?? '');
	const now = valuesOf(after);
	return differing(old, now).flatMap((name) => [
		...(old.has(name) ? [`-${name}=***`] : []),
		...(now.has(name) ? [`+${name}=***`] : []),
	]);
}

/** As {@link environmentDiff}, but the names alone. */
export function differingVariables(before: string | null, after: string): string[] {
	return differing(valuesOf(before ?? ''), valuesOf(after));
}

type Values = ReadonlyMap<string, string>;

function differing(old: Values, now: Values): string[] {
	const names = new Set([...old.keys(), ...now.keys()]);
	return [...names].filter((name) => old.get(name) !== now.get(name));
}

function valuesOf(text: string): Map<string, string> {
	return new Map(Array.from(text.matchAll(ASSIGNMENT), ([, name = '', value = '']) => [name, value]));
}
