import type { LogChunk } from '../../server/server.ts';
import { giveBack } from '../memory.ts';
import { Gathered } from './gathered.ts';
import { textLogPrinter } from './log-printer.ts';

/** A remark waits so long for the lines that were written before what it tells. */
const REMARK_AFTER_MS = 40;

/** The interleaved output of `up`. */
export interface ForegroundOutput {
	/** Resolves when everything is handed to stdout; waits while its reader is behind. */
	lines(server: string, chunks: readonly LogChunk[]): Promise<void>;
	/** Procdeck's own words about an instance, or `system`. */
	remark(server: string, about: string, text: string): void;
	/** Resolves when nobody reads any more: the terminal or the pipe is gone. */
	readonly broken: Promise<void>;
}

export function createForegroundOutput(options: {
	readonly colours: boolean;
	readonly quiet: boolean;
	readonly withServer: boolean;
}): ForegroundOutput {
	const printer = textLogPrinter({ ...options, withTime: true });
	const broken = Promise.withResolvers<void>();
	let isBroken = false;
	const breakDown = () => {
		isBroken = true;
		broken.resolve();
	};
	process.stdout.on('error', breakDown);
	process.stderr.on('error', () => {});
	const gathered = new Gathered();
	let written = Promise.resolve();
	/** One after another: what is gathered is written before the next. */
	const print = (server: string, chunks: readonly LogChunk[]) => {
		written = written.then(async () => {
			for (const chunk of isBroken ? [] : chunks) {
				printer(server, chunk, gathered);
				giveBack(chunk.bytes);
				if (gathered.isWorthWriting) await gathered.write();
			}
			await gathered.write();
		});
		return Promise.race([written, broken.promise]);
	};
	return {
		broken: broken.promise,
		lines: print,
		remark(server, about, text) {
			if (options.quiet) return;
			const bytes = Buffer.from(`${text}\n`);
			const write = () =>
				void print(server, [{ instance: about, at: Date.now(), stream: null, bytes, marker: true }]);
			setTimeout(write, REMARK_AFTER_MS);
		},
	};
}
