import { lookUp } from '../../model/look-up.ts';
import { runScriptPath } from './layout.ts';
import type { FilesOnServer } from './read-files.ts';
import type { Session } from './session.ts';

const REMOVE_TIMEOUT_MS = 30_000;

/** Takes files and links away, and folders that are empty then. */
const REMOVE_SCRIPT = `
for path
do
rm -f -- "$path" || exit 1
rmdir -- "\${path%/*}" 2>/dev/null
done
true
`;

/**
 * Takes files and links away, whatever their names contain.
 * @throws Error with the server's own words; ProcdeckError `refused` where this user may not
 */
export async function removeFiles(session: Session, paths: readonly string[]): Promise<void> {
	if (paths.length === 0) return;
	await run(session, REMOVE_SCRIPT, paths);
}

/** Only names that Procdeck gives: what somebody else put beside them stays, and is told. */
const TAKE_AWAY_SCRIPT = `
units=$1 prefix=$2 config=$3 run=$4 boot=$5
shift 5
rm -f -- "$units/$boot.wants/$prefix.target" "$units/$prefix.target" || exit 1
rm -f -- "$units/$prefix.target.wants/$prefix."*@*.service "$units/$prefix."*@.service "$units/$prefix."*@.service.new || exit 1
rmdir -- "$units/$prefix.target.wants" 2>/dev/null
for script; do rm -f -- "$script" "$script.new" || exit 1; done
for name in stack.json environment stop-steps; do rm -f -- "$config/$name" "$config/$name.new" || exit 1; done
rm -f -- "$run/held" "$run/held.new" "$run/lock" "$run/release.lock" "$run/release.lock.holder" || exit 1
for folder in "$config/run" "$config" "\${config%/*}" "$run" "\${run%/*}"; do rmdir -- "$folder" 2>/dev/null; done
for path in "$units/$prefix."* "$units.control/$prefix."* "$config" "$run"; do [ -e "$path" ] && printf '%s\\n' "$path"; done
true
`;

/**
 * Takes everything away that Procdeck put there for the stack.
 * @returns what is left there under the stack's names, which somebody else has put there
 * @throws Error with the server's own words; ProcdeckError `refused` where this user may not
 */
export async function removeSetup(session: Session, on: FilesOnServer): Promise<string[]> {
	const { layout } = session;
	const { units, prefix, config, run: runtime, bootTarget } = layout;
	const types = new Set([...on.types, ...Object.keys(on.record?.types ?? {})]);
	const scripts = [...types].map((type) => runScriptPath(layout, type));
	const found = Object.keys(on.texts).filter((path) => path.startsWith(`${config}/run/`));
	const ours = found.filter((path) => lookUp(on.texts, path)?.startsWith('# Written by Procdeck'));
	const args = [units, prefix, config, runtime, bootTarget, ...new Set([...scripts, ...ours])];
	const printed = await run(session, TAKE_AWAY_SCRIPT, args);
	return printed.split('\n').filter((path) => path !== '');
}

async function run(session: Session, script: string, args: readonly string[]): Promise<string> {
	const command = session.elevated('/bin/sh', '-c', script, 'sh', ...args);
	const { exitCode, stdout, stderr } = await session.link.run(command, { timeoutMs: REMOVE_TIMEOUT_MS });
	if (exitCode === 0) return stdout;
	throw new Error(`cannot remove what is on the server: ${stderr.trim() || 'it took too long'}`);
}
