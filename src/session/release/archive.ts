import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { Command } from '../../link/link.ts';
import { localLink } from '../../link/local.ts';
import { ProcdeckError } from '../../model/errors.ts';

/** A program whose output is a tar archive, and what it reads. */
export interface Archiver {
	readonly command: Command;
	readonly input: string;
}

/** Level 1 is ten times as fast as the default, and what is sent hardly larger. */
const COMPRESSION = { level: 1 };

/** The output of programs one after the other, compressed. A program that fails is an error of the stream. */
export function archiveOf(archivers: readonly Archiver[]): Readable {
	const compressed = createGzip(COMPRESSION);
	void archiveInto(compressed, archivers).catch((error: Error) => compressed.destroy(error));
	return compressed;
}

async function archiveInto(target: NodeJS.WritableStream, archivers: readonly Archiver[]): Promise<void> {
	for (const { command, input } of archivers) {
		const channel = await localLink.open(command);
		channel.stream.end(input);
		await pipeline(channel.stream, target, { end: false });
		const { code, stderr } = await channel.ended;
		if (code !== 0) {
			const words = stderr.trim() || `exit ${code}`;
			throw new ProcdeckError('refused', `cannot read the code: ${command[0]}: ${words}`);
		}
	}
	target.end();
}
