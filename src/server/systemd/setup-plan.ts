import { hideUrlPasswords } from '../../model/expand.ts';
import { lineDiff } from '../../model/line-diff.ts';
import { lookUp } from '../../model/look-up.ts';
import {
	type Desired,
	type DesiredContext,
	type DesiredType,
	desiredFiles,
	filesToWrite,
	recordFile,
} from './desired-files.ts';
import { foreignDropIn } from './drift.ts';
import { environmentDiff } from './environment-diff.ts';
import { environmentPath, type Layout, recordPath } from './layout.ts';
import { unitName } from './names.ts';
import type { FilesOnServer } from './read-files.ts';
import type { StackRecord } from './record.ts';
import type { Part, Seen, SetupWork } from './setup-work.ts';
import type { Stray } from './stray-files.ts';
import { gonePart, typesGone, whyKept } from './types-gone.ts';
import type { ServerFile } from './unit-files.ts';

/** @param now milliseconds since the epoch by the server's clock */
export function planSetup(context: DesiredContext, seen: Seen, now: number): SetupWork {
	const desired = desiredFiles(context, seen.on);
	const { layout } = context;
	const gone = typesGone(desired, seen.on).map((type) => ({ type, why: whyKept(type, seen) }));
	const parts: Part[] = [
		...desired.types.flatMap((type) => typePart(type, seen.on)),
		...sharedParts(desired, seen.on),
		...environmentParts(layout, desired, seen),
		...gone.map(({ type, why }) => gonePart(layout, type, why, seen.on)),
		...desired.types.flatMap(({ type }) => gapPart(layout, type, seen.on)),
		...seen.stray.dropIns.map((dropIn) => dropInPart(layout, dropIn)),
	];
	const forgotten = gone.filter(({ why }) => why === null).map(({ type }) => type);
	const writing = written(layout, desired, seen, forgotten, now);
	const all = writing.recordDiffers && parts.length === 0 ? [recordPart(layout, seen.on)] : parts;
	return {
		isSetUp: seen.on.power !== 'never' || seen.on.types.length > 0,
		items: all.map(({ type, what, action, paths, diff }) => ({ type, what, action, paths, diff })),
		files: writing.files,
		removed: parts.flatMap(({ removed = [] }) => removed),
		enable: parts.flatMap(({ enable = [] }) => enable),
		disable: parts.flatMap(({ disable = [] }) => disable),
	};
}

function written(
	layout: Layout,
	desired: Desired,
	{ on, stray }: Seen,
	forgotten: readonly string[],
	now: number,
): { readonly files: ServerFile[]; readonly recordDiffers: boolean } {
	const isSame = stray.environment === desired.environment.text;
	const known = isSame ? on : { ...on, record: withOtherEnvironment(on.record) };
	const { files, record } = filesToWrite(desired, known, desired.types, now, { withEnvironment: true });
	const file = recordFile(layout, withoutTypes(record, forgotten));
	const recordDiffers = lookUp(on.texts, recordPath(layout)) !== file.text;
	return { files: recordDiffers ? [...files, file] : [...files], recordDiffers };
}

/** What is there is not what was noted. */
function withOtherEnvironment(record: StackRecord | null): StackRecord | null {
	return record && { ...record, environment: { ...record.environment, digest: '' } };
}

function withoutTypes(record: StackRecord, forgotten: readonly string[]): StackRecord {
	const isKept = ([type]: readonly [string, unknown]) => !forgotten.includes(type);
	return {
		...record,
		paused: Object.fromEntries(Object.entries(record.paused).filter(isKept)),
		types: Object.fromEntries(Object.entries(record.types).filter(isKept)),
	};
}

function typePart({ type, template, script, fingerprint }: DesiredType, on: FilesOnServer): Part[] {
	const differing = differs([template, script], on);
	if (differing.length === 0) return [];
	return [writePart(type, whatOf(type, fingerprint, differing, on), differing, on)];
}

function whatOf(
	type: string,
	fingerprint: string,
	differing: readonly ServerFile[],
	on: FilesOnServer,
): string {
	if (!on.types.includes(type))
		return lookUp(on.enabled, type) ? 'it is wanted, but its unit is missing' : 'it has no unit there yet';
	if (lookUp(on.record?.types ?? {}, type)?.fingerprint !== fingerprint)
		return 'its unit is older than the files';
	const isMissing = differing.some(({ path }) => lookUp(on.texts, path) === undefined);
	return isMissing ? 'its run script is missing' : 'its unit was changed by hand';
}

function sharedParts({ shared }: Desired, on: FilesOnServer): Part[] {
	const differing = differs(shared, on);
	if (differing.length === 0) return [];
	const isMissing = differing.every(({ path }) => lookUp(on.texts, path) === undefined);
	const what = isMissing ? 'what all types share is not there' : 'what all types share was changed by hand';
	return [writePart(null, what, differing, on)];
}

function environmentParts(layout: Layout, { environment }: Desired, { stray }: Seen): Part[] {
	if (stray.environment === environment.text) return [];
	const what = stray.environment === null ? 'the environment is not there' : 'the environment differs';
	const diff = environmentDiff(stray.environment, environment.text);
	return [{ type: null, what, action: 'write', paths: [environmentPath(layout)], diff }];
}

function recordPart(layout: Layout, on: FilesOnServer): Part {
	const what = `what is noted of the stack is ${on.record === null ? 'missing or damaged' : 'not right'}`;
	return { type: null, what, action: 'write', paths: [recordPath(layout)], diff: [] };
}

function differs(files: readonly ServerFile[], { texts }: FilesOnServer): ServerFile[] {
	return files.filter(({ path, text }) => lookUp(texts, path) !== text);
}

function writePart(type: string | null, what: string, files: readonly ServerFile[], on: FilesOnServer): Part {
	return {
		type,
		what,
		action: 'write',
		paths: files.map(({ path }) => path),
		diff: files.flatMap(({ path, text }) => fileDiff(path, lookUp(on.texts, path) ?? '', text)),
	};
}

function gapPart({ prefix }: Layout, type: string, { enabled }: FilesOnServer): Part[] {
	const numbers = lookUp(enabled, type) ?? [];
	const missing = numbers.flatMap((_, position) => (numbers.includes(position + 1) ? [] : [position + 1]));
	if (missing.length === 0) return [];
	const beyond = numbers.filter((number) => number > numbers.length);
	const what = `the enabled instances are ${numbers.join(', ')}, not 1 to ${numbers.length}`;
	const units = (indexes: readonly number[]) => indexes.map((index) => unitName(prefix, type, index));
	const part = { type, what, action: 'renumber', paths: [], diff: [] } as const;
	return [{ ...part, enable: units(missing), disable: units(beyond) }];
}

function dropInPart({ prefix }: Layout, { path, text }: Stray['dropIns'][number]): Part {
	const [, folder = ''] = path.split('/').reverse();
	const what = foreignDropIn(path);
	const type = folder.startsWith(`${prefix}.`)
		? /^([A-Za-z0-9_-]+)@/.exec(folder.slice(prefix.length + 1))
		: null;
	const diff = fileDiff(path, withoutValues(text), '');
	return { type: type?.[1] ?? null, what, action: 'remove', paths: [path], diff, removed: [path] };
}

/** Who writes secrets into a drop-in does it in lines of this kind, which a backslash goes on with. */
function withoutValues(text: string): string {
	return text.replace(/^(\s*Environment=)(?:.*\\\n)*.*$/gm, '$1***');
}

function fileDiff(path: string, before: string, after: string): string[] {
	return [`--- ${path}`, ...lineDiff(before, after).map(hideUrlPasswords)];
}
