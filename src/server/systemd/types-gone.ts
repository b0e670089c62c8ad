import { lookUp } from '../../model/look-up.ts';
import type { Desired } from './desired-files.ts';
import { type Layout, runScriptPath, templatePath } from './layout.ts';
import { unitName } from './names.ts';
import { type FilesOnServer, wantsFolder } from './read-files.ts';
import type { Part, Seen } from './setup-work.ts';

/** Types that have left the Procfile, and of which something is still there. */
export function typesGone({ types }: Desired, on: FilesOnServer): string[] {
	const known = new Set(types.map(({ type }) => type));
	return [...new Set([...on.types, ...Object.keys(on.enabled)])].filter((type) => !known.has(type));
}

/** Why what is there of a type that has left the Procfile has to stay; null: it may go. */
export function whyKept(type: string, { on, stray }: Seen): string | null {
	const running = lookUp(stray.active, type)?.length ?? 0;
	if (running > 0) return `${running} of it still run (\`procdeck scale ${type}=0\` ends them)`;
	// Without a unit they cannot be started, whatever was wanted once.
	const wanted = on.types.includes(type) ? (lookUp(on.enabled, type)?.length ?? 0) : 0;
	if (wanted > 0) return `${wanted} of it are still wanted (\`procdeck scale ${type}=0\` ends that)`;
	const paused = lookUp(on.record?.paused ?? {}, type);
	return paused === undefined ? null : `${paused} of it are paused (\`procdeck scale ${type}=0\` ends that)`;
}

/** @param why it stays; null: it goes */
export function gonePart(layout: Layout, type: string, why: string | null, on: FilesOnServer): Part {
	const what = 'it has left the Procfile';
	if (why !== null) return { type, what: `${what}, but ${why}`, action: 'nothing', paths: [], diff: [] };
	const files = [templatePath(layout, type), runScriptPath(layout, type)];
	const links = (lookUp(on.enabled, type) ?? []).map(
		(index) => `${wantsFolder(layout)}/${unitName(layout.prefix, type, index)}`,
	);
	const removed = [...files.filter((path) => lookUp(on.texts, path) !== undefined), ...links];
	return { type, what, action: 'remove', paths: removed, diff: [], removed };
}
