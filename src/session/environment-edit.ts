import { resolve } from 'node:path';
import { readForEdit, type StackFileEdit } from '../files/edit-stack-file.ts';
import type { EnvironmentSource, EnvironmentSources } from '../files/environment-sources.ts';
import { withoutVariable, withVariable } from '../model/env-file-edit.ts';
import { ProcdeckError } from '../model/errors.ts';
import type { Variables } from '../model/variable-values.ts';

/** An env file is for its owner alone. */
const NEW_FILE_MODE = 0o600;

/** What is to become of an env file. */
export interface EnvironmentEdit {
	/** null: it is that already. */
	readonly edit: StackFileEdit | null;
	/** What to know of it, a sentence each. */
	readonly remarks: readonly string[];
}

/**
 * The env file that is edited: the one that is named, else the one that wins over the others. Of the two that are read
 * where the stack file lists none, the one of the environment alone has to be there already.
 * @param wanted as it is called in the stack's folder
 * @throws ProcdeckError `usage` for one that is not read
 */
export function chooseFile(
	{ files }: EnvironmentSources,
	directory: string,
	wanted: string | null,
): EnvironmentSource {
	if (files.length === 0)
		throw new ProcdeckError('usage', 'no env file is read: env_files: in the stack file lists none');
	const read = files.map(({ name }) => name).join(', ');
	if (wanted === null) return files.findLast(({ lines }) => lines !== null) ?? files[0]!;
	const found = files.find(({ path }) => path === resolve(directory, wanted));
	if (found !== undefined) return found;
	throw new ProcdeckError(
		'usage',
		`${wanted} is not one of the env files that are read`,
		`those are ${read}`,
	);
}

/** @throws ProcdeckError `refused` for a name of which the stack file says what it is, whatever the env files do */
export function requireNotFixed({ stackFile }: EnvironmentSources, names: readonly string[]): void {
	const fixed = names.find((name) => stackFile?.lines?.has(name));
	if (fixed === undefined || !stackFile) return;
	throw new ProcdeckError(
		'refused',
		`${fixed} is set in ${placeOf(stackFile, fixed)} (env:), which wins over the env files`,
		'change it there, and `procdeck sync` puts it on the servers',
	);
}

/** @throws ProcdeckError as {@link withVariable}, and `invalid-file` */
export function setVariables(
	sources: EnvironmentSources,
	target: EnvironmentSource,
	variables: Variables,
): EnvironmentEdit {
	const later = sources.files.slice(sources.files.indexOf(target) + 1);
	const remarks = [...variables.keys()].flatMap((name) => {
		const winner = later.findLast(({ lines }) => lines?.has(name));
		return winner === undefined
			? []
			: [`${placeOf(winner, name)} sets ${name} too, and wins over ${target.name}`];
	});
	const edit = editOf(target, (text) =>
		[...variables].reduce((before, [name, value]) => withVariable(before, name, value), text),
	);
	return { edit, remarks };
}

/**
 * @throws ProcdeckError `usage` for a name that only another file has; `refused`, `invalid-file`
 */
export function unsetVariables(
	{ files }: EnvironmentSources,
	target: EnvironmentSource,
	names: readonly string[],
): EnvironmentEdit {
	const remarks = names.flatMap((name) => {
		const other = files.findLast(({ lines }) => lines?.has(name) && lines !== target.lines);
		if (target.lines?.has(name))
			return other === undefined ? [] : [`${name} is still set, by ${placeOf(other, name)}`];
		if (other === undefined) return [`no env file sets ${name}`];
		throw new ProcdeckError(
			'usage',
			`${name} is set in ${placeOf(other, name)}, not in ${target.name}`,
			`--file ${other.name} takes it from there`,
		);
	});
	return { edit: editOf(target, (text) => names.reduce(withoutVariable, text)), remarks };
}

function editOf({ path }: EnvironmentSource, change: (text: string) => string): StackFileEdit | null {
	const before = readForEdit(path);
	const after = change(before ?? '');
	return after === (before ?? '') ? null : { path, before, after, mode: NEW_FILE_MODE };
}

/** `.env:3` */
function placeOf({ name, lines }: EnvironmentSource, variable: string): string {
	return `${name}:${lines?.get(variable)}`;
}
