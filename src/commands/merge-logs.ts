import { ProcdeckError } from '../model/errors.ts';
import type { LogChunk, LogQuery, Server } from '../server/server.ts';

/** A chunk with the server that it comes from. */
export interface ServerChunk {
	readonly server: string;
	readonly chunk: LogChunk;
}

/**
 * The logs of several servers as one: what is read back by time, what is followed as it comes. As with one server, an
 * empty batch parts the two.
 * @param onFailure told of a server of several whose logs cannot be read; the others go on
 */
export function mergeLogs(
	servers: readonly Server[],
	query: LogQuery,
	signal: AbortSignal,
	onFailure: (server: string, error: ProcdeckError) => void,
): AsyncGenerator<ServerChunk[]> {
	const [first, ...others] = servers;
	if (first !== undefined && others.length === 0) return named(first, query, signal);
	return merge(
		servers.map((server) => untilFailure(server, query, signal, onFailure)),
		query.follow,
	);
}

async function* named(server: Server, query: LogQuery, signal: AbortSignal): AsyncGenerator<ServerChunk[]> {
	const { name } = server.definition;
	for await (const batch of server.logs(query, signal)) yield batch.map((chunk) => ({ server: name, chunk }));
}

/** A source that ends where it fails, and tells why. */
async function* untilFailure(
	server: Server,
	query: LogQuery,
	signal: AbortSignal,
	onFailure: (server: string, error: ProcdeckError) => void,
): AsyncGenerator<ServerChunk[]> {
	try {
		yield* named(server, query, signal);
	} catch (error) {
		if (!(error instanceof ProcdeckError)) throw error;
		onFailure(server.definition.name, error);
	}
}

async function* merge(
	sources: readonly AsyncGenerator<ServerChunk[]>[],
	follow: boolean,
): AsyncGenerator<ServerChunk[]> {
	yield* byTime(sources);
	if (!follow) return;
	yield [];
	yield* asItComes(sources);
}

async function* byTime(sources: readonly AsyncGenerator<ServerChunk[]>[]): AsyncGenerator<ServerChunk[]> {
	const readers = await Promise.all(
		sources.map(async (source) => ({ source, batch: await nextOfPast(source) })),
	);
	for (;;) {
		const open = readers.filter(({ batch }) => batch.length > 0);
		if (open.length === 0) return;
		const earliest = open.reduce((best, each) => (timeOf(each.batch) < timeOf(best.batch) ? each : best));
		yield [earliest.batch[0]!];
		earliest.batch = earliest.batch.slice(1);
		if (earliest.batch.length === 0) earliest.batch = await nextOfPast(earliest.source);
	}
}

/** The next batch that was read back; empty when there is no more. */
async function nextOfPast(source: AsyncGenerator<ServerChunk[]>): Promise<ServerChunk[]> {
	const { value, done } = await source.next();
	return done ? [] : value;
}

function timeOf(batch: readonly ServerChunk[]): number {
	return batch[0]!.chunk.at;
}

async function* asItComes(sources: readonly AsyncGenerator<ServerChunk[]>[]): AsyncGenerator<ServerChunk[]> {
	const advance = (source: AsyncGenerator<ServerChunk[]>) =>
		source.next().then((result) => ({ source, result }));
	const pending = new Map(sources.map((source) => [source, advance(source)]));
	while (pending.size > 0) {
		const { source, result } = await Promise.race(pending.values());
		if (result.done) pending.delete(source);
		else {
			pending.set(source, advance(source));
			yield result.value;
		}
	}
}
