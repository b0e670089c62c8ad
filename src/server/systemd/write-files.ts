import type { ProcdeckError } from '../../model/errors.ts';
import type { Session } from './session.ts';
import type { ServerFile } from './unit-files.ts';

const WRITE_TIMEOUT_MS = 30_000;

/**
 * Reads lines of mode, path and content in base64, and puts the files in place once all of them are written beside it.
 * Where one cannot be written everything stays as it was.
 */
const WRITE_SCRIPT = `
written=
write() {
mkdir -p "\${2%/*}" && (umask 077; printf %s "\${3#.}" | base64 -d >"$2.new" && chmod "$1" "$2.new" && sync "$2.new")
}
while read -r mode path data
do
written="$written $path"
write "$mode" "$path" "$data" && continue
for path in $written; do rm -f "$path.new"; done
exit 1
done
for path in $written; do mv -f "$path.new" "$path" || exit 1; done
`;

/**
 * Writes files on a server: each as a whole, and all of them or none.
 * @throws Error with the server's own words; {@link ProcdeckError} `refused` where this user may not
 */
export async function writeFiles(session: Session, files: readonly ServerFile[]): Promise<void> {
	if (files.length === 0) return;
	// The dot makes a word of an empty content too.
	const lines = files.map(({ path, text, mode }) => `${mode.toString(8)} ${path} .${base64(text)}\n`);
	const command = session.elevated('/bin/sh', '-c', WRITE_SCRIPT);
	const options = { input: lines.join(''), timeoutMs: WRITE_TIMEOUT_MS };
	const { exitCode, stderr } = await session.link.run(command, options);
	if (exitCode !== 0) throw new Error(`cannot write on the server: ${stderr.trim() || 'it took too long'}`);
}

function base64(text: string): string {
	return Buffer.from(text).toString('base64');
}
