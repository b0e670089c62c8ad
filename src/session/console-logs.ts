import type { LogChunk, Server } from '../server/server.ts';
import type { LogSource } from '../store/intent.ts';
import type { LogBuffer } from '../store/log-buffer.ts';
import type { Tick } from '../store/tick.ts';

/** Lines of the past that a log view starts with. */
const BACKLOG = 1000;
/** What a cursor only passes on its way is not read: on a server every look starts a program. */
const PASSING_MS = 150;

/** Fills the log buffer from whatever the view looks at, and from nothing else. */
export interface LogFeed {
	watch(sources: readonly LogSource[]): void;
	/** Starts again on a server whose connection has come back. */
	resume(server: string): void;
	stop(): void;
}

export function createLogFeed(servers: ReadonlyMap<string, Server>, buffer: LogBuffer, tick: Tick): LogFeed {
	let watched: readonly LogSource[] = [];
	let controller = new AbortController();
	let watchedAt = Number.NEGATIVE_INFINITY;
	let starting: NodeJS.Timeout | null = null;
	/** Sources whose stream has ended, with the time of the last line. */
	const ended = new Map<string, number>();

	const take = (server: string, chunks: readonly LogChunk[]) => {
		for (const { instance, at, marker, bytes } of chunks)
			buffer.append({ server, instance, at, marker }, bytes);
		tick.mark();
	};
	const follow = async (source: LogSource, since: number | null, signal: AbortSignal): Promise<void> => {
		const { server: name, selectors } = source;
		const lines = since === null ? BACKLOG : null;
		let last = since ?? 0;
		try {
			const stream = servers.get(name)?.logs({ selectors, follow: true, lines, since }, signal) ?? [];
			for await (const chunks of stream) {
				if (signal.aborted) return;
				take(name, chunks);
				last = chunks.at(-1)?.at ?? last;
			}
		} catch (error) {
			if (signal.aborted) return;
			const words = error instanceof Error ? error.message : String(error);
			take(name, [
				{ instance: '', at: Date.now(), stream: null, marker: true, bytes: Buffer.from(`${words}\n`) },
			]);
		}
		if (!signal.aborted) ended.set(name, last + 1);
	};
	const start = () => {
		starting = null;
		for (const source of watched) void follow(source, null, controller.signal);
	};
	const stop = () => {
		if (starting !== null) clearTimeout(starting);
		starting = null;
		controller.abort();
	};
	return {
		watch(sources) {
			stop();
			controller = new AbortController();
			ended.clear();
			watched = sources;
			buffer.clear();
			tick.mark();
			const isPassing = performance.now() - watchedAt < PASSING_MS;
			watchedAt = performance.now();
			if (isPassing) starting = setTimeout(start, PASSING_MS);
			else start();
		},
		resume(server) {
			const since = ended.get(server);
			const source = watched.find((other) => other.server === server);
			if (since === undefined || source === undefined) return;
			ended.delete(server);
			void follow(source, since, controller.signal);
		},
		stop,
	};
}
