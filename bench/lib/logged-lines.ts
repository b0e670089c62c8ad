import { closeSync, createReadStream, fstatSync, openSync, readSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

/** What programs/writes-lines.js wrote, as it was found in the output of a tool. */
export interface LoggedLines {
	/** Lines that are not there. */
	readonly lost: number;
	/** Pieces of lines: cut, or run together with another. */
	readonly torn: number;
	/** Lines that came before one that was written earlier. */
	readonly disordered: number;
	/** Lines with nothing before them that tells whose they are. */
	readonly unprefixed: number;
}

const LINE = /^(.*)w(\d{7}) n(\d{9}) x{79}(?:\x1b\[\d*m)*$/;
const PIECE = /xxxx|n\d{9}/;

/** Reads a whole output. @param count how many lines each of the writers wrote */
export async function inspectLines(
	path: string,
	writers: readonly number[],
	count: number,
): Promise<LoggedLines> {
	const seen = new Map(writers.map((pid) => [pid, { next: 0, lines: new Uint8Array(count) }]));
	const found = { torn: 0, disordered: 0, unprefixed: 0 };
	for await (const line of createInterface({ input: createReadStream(path, { highWaterMark: 1 << 20 }) })) {
		const match = LINE.exec(line);
		const writer = match === null ? undefined : seen.get(Number(match[2]));
		if (match === null || writer === undefined || PIECE.test(match[1]!)) {
			if (PIECE.test(line)) found.torn++;
			continue;
		}
		const number = Number(match[3]);
		if (number < writer.next) found.disordered++;
		if (match[1] === '') found.unprefixed++;
		writer.next = number + 1;
		writer.lines[number] = 1;
	}
	const there = [...seen.values()].reduce((sum, { lines }) => sum + lines.reduce((a, b) => a + b, 0), 0);
	return { lost: writers.length * count - there, ...found };
}

const LOOK_EVERY_MS = 5;
/** More than anything writes between a last line and our looking for it. */
const LOOK_BACK_BYTES = 64 * 1024 * 1024;

/**
 * Waits until the last lines of all writers are in the output, which still grows.
 * @returns when they were (`performance.now()`), or null at the deadline
 */
export async function lastLinesAt(
	path: string,
	writers: readonly number[],
	deadlineMs: number,
): Promise<number | null> {
	const file = openSync(path, 'r');
	const missing = new Set(writers.map((pid) => `w${String(pid).padStart(7, '0')} nlast`));
	const block = Buffer.allocUnsafe(1 << 20);
	const deadline = performance.now() + deadlineMs;
	let from = Math.max(0, fstatSync(file).size - LOOK_BACK_BYTES);
	try {
		while (performance.now() < deadline) {
			const length = readSync(file, block, 0, block.length, from);
			const bytes = block.subarray(0, length);
			for (const line of missing) if (bytes.includes(line)) missing.delete(line);
			if (missing.size === 0) return performance.now();
			const end = bytes.lastIndexOf('\n') + 1;
			from += end;
			if (end === 0) await sleep(LOOK_EVERY_MS);
		}
		return null;
	} finally {
		closeSync(file);
	}
}
