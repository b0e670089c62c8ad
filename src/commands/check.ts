import { basename } from 'node:path';
import { inspectStack, type StackInspection, type StackLocation } from '../files/load-stack.ts';
import { type FileMessage, formatFileMessage } from '../model/errors.ts';
import { expand } from '../model/expand.ts';
import { sanitize } from '../model/sanitize.ts';
import { shellEnvironment } from '../model/shell-environment.ts';
import { environmentsOf } from '../model/shown-command.ts';
import type { Stack } from '../model/stack.ts';

export interface CheckedCommand {
	readonly command: string;
	readonly line: number;
	/** As it will run, with secrets as `***`. */
	readonly expanded: string;
}

/** The JSON of `procdeck check`. */
export interface CheckReport {
	readonly procfile: string | null;
	readonly environment: string;
	/** In Procfile order, without `release`. */
	readonly processes: readonly ({ readonly type: string } & CheckedCommand)[];
	readonly release: CheckedCommand | null;
	readonly warnings: readonly FileMessage[];
	readonly errors: readonly FileMessage[];
}

export interface CheckResult {
	readonly json: CheckReport;
	/** The same to read, without a last newline. */
	readonly text: string;
	/** 2 with errors. */
	readonly exitCode: 0 | 2;
}

/**
 * Validates the Procfile, the env files and the stack file of a folder.
 * @param options.file the Procfile to check instead of the one that would be found, relative to the folder
 * @param options.strict warnings count as errors
 * @throws ProcdeckError `usage` where the folder or the environment does not exist.
 */
export async function check(
	location: StackLocation,
	options: { readonly file?: string; readonly strict: boolean },
): Promise<CheckResult> {
	const inspection = await inspectStack({ ...location, procfile: options.file ?? location.procfile });
	const json = report(inspection, options.strict);
	return { json, text: describe(json), exitCode: json.errors.length > 0 ? 2 : 0 };
}

function report(inspection: StackInspection, strict: boolean): CheckReport {
	const { stack, procfile, environment, missingProcfile } = inspection;
	const { processes, release, warnings: unset } = stack === null ? NO_COMMANDS : checkCommands(stack);
	const warnings = byPlace([...inspection.warnings, ...unset]);
	const errors = byPlace([...(missingProcfile === null ? [] : [missingProcfile]), ...inspection.errors]);
	const judged = strict ? { warnings: [], errors: byPlace([...errors, ...warnings]) } : { warnings, errors };
	return { procfile, environment, processes, release, ...judged };
}

type CheckedCommands = Pick<CheckReport, 'processes' | 'release' | 'warnings'>;

const NO_COMMANDS: CheckedCommands = { processes: [], release: null, warnings: [] };

function checkCommands(stack: Stack): CheckedCommands {
	const warnings: FileMessage[] = [];
	const checked = (command: string, line: number, environment: Readonly<Record<string, string>>) => {
		const expansion = expand(command, environment);
		const file = basename(stack.procfile ?? '');
		warnings.push(...expansion.warnings.map((message) => ({ file, line, message })));
		return { command, line, expanded: expansion.text };
	};
	const environmentOf = environmentsOf(stack, shellEnvironment(process.env));
	const processes = stack.processTypes.map(({ name, command, line }) => ({
		type: name,
		...checked(command, line, environmentOf(name)),
	}));
	const { release } = stack;
	return {
		processes,
		release: release === null ? null : checked(release.command, release.line, environmentOf(null)),
		warnings,
	};
}

/** Messages of one file together, in the order of its lines. */
function byPlace(messages: readonly FileMessage[]): FileMessage[] {
	const files = [...new Set(messages.map(({ file }) => file))];
	return files.flatMap((file) =>
		messages.filter((message) => message.file === file).sort((a, b) => (a.line ?? 0) - (b.line ?? 0)),
	);
}

function describe({ procfile, environment, processes, release, warnings, errors }: CheckReport): string {
	const commands = [
		...processes.map(({ type, expanded }) => [type, expanded] as const),
		...(release === null ? [] : [['release', release.expanded] as const]),
	];
	const width = Math.max(0, ...commands.map(([name]) => name.length));
	const lines = [
		`${procfile ?? 'no Procfile'} (${environment})`,
		...commands.map(([name, expanded]) => `  ${name.padEnd(width)}  ${expanded}`),
		...warnings.map((message) => `warning  ${formatFileMessage(message)}`),
		...errors.map((message) => `error    ${formatFileMessage(message)}`),
		`${count(warnings.length, 'warning')}, ${count(errors.length, 'error')}`,
	];
	return lines.map((line) => sanitize(line.replaceAll('\n', ' '), { colours: false })).join('\n');
}

function count(number: number, noun: string): string {
	return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
