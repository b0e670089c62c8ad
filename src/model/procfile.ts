import type { FileMessage } from './errors.ts';
import { NAME_CHARACTERS } from './names.ts';
import { scanShell } from './shell-scan.ts';

export interface ProcfileEntry {
	readonly name: string;
	readonly command: string;
	/** From 1. */
	readonly line: number;
}

export interface Procfile {
	/** In the file's order, with `release`, without what was skipped. */
	readonly entries: readonly ProcfileEntry[];
	/** Lines that were skipped, and what to do about each. */
	readonly warnings: readonly FileMessage[];
	readonly errors: readonly FileMessage[];
}

/** The entry that is no process type: it runs once when a release is made. */
export const RELEASE_ENTRY = 'release';

const ENTRY = /^([A-Za-z0-9_-]+):[ \t]*(.+)$/s;

/** The names under which a Procfile is looked for, best first. */
export function procfileCandidates(environment: string): string[] {
	const short = environment === 'development' ? ['Procfile.dev'] : [];
	return [`Procfile_${environment}`, `Procfile.${environment}`, ...short, 'Procfile'];
}

/**
 * Reads `name: command` lines. It never throws: what is no entry is skipped with a warning.
 * @param file the name that messages carry
 */
export function parseProcfile(text: string, file: string): Procfile {
	const entries = new Map<string, ProcfileEntry>();
	const warnings: FileMessage[] = [];
	const errors: FileMessage[] = [];
	const lines = text.replace(/^\uFEFF/, '').split('\n');
	for (const [index, raw] of lines.entries()) {
		const line = index + 1;
		const content = raw.trimEnd();
		if (/^\s*(?:#|$)/.test(content)) continue;
		const fault = faultOf(content, lines[index - 1]);
		if (fault !== null) {
			warnings.push({ file, line, message: `skipped: ${fault}` });
			continue;
		}
		const [, name, command] = ENTRY.exec(content)!;
		const first = entries.get(name!);
		if (first === undefined) entries.set(name!, { name: name!, command: command!, line });
		else
			errors.push({
				file,
				line,
				message: `${name} is there twice, in lines ${first.line} and ${line}; rename one`,
			});
	}
	return { entries: [...entries.values()], warnings, errors };
}

/** Why a line is not taken as an entry, and what to do; null for an entry. */
function faultOf(content: string, previous: string | undefined): string | null {
	const entry = ENTRY.exec(content);
	return entry === null ? whyNoEntry(content, previous) : whyBadCommand(entry[2]!);
}

function whyNoEntry(content: string, previous: string | undefined): string {
	if (previous?.trimEnd().endsWith('\\')) return 'lines are not continued; write the command on one line';
	if (/^\s+[A-Za-z0-9_-]+\s*:/.test(content))
		return 'the name must begin in the first column; remove the space before it';
	if (/^\s/.test(content))
		return 'an indented line is not an entry; write "name: command" from the first column';
	if (/^[A-Za-z0-9_-]+\s+:/.test(content)) return 'there is a space before the colon; write "name: command"';
	if (/^[A-Za-z0-9_-]+:$/.test(content))
		return 'the command is empty; write one after the colon or remove the line';
	const name = /^([^\s:]+):/.exec(content)?.[1];
	if (name !== undefined)
		return `${JSON.stringify(name)} is no name of a process type; use only ${NAME_CHARACTERS}`;
	return 'not "name: command"; put # before it if it is a comment';
}

function whyBadCommand(command: string): string | null {
	if (command.includes('\0')) return 'the command holds a NUL character; remove it';
	const { unterminated, trailingBackslash } = scanShell(command);
	if (trailingBackslash) return 'the command ends in \\, but lines are not continued; write it on one line';
	if (unterminated !== null) return `the command has a ${unterminated} that is never closed; close the quote`;
	return null;
}
