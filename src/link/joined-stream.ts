import { Duplex, type Readable, type Writable } from 'node:stream';

/** What a {@link JoinedStream} is made of. */
export interface Sides {
	readonly readable: Readable;
	readonly writable: Writable;
	/** Called once, when the stream is destroyed. */
	close(): void;
	/** Why the end of the readable side is not an end but a break; null when it is an end. */
	broken(): Error | null;
}

/** A readable and a writable side as one stream. What is written after the other end stopped reading is dropped. */
export class JoinedStream extends Duplex {
	readonly #sides: Sides;
	/** Tells of a write that the other side has not taken yet. */
	#unwritten: (() => void) | null = null;

	constructor(sides: Sides) {
		super();
		this.#sides = sides;
		const { readable, writable } = sides;
		// Whoever holds the stream may listen too; nobody has to, and a lost link is no reason to crash.
		this.on('error', () => {});
		readable.on('data', (chunk: Buffer) => {
			if (!this.push(chunk)) readable.pause();
		});
		readable.on('end', () => this.#end());
		readable.on('error', () => this.#end());
		readable.on('close', () => this.#written());
		writable.on('error', () => this.#written());
		readable.pause();
	}

	override _read(): void {
		this.#sides.readable.resume();
	}

	override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
		this.#unwritten = done;
		const { writable } = this.#sides;
		if (writable.writable) writable.write(chunk, () => this.#written());
		else this.#written();
	}

	/** What was written while the other side took its time goes on as one: a packet each would cost much more. */
	override _writev(chunks: readonly { readonly chunk: Buffer }[], done: () => void): void {
		this._write(Buffer.concat(chunks.map(({ chunk }) => chunk)), 'utf8', done);
	}

	override _final(done: () => void): void {
		if (this.#sides.writable.writable) this.#sides.writable.end();
		done();
	}

	override _destroy(error: Error | null, done: (error: Error | null) => void): void {
		this.#sides.close();
		done(error);
	}

	#end(): void {
		const broken = this.#sides.broken();
		if (broken === null) this.push(null);
		else this.destroy(broken);
	}

	#written(): void {
		const done = this.#unwritten;
		this.#unwritten = null;
		done?.();
	}
}
