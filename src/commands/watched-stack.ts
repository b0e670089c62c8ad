import { StackWatch } from '../server/embedded/stack-watch.ts';
import type { StackSource } from '../server/stack-source.ts';
import type { Globals } from './globals.ts';

/** A stack as its files say from now on. */
export interface WatchedStack extends StackSource {
	close(): void;
}

/** @throws ProcdeckError where the files are broken from the start and nothing is recorded */
export async function watchStack({ directory, procfile, environment }: Globals): Promise<WatchedStack> {
	const listeners = new Set<() => void>();
	const watch = await StackWatch.open({ directory, procfile, environment }, () => {
		for (const listener of listeners) listener();
	});
	return {
		get stack() {
			return watch.stack;
		},
		get problems() {
			return watch.problems;
		},
		listen(listener) {
			listeners.add(listener);
			return () => listeners.delete(listener);
		},
		close: () => watch.close(),
	};
}
