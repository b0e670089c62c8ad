import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { ProcdeckError } from '../../model/errors.ts';
import type { LogChunk, LogQuery } from '../server.ts';
import { isLoss } from './changes.ts';
import { journalAccess } from './facts.ts';
import { type JournalEntry, type JournalQuery, journalCommand, parseEntry } from './journal.ts';
import type { Session } from './session.ts';

const READ_AGAIN_AFTER_MS = 1_000;

/** Lines that are told at one time. */
const BATCH_LINES = 512;

/** What lines are read over. */
export interface LogSource {
	/** By the connection there is, or a new one. */
	open(): Promise<Session>;
	/** By the connection there is, or the next one; null when `signal` was aborted before. */
	next(signal: AbortSignal): Promise<Session | null>;
}

/**
 * The lines of a stack's instances from the journal; while they are followed, also over a lost connection.
 * @throws ProcdeckError `refused` where this user may not read the journal; `unreachable` when the connection is lost
 * before all that there is has been read back
 */
export async function* readLogs(
	source: LogSource,
	query: LogQuery,
	signal: AbortSignal,
): AsyncGenerator<LogChunk[]> {
	let cursor: string | null = null;
	const seen = (entries: readonly JournalEntry[]) => {
		cursor = entries.at(-1)?.cursor ?? cursor;
		return entries.map(toChunk);
	};
	const startedAt = Date.now();
	const session = await source.open();
	if (query.lines !== 0)
		for await (const entries of read(session, { ...query, follow: false }, signal)) yield seen(entries);
	if (!query.follow || signal.aborted) return;
	yield [];
	for (let current: Session | null = session; current !== null; current = await source.next(signal)) {
		const from: Partial<JournalQuery> =
			cursor === null
				? { since: startedAt + session.facts.clockAhead }
				: { since: null, afterCursor: cursor };
		for await (const entries of follow(current, { ...query, lines: null, ...from }, signal))
			yield seen(entries);
		if (signal.aborted) return;
	}
}

/** Ends when the connection is lost, or what reads there ends. */
async function* follow(
	session: Session,
	query: JournalQuery,
	signal: AbortSignal,
): AsyncGenerator<JournalEntry[]> {
	try {
		yield* read(session, query, signal);
	} catch (error) {
		if (!isLoss(error)) throw error;
	}
	// What ends by itself is not begun again without a pause.
	if (!signal.aborted) await Promise.race([session.lost, sleep(READ_AGAIN_AFTER_MS)]);
}

async function* read(
	session: Session,
	query: JournalQuery,
	signal: AbortSignal,
): AsyncGenerator<JournalEntry[]> {
	const { facts, layout, link } = session;
	const access = journalAccess(facts, layout.scope);
	if (access === null) throw mayNotRead(facts.user);
	const channel = await link.open(journalCommand(access, layout, query));
	const lines = createInterface({ input: channel.stream });
	const close = () => {
		lines.close();
		channel.close();
	};
	signal.addEventListener('abort', close, { once: true });
	try {
		yield* batches(lines);
	} catch (error) {
		if (!signal.aborted) throw error;
	} finally {
		signal.removeEventListener('abort', close);
		close();
	}
}

/** Whatever has arrived by now, in one batch. */
async function* batches(lines: AsyncIterable<string>): AsyncGenerator<JournalEntry[]> {
	const iterator = lines[Symbol.asyncIterator]();
	let next = iterator.next();
	for (;;) {
		const batch: JournalEntry[] = [];
		let result = await next;
		while (result.done !== true) {
			const entry = parseEntry(result.value);
			if (entry !== null) batch.push(entry);
			next = iterator.next();
			const isThere = batch.length < BATCH_LINES && (await arrived(next));
			if (!isThere) break;
			result = await next;
		}
		if (batch.length > 0) yield batch;
		if (result.done === true) return;
	}
}

/** Whether a line is there without having to wait for it. */
function arrived(next: Promise<unknown>): Promise<boolean> {
	return Promise.race([next.then(() => true), new Promise<false>((resolve) => setImmediate(resolve, false))]);
}

function toChunk({ instance, at, text }: JournalEntry): LogChunk {
	return { instance, at, stream: null, bytes: Buffer.from(`${text}\n`), marker: false };
}

function mayNotRead(user: string): ProcdeckError {
	return new ProcdeckError(
		'refused',
		`${user} may not read the journal there`,
		`\`usermod -aG systemd-journal ${user}\` as root allows it, or the sudoers line of \`procdeck doctor\``,
	);
}
