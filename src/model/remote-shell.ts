import { shellCommand } from './launch.ts';
import type { ServerDefinition, Stack } from './stack.ts';

/** Where and with what a shell or a command begins on a server that is reached over SSH. */
export interface RemoteStart {
	readonly stack: Pick<Stack, 'name' | 'path' | 'shell'>;
	readonly server: Pick<ServerDefinition, 'name' | 'scope'>;
	/** The stack's environment there; it may begin with `$HOME`. */
	readonly environmentFile: string;
}

/**
 * Text within double quotes, literally. It holds no single quote and no two backslashes one after the other: login shells
 * take those differently where they stand in single quotes.
 */
function literal(text: string): string {
	return text.replace(/["$`\\']/g, (character) => {
		if (character === '\\') return '$(printf %b "\\0134")';
		return character === "'" ? '$(printf %b "\\0047")' : `\\${character}`;
	});
}

function word(text: string): string {
	return /^[\w@%+=:,./-]+$/.test(text) ? text : `"${literal(text)}"`;
}

/** Goes where instances run; without that folder a shell opens where it is, and says so. */
function folderSteps(path: string, isShell: boolean): string[] {
	return [
		`d="${literal(path)}"`,
		'if [ -d "$d/current" ]; then d="$d/current"; fi',
		isShell ? 'cd "$d"' : 'cd "$d" || exit 1',
	];
}

/** Reads the environment where there is one. In system scope it is root's, as all control over the stack is. */
function environmentSteps({ environmentFile, server, stack }: RemoteStart): string[] {
	const asRoot = `sudo -n /bin/sh -c "cat ${environmentFile}" 2>/dev/null`;
	const others = server.scope === 'system' ? ` || ${asRoot}` : '';
	return [
		`e=$(cat "${environmentFile}" 2>/dev/null${others})`,
		'set -a',
		'eval "$e"',
		`PROCDECK_STACK=${word(stack.name)}`,
		`PROCDECK_SERVER=${word(server.name)}`,
		'set +a',
		'unset d e',
	];
}

/** One word is a line for the stack's shell; several are a program and its arguments as they stand. */
function commandStep(words: readonly string[], shell: string): string {
	const [first] = words;
	if (first === undefined) return 'exec "${SHELL:-/bin/sh}" -l';
	const command = words.length === 1 ? shellCommand({ shell, command: first }) : words;
	return `exec ${command.map(word).join(' ')}`;
}

/**
 * What a login shell there is given to run, whichever it is: one `/bin/sh` with a script in single quotes.
 * @param words the command; none: an interactive shell
 */
export function remoteCommand(start: RemoteStart, words: readonly string[]): string {
	const steps = [
		...folderSteps(start.stack.path, words.length === 0),
		...environmentSteps(start),
		commandStep(words, start.stack.shell),
	];
	return `/bin/sh -c '${steps.join('; ')}'`;
}

/**
 * The user's own ssh, with what it runs there.
 * @param options.hasTerminal whether there is one to be given to it
 * @param options.connectTimeout milliseconds; ssh by itself waits for minutes
 */
export function sshCommand(
	{ host, user, port, name }: Pick<ServerDefinition, 'host' | 'user' | 'port' | 'name'>,
	remote: string,
	{ hasTerminal, connectTimeout }: { readonly hasTerminal: boolean; readonly connectTimeout: number },
): [file: string, ...args: string[]] {
	const address = host ?? name;
	return [
		'ssh',
		hasTerminal ? '-t' : '-T',
		'-o',
		`ConnectTimeout=${Math.ceil(connectTimeout / 1000)}`,
		...(port === null ? [] : ['-p', String(port)]),
		'--',
		user === null ? address : `${user}@${address}`,
		remote,
	];
}
