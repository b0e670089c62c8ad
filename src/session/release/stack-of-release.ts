import { relative } from 'node:path';
import { readForEdit } from '../../files/edit-stack-file.ts';
import { formatFileMessage, ProcdeckError } from '../../model/errors.ts';
import { parseProcfile, RELEASE_ENTRY } from '../../model/procfile.ts';
import type { Stack } from '../../model/stack.ts';
import { processSettings } from '../../model/stack-file-model.ts';
import { contentOf } from '../edited-stack.ts';
import type { Site } from './order.ts';

/**
 * The stack with the process types of another version of its Procfile; all else is as its files say now.
 * @param procfile its text; null: the version has none of its own
 * @throws ProcdeckError `invalid-file` for what is wrong in that version
 */
export function stackOfRelease(stack: Stack, procfile: string | null, version: string): Stack {
	if (procfile === null) return stack;
	const { entries, errors } = parseProcfile(procfile, `Procfile of ${version}`);
	if (errors.length > 0) throw new ProcdeckError('invalid-file', errors.map(formatFileMessage).join('\n'));
	const text = stack.stackFile === null ? null : readForEdit(stack.stackFile);
	const content = stack.stackFile === null || text === null ? {} : contentOf(stack.stackFile, text);
	const release = entries.find(({ name }) => name === RELEASE_ENTRY) ?? null;
	const processTypes = entries
		.filter((entry) => entry !== release)
		.map((entry) => ({ ...entry, settings: processSettings(content, entry.name, stack.servers) }));
	return {
		...stack,
		processTypes,
		release: release === null ? null : { command: release.command, line: release.line },
	};
}

/** The stack as a release has it that is on servers; what is in no release has what the files say now. */
export async function stackAt(
	stack: Stack,
	sites: readonly Site[],
	idOf: (site: Site) => string | null,
): Promise<Stack> {
	const site = sites.find((each) => idOf(each) !== null);
	const id = site === undefined ? null : idOf(site);
	if (site === undefined || id === null || stack.procfile === null) return stack;
	return stackOfRelease(stack, await site.work.read(id, relative(stack.directory, stack.procfile)), id);
}
