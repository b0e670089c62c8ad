import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Command } from '../../../link/link.ts';
import { ProcdeckError } from '../../../model/errors.ts';
import type { Session } from '../session.ts';

const TIMEOUT_MS = 120_000;

/** What a command is for, in words that its failure begins with: `cannot copy`. */
export interface Purpose {
	readonly what: string;
	readonly timeoutMs?: number;
	readonly input?: string;
}

/**
 * Runs a command and has what it prints.
 * @throws ProcdeckError `refused` with the server's own words, `unreachable`
 */
export async function printed(
	{ link }: Pick<Session, 'link'>,
	command: Command,
	{ what, input = '', timeoutMs = TIMEOUT_MS }: Purpose,
): Promise<string> {
	const { exitCode, stdout, stderr } = await link.run(command, { input, timeoutMs });
	if (exitCode === 0) return stdout;
	throw refusal(what, stderr || (exitCode === null ? 'it took too long' : `exit ${exitCode}`));
}

/** More than that is not worth to be sent as text. */
const LITTLE_BYTES = 128 * 1024;

/**
 * All of a stream where that is little, so that it needs no channel of its own.
 * @returns null: it is more, and the stream has all of it still
 */
export async function takeLittle(stream: Readable): Promise<Buffer | null> {
	const chunks: Buffer[] = [];
	let bytes = 0;
	for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
		chunks.push(chunk);
		bytes += chunk.length;
		if (bytes <= LITTLE_BYTES) continue;
		stream.unshift(Buffer.concat(chunks));
		return null;
	}
	return Buffer.concat(chunks);
}

/**
 * Runs a command with a stream for its stdin.
 * @throws what `input` fails with; ProcdeckError as {@link printed}
 */
export async function piped(
	{ link }: Pick<Session, 'link'>,
	command: Command,
	what: string,
	input: Readable,
): Promise<void> {
	const channel = await link.open(command);
	channel.stream.resume();
	// What it did not take it says itself.
	const notSent = await pipeline(input, channel.stream, { end: true }).then(
		() => null,
		(error: Error) => error,
	);
	if (notSent instanceof ProcdeckError) {
		// What could not be read here is no fault of the server's, and nothing more comes for it.
		channel.close();
		throw notSent;
	}
	const { code, stderr } = await channel.ended;
	if (code === 0 && notSent === null) return;
	if (code === null) {
		const why = channel.stream.errored?.message ?? 'the connection was lost';
		throw new ProcdeckError('unreachable', `${what}: ${why}`);
	}
	throw refusal(what, stderr.trim() || notSent?.message || `exit ${code}`);
}

export function refusal(what: string, words: string): ProcdeckError {
	const reason = words.trim().split('\n').slice(-3).join('; ');
	// All that tar says of a file that did not fit.
	const isCut = /: wrote only \d+ of \d+ bytes/i.test(reason);
	const isFull = isCut || /no space left|quota exceeded/i.test(reason);
	const message = isCut ? `${what}: No space left on device` : `${what}: ${reason}`;
	return new ProcdeckError('refused', message, isFull ? 'free some space there' : null);
}

/** A command as the user whom the code belongs to. */
export function asOwner(session: Session, owner: string, command: Command): Command {
	if (owner === session.facts.user) return command;
	return session.elevated('/bin/sh', '-c', 'exec runuser -u "$0" -- "$@"', owner, ...command);
}
