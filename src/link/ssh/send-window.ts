/** What ssh2 keeps of a channel and its types do not tell: how many bytes the server will still take. */
interface Sending {
	readonly outgoing: { window: number };
}

/** OpenSSH says what it has taken about every 96 KiB. */
const LEAST_AHEAD_BYTES = 128 * 1024;
/** What is ahead takes about so long to arrive. */
const AHEAD_MS = 2_000;

/**
 * Sends no more ahead on a channel than the line takes in about two seconds. A server allows 2 MiB, and all else that the
 * connection has to say waits behind that: on a slow line longer than a server waits that looks after what we started there.
 * @param now monotonic milliseconds
 */
export function limitAhead(channel: object, now: () => number = () => performance.now()): void {
	const { outgoing } = channel as Sending;
	const most = outgoing.window;
	let ahead = Math.min(most, LEAST_AHEAD_BYTES);
	if (ahead === most) return;
	let window = ahead;
	let taken = 0;
	let since: number | null = null;
	const take = (bytes: number) => {
		if (since === null) {
			since = now();
			return;
		}
		taken += bytes;
		if (taken < ahead) return;
		const inTime = (taken * AHEAD_MS) / Math.max(1, now() - since);
		const more = Math.max(0, Math.min(most, 2 * ahead, inTime) - ahead);
		ahead += more;
		window += more;
		taken = 0;
		since = now();
	};
	Object.defineProperty(outgoing, 'window', {
		get: () => Math.floor(window),
		set(next: number) {
			const bytes = next - Math.floor(window);
			window = next;
			if (bytes > 0) take(bytes);
		},
	});
}
