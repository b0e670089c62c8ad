const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Does something that is to end in good order when it is asked to: the first signal aborts it, and a second one ends this
 * process as it would have without.
 */
export async function untilSignal<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
	const stop = new AbortController();
	const onSignal = (name: NodeJS.Signals) => {
		if (stop.signal.aborted) {
			forget();
			process.kill(process.pid, name);
		}
		stop.abort();
	};
	const forget = () => {
		for (const name of SIGNALS) process.off(name, onSignal);
	};
	for (const name of SIGNALS) process.on(name, onSignal);
	try {
		return await work(stop.signal);
	} finally {
		forget();
	}
}
