// Writes COUNT lines of 100 bytes to stdout as fast as it can, then a last line, and stays.
// It says `start PID` and `end PID MILLISECONDS` in the named pipe. node writes-lines.js PIPE COUNT
import { writeFileSync, writeSync } from 'node:fs';

const [pipe, count] = process.argv.slice(2);
const LINE_BYTES = 100;
const LINES = 1000;
/** Writes end within a line, as those of buffered output do. */
const WRITE_BYTES = 65_536;
const NUMBER_AT = 'w1234567 n'.length;
const NUMBER_DIGITS = 9;

const head = `w${String(process.pid).padStart(7, '0')} n`;
const line = `${head}${'0'.repeat(NUMBER_DIGITS)} `.padEnd(LINE_BYTES - 1, 'x');
const block = Buffer.from(`${line}\n`.repeat(LINES));

/** Adds LINES to the number of each line of the block: only the digits above the thousands change. */
function addBlock(thousands) {
	const digits = Buffer.from(String(thousands).padStart(NUMBER_DIGITS - 3, '0'));
	for (let at = NUMBER_AT; at < block.length; at += LINE_BYTES) digits.copy(block, at);
}

function write(bytes) {
	for (let from = 0; from < bytes.length; ) {
		try {
			from += writeSync(1, bytes, from, Math.min(WRITE_BYTES, bytes.length - from));
		} catch (error) {
			if (error.code !== 'EAGAIN') throw error;
		}
	}
}

for (let at = 0; at < LINES; at++)
	block.write(String(at).padStart(3, '0'), at * LINE_BYTES + NUMBER_AT + NUMBER_DIGITS - 3);
writeFileSync(pipe, `start ${process.pid}\n`);
const startedAt = performance.now();
for (let thousands = 0; thousands * LINES < Number(count); thousands++) {
	addBlock(thousands);
	write(block);
}
write(Buffer.from(`${head}last\n`));
writeFileSync(pipe, `end ${process.pid} ${performance.now() - startedAt}\n`);
setInterval(() => {}, 1_000_000);
