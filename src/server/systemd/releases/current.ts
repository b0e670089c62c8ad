/** A release that instances were started with from some time on. */
export interface ReleaseSince {
	/** Empty: none. */
	readonly id: string;
	/** Milliseconds since the epoch by the server's clock. */
	readonly since: number;
}

/** What instances are started with. */
export interface CurrentRelease {
	/** null: the code is not in a release. */
	readonly current: ReleaseSince | null;
	/** What was current before it, the latest first. */
	readonly before: readonly ReleaseSince[];
}

export const NO_RELEASE: CurrentRelease = { current: null, before: [] };

/**
 * Prints where the link to the current release leads and since when, and then when which one was current. `$code` is the
 * folder of the code. Other tools that deploy have such a link too.
 */
export const LIST_CURRENT_RELEASE = `if [ -L "$code/current" ]; then
echo "current $(stat -c %.3Y -- "$code/current") $(readlink -- "$code/current")"
fi
if [ -r "$code/.procdeck/current.log" ]; then while read -r was; do echo "was $was"; done <"$code/.procdeck/current.log"; fi`;

/**
 * @param link as `1700000000.123 releases/ID`; undefined: there is none
 * @param log as `1700000000123 ID`, the latest last
 */
export function currentRelease(link: string | undefined, log: readonly string[]): CurrentRelease {
	const logged = log.map((line) => {
		const [since = '', id = ''] = splitOnce(line);
		return { id, since: Number(since) };
	});
	if (link === undefined) return { current: null, before: logged.reverse() };
	const [seconds = '', target = ''] = splitOnce(link);
	const current = { id: target.slice(target.lastIndexOf('/') + 1), since: Number(seconds) * 1000 };
	return { current, before: logged.filter(({ since }) => since < current.since).reverse() };
}

function splitOnce(text: string): string[] {
	const space = text.indexOf(' ');
	return space === -1 ? [text, ''] : [text.slice(0, space), text.slice(space + 1)];
}

/**
 * What an instance was started with.
 * @param startedAt milliseconds since the epoch by the server's clock
 * @returns null where no release was current then
 */
export function releaseAt({ current, before }: CurrentRelease, startedAt: number): string | null {
	const found = [...(current === null ? [] : [current]), ...before].find(({ since }) => since <= startedAt);
	return found === undefined || found.id === '' ? null : found.id;
}
