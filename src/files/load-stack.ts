import { basename } from 'node:path';
import { type FileMessage, formatFileMessage, ProcdeckError } from '../model/errors.ts';
import { DEFAULT_SHELL } from '../model/launch.ts';
import { toStackName } from '../model/names.ts';
import { RELEASE_ENTRY } from '../model/procfile.ts';
import type { ProcessType, Stack } from '../model/stack.ts';
import {
	loadBalancerDefinition,
	processSettings,
	releaseSettings,
	serverDefinitions,
} from '../model/stack-file-model.ts';
import { didYouMean } from '../model/suggest.ts';
import { readEnvironmentFiles } from './environment-files.ts';
import { resolveDirectory, type StackLocation } from './locate-stack.ts';
import { type FoundProcfile, readProcfile } from './read-procfile.ts';
import { type FoundStackFile, readStackFile } from './read-stack-file.ts';

export interface StackInspection {
	/** What the valid part of the files describes; null when the stack file does not say which stack it is. */
	readonly stack: Stack | null;
	readonly environment: string;
	/** The app's folder, its real path. */
	readonly directory: string;
	/** The Procfile's path, or null where there is none. */
	readonly procfile: string | null;
	/** Set where there is no Procfile; not among `errors`. */
	readonly missingProcfile: FileMessage | null;
	readonly errors: readonly FileMessage[];
	readonly warnings: readonly FileMessage[];
	/** As Stack has it, also where there is no stack. */
	readonly watchedFiles: readonly string[];
}

/**
 * Reads all files of a stack and collects what is wrong with them.
 * @throws ProcdeckError `usage` for a folder that does not exist, an environment that is no name, or one that the stack
 * file is not for.
 */
export async function inspectStack(location: StackLocation): Promise<StackInspection> {
	const directory = resolveDirectory(location);
	const stackFile = await readStackFile(directory, location.environment);
	const { environment } = stackFile;
	const [procfile, envFiles] = await Promise.all([
		readProcfile(directory, location.procfile, environment),
		readEnvironmentFiles(directory, environment, stackFile),
	]);
	const warnings = [
		...procfile.warnings,
		...stackFile.warnings,
		...unusedSettings(stackFile, procfile),
		...envFiles.warnings,
	];
	const errors = [...procfile.errors, ...stackFile.errors, ...envFiles.errors];
	const watchedFiles = [...procfile.watchedFiles, ...stackFile.watchedFiles, ...envFiles.watchedFiles];
	const variables = { ...envFiles.variables, ...stackFile.content?.env };
	const stack = assemble(directory, stackFile, procfile, {
		environmentVariables: variables,
		watchedFiles,
		warnings,
		problems: procfile.missing === null ? errors : [procfile.missing, ...errors],
	});
	return {
		stack,
		environment,
		directory,
		procfile: procfile.path,
		missingProcfile: procfile.missing,
		errors,
		warnings,
		watchedFiles,
	};
}

/**
 * Reads a stack from its folder.
 * @param options.allowMissingProcfile for what works on recorded instances alone: the stack then has no process types
 * @throws ProcdeckError `usage` as inspectStack, `no-procfile`, or `invalid-file` with each error on a line of its own.
 */
export async function loadStack(
	options: StackLocation & { readonly allowMissingProcfile?: boolean },
): Promise<Stack> {
	const { stack, missingProcfile, errors } = await inspectStack(options);
	if (errors.length > 0 || stack === null)
		throw new ProcdeckError('invalid-file', errors.map(formatFileMessage).join('\n'));
	if (missingProcfile !== null && options.allowMissingProcfile !== true) {
		throw noProcfile(missingProcfile);
	}
	return stack;
}

/** @param missing says where it was looked for */
export function noProcfile({ message }: FileMessage): ProcdeckError {
	return new ProcdeckError('no-procfile', message, 'Write one with a line such as "web: npm start".');
}

function assemble(
	directory: string,
	{ content, path, environment, environmentIsDefault }: FoundStackFile,
	procfile: FoundProcfile,
	rest: Pick<Stack, 'environmentVariables' | 'watchedFiles' | 'warnings' | 'problems'>,
): Stack | null {
	if (content === null) return null;
	const servers = serverDefinitions(content);
	const release = procfile.entries.find((entry) => entry.name === RELEASE_ENTRY);
	const processTypes = procfile.entries
		.filter((entry) => entry !== release)
		.map((entry): ProcessType => ({ ...entry, settings: processSettings(content, entry.name, servers) }));
	const name = toStackName(content.stack ?? basename(directory));
	return {
		name,
		environment,
		environmentIsDefault,
		directory,
		procfile: procfile.path,
		stackFile: path,
		processTypes,
		release: release === undefined ? null : { command: release.command, line: release.line },
		releases: releaseSettings(content),
		servers,
		loadBalancer: loadBalancerDefinition(content, servers),
		path: content.path ?? `/srv/${name}`,
		packages: content.packages ?? [],
		provision: content.provision ?? null,
		user: content.user ?? null,
		shell: content.shell ?? DEFAULT_SHELL,
		...rest,
	};
}

function unusedSettings({ content, path, lineOf }: FoundStackFile, procfile: FoundProcfile): FileMessage[] {
	if (path === null || procfile.path === null) return [];
	const types = procfile.entries.map((entry) => entry.name).filter((name) => name !== RELEASE_ENTRY);
	const unused = Object.keys(content?.processes ?? {}).filter((type) => !types.includes(type));
	return unused.map((type) => ({
		file: basename(path),
		line: lineOf(['processes', type]),
		message: `processes.${type} is not in ${basename(procfile.path ?? '')}${didYouMean(type, types)}`,
	}));
}

export type { StackLocation };
