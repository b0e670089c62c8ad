import ignore from 'ignore';

/** Whether a path is part of the code; a folder's ends in `/`. */
export type Selection = (path: string) => boolean;

/**
 * What of a folder goes into a release. The repository never does.
 * @param patterns as in a `.gitignore`; without `include` all that `exclude` does not name
 * @param always paths that are part of it whatever the patterns say
 */
export function selectionOf(
	patterns: { readonly include: readonly string[]; readonly exclude: readonly string[] },
	always: readonly string[],
): Selection {
	const never = ignore().add(['/.git', ...patterns.exclude]);
	const only = patterns.include.length === 0 ? null : ignore().add([...patterns.include]);
	return (path) => {
		if (always.includes(path)) return true;
		if (never.ignores(path)) return false;
		// What is meant may be deeper within a folder.
		return only === null || path.endsWith('/') || only.ignores(path);
	};
}
