import { environmentPath, type Layout } from './layout.ts';
import { instanceOf } from './names.ts';
import type { Session } from './session.ts';

/** What reading the stack's own files does not tell. */
export interface Stray {
	/** Drop-ins of the stack's units, which are never Procdeck's. */
	readonly dropIns: readonly { readonly path: string; readonly text: string }[];
	/** The environment that is there; null: none. */
	readonly environment: string | null;
	/** Numbers of the instances that are not at rest, by type. */
	readonly active: Readonly<Record<string, readonly number[]>>;
}

const READ_TIMEOUT_MS = 15_000;

/** Prints a line for each file: a kind, its path and its content in base64. `systemctl edit` and `set-property` make drop-ins. */
const READ_SCRIPT = `
units=$1 prefix=$2 environment=$3
file() { if [ -f "$2" ]; then printf '%s %s %s\\n' "$1" "$(printf %s "$2" | base64 -w 0)" "$(base64 -w 0 <"$2")"; fi; }
for path in "$units/$prefix."*.d/* "$units.control/$prefix."*.d/*; do file dropin "$path"; done
file environment "$environment"
echo end
`;

/** @throws ProcdeckError `refused` where this user may not read it; Error with the server's own words */
export async function readStray(session: Session): Promise<Stray> {
	const { layout, link, bus } = session;
	const { units, prefix } = layout;
	const command = session.elevated(
		'/bin/sh',
		'-c',
		READ_SCRIPT,
		'sh',
		units,
		prefix,
		environmentPath(layout),
	);
	const [{ stdout, stderr }, listed] = await Promise.all([
		link.run(command, { timeoutMs: READ_TIMEOUT_MS }),
		bus.list(`${prefix}.*@*.service`),
	]);
	if (!stdout.endsWith('end\n')) throw new Error(`cannot read the stack's files: ${stderr.trim()}`);
	const running = listed.filter(({ activeState }) => activeState !== 'inactive' && activeState !== 'failed');
	return { ...parseStray(stdout), active: numbersByType(layout, running) };
}

export function parseStray(printed: string): Omit<Stray, 'active'> {
	const files = printed.split('\n').flatMap((line) => {
		const [kind, path, content] = line.split(' ');
		if (path === undefined || content === undefined) return [];
		return [{ kind, path: decoded(path), text: decoded(content) }];
	});
	return {
		dropIns: files.filter(({ kind }) => kind === 'dropin').map(({ path, text }) => ({ path, text })),
		environment: files.find(({ kind }) => kind === 'environment')?.text ?? null,
	};
}

function decoded(text: string): string {
	return Buffer.from(text, 'base64').toString();
}

function numbersByType(
	{ prefix }: Layout,
	units: readonly { readonly unit: string }[],
): Record<string, number[]> {
	const instances = units.flatMap(({ unit }) => instanceOf(prefix, unit) ?? []);
	const byType = Map.groupBy(instances, ({ type }) => type);
	return Object.fromEntries([...byType].map(([type, own]) => [type, own.map(({ index }) => index)]));
}
