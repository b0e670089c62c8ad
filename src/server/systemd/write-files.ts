import type { ProcdeckError } from '../../model/errors.ts';
import type { Session } from './session.ts';
import type { ServerFile } from './unit-files.ts';

const WRITE_TIMEOUT_MS = 30_000;

/** Reads lines of mode, path and content in base64, and puts each file in place as a whole; `rm` takes one away. */
const WRITE_SCRIPT = `
put() {
mkdir -p "\${2%/*}" && (umask 077; printf %s "\${3#.}" | base64 -d >"$2.new" && chmod "$1" "$2.new" && sync "$2.new") && mv -f "$2.new" "$2" && return
rm -f "$2.new"
exit 1
}
while read -r mode path data
do case $mode in
rm) rm -f "$path" || exit 1 ;;
*) put "$mode" "$path" "$data" ;;
esac; done
`;

/**
 * Writes files on a server and removes others. What is not what it should be afterwards is told by the error; a file is
 * never half written.
 * @throws Error with the server's own words; {@link ProcdeckError} `refused` where this user may not
 */
export async function writeFiles(
	session: Session,
	files: readonly ServerFile[],
	removed: readonly string[] = [],
): Promise<void> {
	if (files.length === 0 && removed.length === 0) return;
	// The dot makes a word of an empty content too.
	const puts = files.map(({ path, text, mode }) => `${mode.toString(8)} ${path} .${base64(text)}\n`);
	const input = [...puts, ...removed.map((path) => `rm ${path} -\n`)].join('');
	const command = session.elevated('/bin/sh', '-c', WRITE_SCRIPT);
	const { exitCode, stderr } = await session.link.run(command, { input, timeoutMs: WRITE_TIMEOUT_MS });
	if (exitCode !== 0) throw new Error(`cannot write on the server: ${stderr.trim() || 'it took too long'}`);
}

function base64(text: string): string {
	return Buffer.from(text).toString('base64');
}
