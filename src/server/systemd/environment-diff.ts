const ASSIGNMENT = /^([A-Za-z_][A-Za-z0-9_]*)="((?:[^"\\]|\\.)*)"$/gms;

/**
 * Which variables differ between two environment files as Procdeck writes them: a line for each, without its value.
 * @param before null: there is none
 */
export function environmentDiff(before: string | null, after: string): string[] {
	const old = valuesOf(before ?? '');
	const now = valuesOf(after);
	const names = [...new Set([...old.keys(), ...now.keys()])].filter(
		(name) => old.get(name) !== now.get(name),
	);
	return names.flatMap((name) => [
		...(old.has(name) ? [`-${name}=***`] : []),
		...(now.has(name) ? [`+${name}=***`] : []),
	]);
}

function valuesOf(text: string): Map<string, string> {
	return new Map(Array.from(text.matchAll(ASSIGNMENT), ([, name = '', value = '']) => [name, value]));
}
