import { sanitize } from '../../model/sanitize.ts';
import type { LogChunk } from '../../server/server.ts';
import type { Gathered } from './gathered.ts';
import { jsonLine } from './json.ts';
import { prefixLines } from './prefix.ts';

/** Appends a chunk of log as it is to be read. */
export type LogPrinter = (server: string, chunk: LogChunk, gathered: Pick<Gathered, 'append'>) => void;

/** A line each: `{"at","server","instance","stream","text"}`. */
export const jsonLogPrinter: LogPrinter = (server, { instance, at, stream, bytes }, gathered) => {
	const moment = new Date(at).toISOString();
	const lines = sanitize(bytes.toString('utf8', 0, bytes.length - 1), { colours: false }).split('\n');
	gathered.append(lines.map((text) => jsonLine({ at: moment, server, instance, stream, text })).join(''));
};

/** SGR numbers of colours that are told apart on light and dark backgrounds; red and green mean something already. */
const PALETTE = [36, 33, 35, 34, 96, 95, 93, 94];
const DIM = 2;

/**
 * Lines with the name of their instance before them, all names as wide as the widest so far.
 * @param options.colours paints each instance's name, and keeps the colours of the lines
 * @param options.withServer puts the server before the instance
 */
export function textLogPrinter(options: {
	readonly colours: boolean;
	readonly withServer: boolean;
	/** Puts the time of day first. */
	readonly withTime?: boolean;
}): LogPrinter {
	const { colours, withServer, withTime = false } = options;
	const numbers = new Map<string, number>();
	let width = 0;
	const style = (sgr: number, text: string) => (colours ? `\x1b[${sgr}m${text}\x1b[0m` : text);
	return (server, { instance, at, bytes, marker }, gathered) => {
		const name = withServer ? `${server}/${instance}` : instance;
		if (!numbers.has(name)) numbers.set(name, numbers.size);
		width = Math.max(width, name.length);
		const sgr = PALETTE[numbers.get(name)! % PALETTE.length]!;
		const time = withTime ? `${timeOfDay(at)} ` : '';
		const prefix = style(marker ? DIM : sgr, `${time}${name.padEnd(width)} | `);
		prefixLines(bytes, prefix, { colours }, gathered);
	};
}

function timeOfDay(at: number): string {
	return new Date(at).toTimeString().slice(0, 8);
}
