import type { CommandResult, Link } from '../../link/link.ts';
import { monotonicNow } from '../../linux/proc.ts';
import { lookUp } from '../../model/look-up.ts';
import { heldPath, type Layout, recordPath, targetPath } from './layout.ts';
import { instanceOf, targetName, templateType } from './names.ts';
import { parseRecord, type StackRecord } from './record.ts';
import { type CurrentRelease, currentRelease, LIST_CURRENT_RELEASE } from './releases/current.ts';

/** What a server's files say of a stack. */
export interface FilesOnServer {
	/** null: the stack was never set up there, or what is written cannot be read. */
	readonly record: StackRecord | null;
	/** Names that `stop` holds. */
	readonly held: readonly string[];
	/** Whether the stack's target is there, and whether a boot reaches it. */
	readonly power: 'up' | 'down' | 'never';
	/** Instances that a boot starts, by type: their numbers in order. */
	readonly enabled: Readonly<Record<string, readonly number[]>>;
	/** Texts by path: templates, run scripts, the target; of the environment only its mark. */
	readonly texts: Readonly<Record<string, string>>;
	/** Paths of drop-ins of the stack's units, which are never Procdeck's: `systemctl edit` and `set-property` make them. */
	readonly dropIns: readonly string[];
	/** Types that have a template. */
	readonly types: readonly string[];
	/** The release that instances are started with, and those before it. */
	readonly release: CurrentRelease;
	/** Another one where any of the texts is another; empty where the server cannot tell. */
	readonly mark: string;
}

const READ_TIMEOUT_MS = 15_000;

/** The last line of a listing: one that was cut short would look like a stack that has less. */
export const LISTING_END = 'end .';

/**
 * Prints each line of each file behind the file's path, but not what is known already by its mark; then a line for each
 * link and drop-in. A process for each file would cost more than all else that a change does.
 */
export const LIST_FUNCTION = `
list() {
units=$1 prefix=$2 config=$3 run=$4 boot=$5 code=$6 known=$7
set --
for path in "$units/$prefix.target" "$units/$prefix."*@.service "$config/stack.json" "$config/run/"* "$config/stop-steps" "$run/held"
do if [ -f "$path" ] && [ -r "$path" ]; then set -- "$@" "$path"; fi; done
mark=$(cksum -- "$@" </dev/null | cksum)
echo "mark $mark"
if [ -z "$mark" ] || [ "$mark" != "$known" ]; then grep -asH '' -- "$@" /dev/null; fi
for path in "$units/$prefix.target.wants/"*; do [ -L "$path" ] && printf 'link %s\\n' "$path"; done
for path in "$units/$prefix."*.d/* "$units.control/$prefix."*.d/*; do [ -f "$path" ] && printf 'dropin %s\\n' "$path"; done
if [ -L "$units/$boot.wants/$prefix.target" ]; then echo "boot $boot"; fi
${LIST_CURRENT_RELEASE}
echo "now $(date +%s%3N)"
echo ${LISTING_END}
}
`;

/** What {@link LIST_FUNCTION} is called with, but for the mark of what is known, which comes last. */
export function listArguments({ units, prefix, config, run, bootTarget, code }: Layout): string[] {
	return [units, prefix, config, run, bootTarget, code];
}

/** The command that prints a stack's files; {@link parseFiles} reads what it prints. */
export function readCommand(layout: Layout, before: FilesOnServer | null = null): [string, ...string[]] {
	const script = `${LIST_FUNCTION}list "$@"`;
	return ['/bin/sh', '-c', script, 'sh', ...listArguments(layout), before?.mark ?? ''];
}

/** A stack's files, read again and again: what is still so is not sent again. */
export class StackFiles {
	readonly #link: Link;
	readonly #layout: Layout;
	#last: FilesOnServer | null = null;
	/** What the server's clock said, and the monotonic one here when that was read. */
	#clock = { server: 0, mono: 0 };

