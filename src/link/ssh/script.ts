import { quote } from '../../model/quote.ts';
import type { Command } from '../link.ts';

/**
 * What sshd hands to the user's login shell for every session: read the same by sh, bash, zsh, fish and csh, so it has
 * no backslash, no `!` and no quote within quotes. The shell that it starts says who it is, and is told by its stdin what
 * to do, so that nothing of ours is ever quoted for a shell that is not known.
 */
export const BOOTSTRAP =
	'exec /bin/sh -c \'read -r procdeck </proc/$$/stat; echo "procdeck-session $procdeck"; echo procdeck-session >&2; IFS= read -r procdeck; eval "$procdeck"\'';

/** Ends what the user's start-up files may have printed to stdout; followed by the session shell's `/proc/PID/stat`. */
export const READY_STDOUT = /procdeck-session (\d+ \(.*|)\n/;
/** The same on stderr, without more. */
export const READY_STDERR = /procdeck-session\n/;

/** A command as a POSIX shell takes it. */
export function shellCommand(command: Command): string {
	if (command.some((word) => word.includes('\0'))) throw new TypeError('a command contains a NUL character');
	return command.map(quote).join(' ');
}

/** A script as a single line that does the same. */
export function asOneLine(script: string): string {
	if (!script.includes('\n')) return script;
	const lines = script.split('\n').map((line) => (line === '' ? '' : quote(line)));
	return `procdeck=$(printf '\\n.'); procdeck=\${procdeck%.}; eval ${lines.join('"$procdeck"')}`;
}
