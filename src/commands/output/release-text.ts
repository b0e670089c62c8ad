import type { ReleaseDraft } from '../../session/release/make.ts';

/** What a release does, in the order in which it does it. */
export function releasePlan(
	{ record, source, stack }: ReleaseDraft,
	servers: readonly string[],
	current: ReadonlyMap<string, string | null>,
): string {
	const count = source.manifest.paths.length;
	const { setup, shared } = stack.releases;
	const [first = ''] = servers;
	return [
		`release ${record.id}: ${record.title} (${count} file${count === 1 ? '' : 's'})`,
		...servers.map((name) => copyLine(name, record.id, current)),
		...(shared.length === 0 ? [] : [`  share     ${shared.join(', ')}`]),
		...setup.map((command) => `  setup     ${command}`),
		...(stack.release === null ? [] : [`  release   ${stack.release.command} (once, on ${first})`]),
		'  restart   what runs, one after the other',
	].join('\n');
}

function copyLine(name: string, id: string, current: ReadonlyMap<string, string | null>): string {
	const now = current.get(name) ?? null;
	if (now === id) return `  is on     ${name}`;
	return `  copy to   ${name}, which ${now === null ? 'has no release' : `has ${now}`}`;
}
