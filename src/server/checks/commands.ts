import { programsOf } from '../../model/command-programs.ts';
import { type Found, fine } from '../../model/finding.ts';
import type { Stack } from '../../model/stack.ts';

const CHECK = 'commands';

type Commands = Pick<Stack, 'processTypes' | 'release' | 'shell'>;

/** What of the Procfile has a command: its process types, and `release`. */
function entriesOf({
	processTypes,
	release,
}: Commands): { readonly name: string; readonly command: string }[] {
	return [...processTypes, ...(release === null ? [] : [{ name: 'release', command: release.command }])];
}

/** The programs that have to be on a server for the Procfile's commands to run. A line of a script has each. */
export function programsToLookUp(commands: Commands): string[] {
	const programs = entriesOf(commands).flatMap(({ command }) => programsOf(command));
	return [...new Set([commands.shell, ...programs])].filter((program) => !program.includes('\n'));
}

/**
 * @param wanted process types of which something is to run there; where there are none, all may come
 * @param absent those of {@link programsToLookUp} that are not there; null: nobody could look
 */
export function commandsFinding(
	commands: Commands,
	wanted: ReadonlySet<string>,
	absent: readonly string[] | null,
): Found {
	if (absent === null) return fine(CHECK, 'not looked for: there is no folder or no user to look with');
	const missing = entriesOf(commands).flatMap(({ name, command }) => {
		const own = programsOf(command).filter((program) => absent.includes(program));
		return own.length === 0 ? [] : [{ name, text: `${name} needs ${own.join(' and ')}` }];
	});
	const now = missing.filter(({ name }) => wanted.has(name)).map(({ text }) => text);
	const shell = absent.includes(commands.shell) ? [`all need ${commands.shell}`] : [];
	const later = missing.filter(({ name }) => !wanted.has(name)).map(({ text }) => text);
	if (shell.length + now.length > 0) return notThere('error', [...shell, ...now]);
	if (later.length > 0 && wanted.size === 0) return notThere('warning', later);
	if (later.length === 0) return fine(CHECK, 'the programs that the Procfile names are there');
	return fine(CHECK, `what is to run has its programs; not there for the rest: ${later.join('; ')}`);
}

function notThere(severity: 'error' | 'warning', reasons: readonly string[]): Found {
	return {
		check: CHECK,
		severity,
		message: `not there: ${reasons.join('; ')}`,
		fix: 'install it there, or name the folder that it is in: PATH in an env file',
	};
}

/**
 * A function that prints a line for each program that is not there: `look_up FOLDER PATH PROGRAM…`. It looks as a shell
 * that is to run the commands does, and runs none of them.
 */
export const LOOK_UP_FUNCTION = `
look_up() {
cd -- "$1" || return
PATH=$2
shift 2
for program; do
case $program in
*/*) [ -f "$program" ] && [ -x "$program" ] ;;
*) command -v "$program" >/dev/null ;;
esac || printf 'absent %s\\n' "$program"
done
echo "looked up"
}
`;
