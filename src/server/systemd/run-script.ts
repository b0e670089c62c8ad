import { isSimpleCommand } from '../../model/launch.ts';
import { PORTS_PER_TYPE } from '../../model/ports.ts';
import { quote } from '../../model/quote.ts';
import { type Layout, runScriptPath } from './layout.ts';
import type { ServerFile } from './unit-files.ts';

export interface RunScript {
	readonly layout: Layout;
	/** The server's name in the stack. */
	readonly server: string;
	readonly stackName: string;
	readonly type: string;
	/** The Procfile's text. */
	readonly command: string;
	readonly shell: string;
	/** Where the code is; it runs in `current` within it where there is one. */
	readonly path: string;
	/** Of the type's first instance; null: none gets a PORT. */
	readonly firstPort: number | null;
}

/** Exit status of an instance whose folder is missing: systemd's own for that. */
const NO_FOLDER = 200;

/**
 * What a type's units run, as `/bin/sh FILE INDEX`. That is a script, and not written into the unit, so that a command
 * is literal whatever it contains. It ends in `exec`: else signals would reach the shell and not the program.
 */
export function runScriptFile(script: RunScript): ServerFile {
	const { layout, server, stackName, type, firstPort } = script;
	const lines = [
		'# Written by Procdeck: runs one instance, whose number is $1.',
		`export PS=${type}.$1 PROCDECK_STACK=${stackName} PROCDECK_SERVER=${quote(server)}`,
		`export PROCDECK_TYPE=${type} PROCDECK_INSTANCE=$1`,
		...portLines(firstPort),
		...folderLines(script.path),
		// Both ends are its own, so that it is never at its end.
		'stdin=$RUNTIME_DIRECTORY/stdin',
		'unset RUNTIME_DIRECTORY',
		'[ -p "$stdin" ] || mkfifo -m 600 "$stdin"',
		'exec 0<>"$stdin"',
		`exec ${commandWords(script).map(quote).join(' ')}`,
		'',
	];
	return { path: runScriptPath(layout, type), text: lines.join('\n'), mode: 0o644 };
}

function portLines(firstPort: number | null): string[] {
	if (firstPort === null) return ['unset PORT'];
	const last = Math.min(PORTS_PER_TYPE, 65_535 - firstPort + 1);
	return [`if [ "$1" -le ${last} ]; then export PORT=$((${firstPort} + $1 - 1)); else unset PORT; fi`];
}

function folderLines(path: string): string[] {
	const current = quote(`${path}/current`);
	const folder = quote(path);
	return [
		`if [ -d ${current} ]; then folder=${current}; else folder=${folder}; fi`,
		`cd "$folder" || exit ${NO_FOLDER}`,
		'unset folder',
	];
}

/** The command through the stack's shell, which gives way to it where it is simple. */
function commandWords({ shell, command }: RunScript): string[] {
	return [shell, '-c', isSimpleCommand(command) ? `exec ${command}` : command];
}
