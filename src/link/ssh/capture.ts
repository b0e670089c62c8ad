/** The longest exit code, and the end of its line. */
const AFTER_MARK = 8;

/** Cuts what one command wrote out of all that a shell's output carries. */
export class Capture {
	readonly #begin: string;
	readonly #end: string;
	readonly #chunks: Buffer[] = [];
	#size = 0;
	/** The last of what was read, where the end mark may have begun. */
	#overlap: Buffer = Buffer.alloc(0);

	/** @param mark that nothing else writes */
	constructor(mark: string) {
		this.#begin = beginLine(mark);
		this.#end = endMark(mark);
	}

	get size(): number {
		return this.#size;
	}

	/** @returns what stands behind the end mark, once it is there: the exit code */
	add(chunk: Buffer): string | null {
		this.#chunks.push(chunk);
		this.#size += chunk.length;
		const recent = Buffer.concat([this.#overlap, chunk]);
		const at = recent.indexOf(this.#end);
		const lineEnd = at < 0 ? -1 : recent.indexOf('\n', at);
		this.#overlap = recent.subarray(-(this.#end.length + AFTER_MARK));
		return lineEnd < 0 ? null : recent.toString('latin1', at + this.#end.length, lineEnd);
	}

	text(): string {
		const all = Buffer.concat(this.#chunks);
		const begin = all.indexOf(this.#begin);
		if (begin < 0) return '';
		const start = begin + this.#begin.length;
		const end = all.indexOf(this.#end, start);
		return all.toString('utf8', start, end < 0 ? all.length : end);
	}
}

/** Goes before what the command writes. */
export function beginLine(mark: string): string {
	return `${mark}:begin\n`;
}

/** Goes behind it, before the exit code and a line end. */
export function endMark(mark: string): string {
	return `${mark}:end `;
}
