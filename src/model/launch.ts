import type { ServerDefinition, Stack } from './stack.ts';

/** What commands run through without `shell:` in the stack file. */
export const DEFAULT_SHELL = '/bin/sh';

/** What an instance is started with, apart from the variables that are its own. */
export interface Launch {
	/** The Procfile's text. */
	readonly command: string;
	readonly shell: string;
	/** The folder it runs in. */
	readonly directory: string;
	readonly environment: Readonly<Record<string, string>>;
	/** Changes when the command, the env files or `env:` change, and only then. */
	readonly fingerprint: string;
}

/** The stack's environment, later wins: its name for the frameworks, the caller's shell, env files, `env:`. */
export function stackEnvironment(
	stack: Pick<Stack, 'environment' | 'environmentVariables'>,
	shell: Readonly<Record<string, string>>,
): Record<string, string> {
	const { environment } = stack;
	return {
		RAILS_ENV: environment,
		RACK_ENV: environment,
		NODE_ENV: environment,
		PROCDECK_ENVIRONMENT: environment,
		...shell,
		...stack.environmentVariables,
	};
}

/** The variables that Procdeck sets for one instance. */
export function instanceEnvironment(
	stack: Pick<Stack, 'name'>,
	server: Pick<ServerDefinition, 'name'>,
	instance: { readonly type: string; readonly index: number; readonly port: number | null },
): Record<string, string> {
	const { type, index, port } = instance;
	return {
		...(port === null ? {} : { PORT: String(port) }),
		PS: `${type}.${index}`,
		PROCDECK_STACK: stack.name,
		PROCDECK_SERVER: server.name,
		PROCDECK_TYPE: type,
		PROCDECK_INSTANCE: String(index),
	};
}

const SHELL_ONLY_WORDS = new Set(
	(
		'. : [[ alias bg break case cd command continue declare eval exec exit export fg for function getopts hash if jobs let local ' +
		'read readonly return select set shift shopt source time times trap type ulimit umask unalias unset until wait while'
	).split(' '),
);

/** Whether a word is the shell's own, and no program. */
export function isShellWord(word: string): boolean {
	return SHELL_ONLY_WORDS.has(word);
}

/** A command that one `exec` can replace the shell with: no operators, no assignments, not the shell's own word. */
export function isSimpleCommand(command: string): boolean {
	// Quoted parts hold no operators, but `$(` and backquotes run commands inside double quotes too.
	const unquoted = command.replace(/\\.|'[^']*'|"(?:[^"\\]|\\.)*"/gs, (quoted) =>
		quoted.startsWith('"') && /[`]|\$\(/.test(quoted) ? '`' : 'q',
	);
	if (/[;&|<>()`\n#{}!'"]/.test(unquoted.replace(/\$\{[^}]*\}/g, 'v'))) return false;
	const firstWord = /^\S+/.exec(command)?.[0] ?? '';
	return firstWord !== '' && !firstWord.includes('=') && !SHELL_ONLY_WORDS.has(firstWord);
}

const PLAIN_WORDS = /^[\w@%+,./:=-]+(?:[ \t]+[\w@%+,./:=-]+)*$/;

/**
 * The words of a command that mean to a shell just what they are, so that its program can be started without one.
 * @returns null where there is something for the shell to do, or the stack has a shell of its own
 */
export function plainWords({
	command,
	shell,
}: Pick<Launch, 'command' | 'shell'>): [file: string, ...args: string[]] | null {
	// Another shell may read start-up files first.
	if (shell !== DEFAULT_SHELL || !PLAIN_WORDS.test(command) || !isSimpleCommand(command)) return null;
	const [file, ...args] = command.split(/[ \t]+/);
	return file === undefined || file.startsWith('-') ? null : [file, ...args];
}

/** The program and its arguments that run a command through the stack's shell. */
export function shellCommand(launch: Pick<Launch, 'command' | 'shell'>): [file: string, ...args: string[]] {
	const { shell, command } = launch;
	return [shell, '-c', isSimpleCommand(command) ? `exec ${command}` : command];
}