	constructor(link: Link, layout: Layout) {
		this.#link = link;
		this.#layout = layout;
	}

	/** As they were read the last time. */
	get last(): FilesOnServer | null {
		return this.#last;
	}

	/**
	 * Milliseconds since the epoch by the server's clock, as far as the last reading tells: never later than it is there, so
	 * that nothing which is started from now on seems to be older than this.
	 */
	get serverNow(): number {
		return this.#clock.server + monotonicNow() - this.#clock.mono;
	}

	/** @throws Error when the files cannot be read, with the server's own words */
	async read(): Promise<FilesOnServer> {
		const before = this.#last;
		const result = await this.#link.run(readCommand(this.#layout, before), { timeoutMs: READ_TIMEOUT_MS });
		return this.take(requireWhole(result), before);
	}

	/** @param before what there was when the listing was asked for, by whose mark parts of it may have been left out */
	take(listing: string, before: FilesOnServer | null): FilesOnServer {
		const [, now] = /^now (\d+)$/m.exec(listing) ?? [];
		if (now !== undefined) this.#clock = { server: Number(now), mono: monotonicNow() };
		this.#last = parseFiles(this.#layout, listing, before);
		return this.#last;
	}
}

function requireWhole({ stdout, stderr }: CommandResult): string {
	if (stdout.endsWith(`${LISTING_END}\n`)) return stdout;
	throw new Error(`cannot read the stack's files: ${stderr.trim() || 'the listing was cut short'}`);
}

export function parseFiles(
	layout: Layout,
	printed: string,
	before: FilesOnServer | null = null,
): FilesOnServer {
	const lines = printed.split('\n');
	const said = (kind: string) =>
		lines.flatMap((line) => (line.startsWith(`${kind} `) ? [line.slice(kind.length + 1)] : []));
	const mark = said('mark')[0] ?? '';
	const isKnown = before !== null && mark !== '' && mark === before.mark;
	const texts = isKnown ? before.texts : textsIn(lines);
	const hasTarget = lookUp(texts, targetPath(layout)) !== undefined;
	return {
		record: parseRecord(lookUp(texts, recordPath(layout))),
		held: (lookUp(texts, heldPath(layout)) ?? '').split('\n').filter((name) => name !== ''),
		power: hasTarget ? (said('boot').length > 0 ? 'up' : 'down') : 'never',
		enabled: enabledIn(layout.prefix, said('link').map(baseName)),
		texts,
		dropIns: said('dropin'),
		types: Object.keys(texts).flatMap((path) => templateType(layout.prefix, baseName(path)) ?? []),
		release: currentRelease(said('current')[0], said('was')),
		mark,
	};
}

/** Lines such as `/etc/systemd/system/procdeck.shop.production.target:[Unit]`. No path has a colon. */
function textsIn(lines: readonly string[]): Record<string, string> {
	const texts = new Map<string, string>();
	for (const line of lines) {
		if (!line.startsWith('/')) continue;
		const colon = line.indexOf(':');
		const path = line.slice(0, colon);
		texts.set(path, `${texts.get(path) ?? ''}${line.slice(colon + 1)}\n`);
	}
	return Object.fromEntries(texts);
}

function enabledIn(prefix: string, links: readonly string[]): Record<string, number[]> {
	const enabled: Record<string, number[]> = {};
	for (const link of links) {
		const instance = instanceOf(prefix, link);
		if (instance === null) continue;
		enabled[instance.type] = [...(lookUp(enabled, instance.type) ?? []), instance.index];
	}
	for (const numbers of Object.values(enabled)) numbers.sort((a, b) => a - b);
	return enabled;
}

function baseName(path: string): string {
	return path.slice(path.lastIndexOf('/') + 1);
}

/** The folder of links that the target wants. */
export function wantsFolder({ units, prefix }: Layout): string {
	return `${units}/${targetName(prefix)}.wants`;
}
