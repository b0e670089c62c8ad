/** A release that instances were started with from some time on. */
export interface ReleaseSince {
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
if [ -r "$code/.procdeck/current.log" ]; then while read -r was; do echo "was $was"; done <"$code/.procdeck/current.log"; fi
fi`;

/**
 * @param link as `1700000000.123 releases/ID`; undefined: there is none
 * @param log as `1700000000123 ID`, the latest last
 */
export function currentRelease(link: string | undefined, log: readonly string[]): CurrentRelease {
	if (link === undefined) return NO_RELEASE;
	const [seconds = '', target = ''] = splitOnce(link);
	const current = { id: target.slice(target.lastIndexOf('/') + 1), since: Number(seconds) * 1000 };
	const logged = log.map((line) => {
		const [since = '', id = ''] = splitOnce(line);
		return { id, since: Number(since) };
	});
	return { current, before: logged.filter(({ since }) => since < current.since).reverse() };
}

function splitOnce(text: string): string[] {
	const space = text.indexOf(' ');
	return [text.slice(0, space), text.slice(space + 1)];
}

/**
 * What an instance was started with.
 * @param startedAt milliseconds since the epoch by the server's clock
 * @returns null where no release was current then
 */
export function releaseAt({ current, before }: CurrentRelease, startedAt: number): string | null {
	if (current === null) return null;
	return [current, ...before].find(({ since }) => since <= startedAt)?.id ?? null;
}
