import { ProcdeckError } from '../model/errors.ts';
import { parseSelectors } from '../model/formation-arguments.ts';
import type { LogQuery, Server } from '../server/server.ts';
import { coveredServers } from '../session/choose-servers.ts';
import type { Context } from './context.ts';
import { parseWithOrphans } from './known-types.ts';
import { lastLines } from './last-lines.ts';
import { filterLines } from './log-lines.ts';
import { giveBack, keepYoungHeapSmall } from './memory.ts';
import { mergeLogs, type ServerChunk } from './merge-logs.ts';
import { missingInstances } from './missing-instances.ts';
import { openStackOrRemains, withServers } from './open-stack.ts';
import { Gathered } from './output/gathered.ts';
import { jsonLogPrinter, textLogPrinter } from './output/log-printer.ts';
import { wantsColour } from './output/paint.ts';
import { withoutServer } from './output/server-words.ts';
import { parseSince } from './since.ts';

export interface LogsFlags {
	readonly follow?: boolean;
	readonly lines?: number;
	readonly since?: string;
	readonly grep?: string;
	readonly server?: string;
}

const DEFAULT_LINES = 100;

/** What the instances wrote, and with `-f` what they go on to write. */
export async function logs(context: Context, operands: readonly string[], flags: LogsFlags): Promise<number> {
	keepYoungHeapSmall();
	const { globals } = context;
	const pattern = flags.grep === undefined ? null : parsePattern(flags.grep);
	const bounds = parseBounds(flags);
	const stack = await openStackOrRemains(context);
	const definitions = coveredServers(stack.servers, flags.server);
	const selectors = await parseWithOrphans(globals, stack, definitions, (known) =>
		parseSelectors(operands, known),
	);
	const failed = new Map<string, ProcdeckError>();
	const onFailure = (server: string, error: ProcdeckError) => {
		failed.set(server, error);
		context.output.note(`no logs of ${server}: ${withoutServer(server, error.message)}`);
	};
	await withServers(globals, stack, definitions, 'peek', async (servers) => {
		const query = { selectors, follow: flags.follow === true, ...bounds };
		const chunks = linesOf(servers, query, pattern, onFailure);
		const isAnything = await print(context, chunks, definitions.length > 1);
		const missing = isAnything || flags.follow ? null : await missingInstances(servers, selectors);
		if (missing !== null) context.output.note(missing);
	});
	if (failed.size === 0) return 0;
	return failed.size < definitions.length ? 3 : 1;
}

/** How far back: by default the last lines, but with a time all since then. */
function parseBounds(flags: LogsFlags): Pick<LogQuery, 'lines' | 'since'> {
	const since = flags.since === undefined ? null : parseSince(flags.since, new Date());
	return { since, lines: flags.lines ?? (since === null ? DEFAULT_LINES : null) };
}

function parsePattern(text: string): RegExp {
	try {
		return new RegExp(text);
	} catch (error) {
		throw new ProcdeckError('usage', `--grep: ${(error as Error).message}`);
	}
}

async function* linesOf(
	servers: readonly Server[],
	query: LogQuery,
	pattern: RegExp | null,
	onFailure: (server: string, error: ProcdeckError) => void,
): AsyncIterable<ServerChunk[]> {
	const stop = new AbortController();
	// What is lost by Ctrl-C is what was not written yet: the iteration just ends.
	process.once('SIGINT', () => stop.abort());
	const { lines } = query;
	// The last lines that match may be anywhere, so that the bound is applied after the search.
	const asked = pattern === null || lines === 0 ? query : { ...query, lines: null };
	const read = () => {
		const merged = mergeLogs(servers, asked, stop.signal, onFailure);
		return pattern === null ? merged : filterLines(merged, pattern);
	};
	const isBounded = lines === null || (pattern === null && servers.length === 1);
	yield* isBounded ? read() : lastLines(read, lines);
}

/** @returns whether there was anything */
async function print(
	{ globals, output }: Context,
	chunks: AsyncIterable<ServerChunk[]>,
	withServer: boolean,
): Promise<boolean> {
	const colours = wantsColour(process.stdout, globals.colour);
	const printer = output.json ? jsonLogPrinter : textLogPrinter({ colours, withServer });
	const gathered = new Gathered();
	let isAnything = false;
	for await (const batch of chunks) {
		for (const { server, chunk } of batch) {
			if (chunk.bytes.length > 0) {
				isAnything = true;
				printer(server, chunk, gathered);
			}
			giveBack(chunk.bytes);
			if (gathered.isWorthWriting) await gathered.write();
		}
		await gathered.write();
	}
	return isAnything;
}
