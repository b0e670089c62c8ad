import type * as z from 'zod/mini';
import { allowedKeys } from './stack-file-schema.ts';
import { didYouMean } from './suggest.ts';

/** Keys and list positions from the top of the stack file. */
export type Path = readonly PropertyKey[];

export interface Fault {
	readonly path: Path;
	/** Completes «KEY …». */
	readonly message: string;
}

type Issue = z.core.$ZodIssue;

const LONGEST_SHOWN = 40;

/** What a schema found in a stack file's value, in words: one fault for each place. */
export function explain(issues: readonly Issue[], value: unknown): Fault[] {
	const byPlace = new Map<string, Fault>();
	for (const fault of issues.flatMap((issue) => faultsOf(issue, value))) {
		const place = JSON.stringify(fault.path.map(String));
		if (!byPlace.has(place)) byPlace.set(place, fault);
	}
	return [...byPlace.values()];
}

function faultsOf(issue: Issue, value: unknown): Fault[] {
	if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(issue.path, key));
	if (issue.code === 'invalid_key')
		return [{ path: issue.path, message: issue.issues[0]?.message ?? issue.message }];
	if (issue.code === 'invalid_union') {
		// The alternative that was meant is the one that fits at the top and fails deeper.
		const meant = issue.errors.find((alternative) => alternative.every((inner) => inner.path.length > 0));
		const inner = meant?.flatMap((deeper) =>
			faultsOf({ ...deeper, path: [...issue.path, ...deeper.path] }, value),
		);
		if (inner !== undefined && inner.length > 0) return inner;
	}
	return [{ path: issue.path, message: `${issue.message}${notWhat(issue.path, value)}` }];
}

function unknownKey(parent: Path, key: string): Fault {
	const allowed = allowedKeys(parent);
	const message = `is an unknown key${didYouMean(key, allowed)} (allowed: ${allowed.join(', ')})`;
	return { path: [...parent, key], message };
}

/** ` (it is "sometimes")`. Values of `env` may be secrets and are never shown. */
function notWhat(path: Path, value: unknown): string {
	if (path[0] === 'env') return '';
	const found = path.reduce<unknown>(
		(parent, step) => (typeof parent === 'object' && parent !== null ? Reflect.get(parent, step) : undefined),
		value,
	);
	if (found === undefined) return path.length === 0 ? '' : ' (it is missing)';
	if (found === null) return ' (it is empty)';
	const shown = JSON.stringify(found);
	return typeof found === 'object' || shown.length > LONGEST_SHOWN ? '' : ` (it is ${shown})`;
}
