/** How a verb ended; both null: it could not be started. */
export interface VerbExit {
	readonly code: number | null;
	readonly signal: string | null;
}

/** What a verb has written, as it was at one moment; never changes. */
export interface OutputView {
	/** The verb as it was typed. */
	readonly line: string;
	/** Oldest first, without line ends; what is unfinished is the last. */
	readonly lines: readonly string[];
	/** Lines that were there before these and are not kept. */
	readonly dropped: number;
	/** null while it runs. */
	readonly exit: VerbExit | null;
}

/** The output of the verb that runs beside the console, or ran last: bounded, whatever it writes. Lives outside of the store. */
export interface CommandOutput {
	begin(line: string): void;
	append(bytes: Uint8Array): void;
	end(exit: VerbExit): void;
	/** The same object as before while nothing came; null before the first verb. */
	view(): OutputView | null;
}

const MOST_LINES = 10_000;
const MOST_CHARACTERS = 4_000_000;
/** What a longer line has beyond this is left out. */
const LONGEST_LINE = 20_000;

class Lines {
	#lines: string[] = [];
	#characters = 0;
	#unfinished = '';
	#dropped = 0;

	append(text: string): void {
		const [first = '', ...others] = text.split('\n');
		this.#extend(first);
		for (const piece of others) {
			this.#lines.push(this.#unfinished);
			this.#characters += this.#unfinished.length;
			this.#unfinished = '';
			this.#extend(piece);
		}
		// Trimming moves the whole array: not for every line.
		if (this.#lines.length > 2 * MOST_LINES || this.#characters > 2 * MOST_CHARACTERS) this.#trim();
	}

	kept(): { lines: readonly string[]; dropped: number } {
		this.#trim();
		const lines = this.#unfinished === '' ? [...this.#lines] : [...this.#lines, this.#unfinished];
		return { lines, dropped: this.#dropped };
	}

	#extend(piece: string): void {
		this.#unfinished += piece.slice(0, Math.max(0, LONGEST_LINE - this.#unfinished.length));
	}

	#trim(): void {
		let first = Math.max(0, this.#lines.length - MOST_LINES);
		let characters = this.#characters;
		for (let line = 0; line < first || characters > MOST_CHARACTERS; line += 1) {
			characters -= this.#lines[line]!.length;
			first = Math.max(first, line + 1);
		}
		if (first === 0) return;
		this.#lines = this.#lines.slice(first);
		this.#characters = characters;
		this.#dropped += first;
	}
}

export function createCommandOutput(): CommandOutput {
	let line: string | null = null;
	let lines = new Lines();
	let decoder = new TextDecoder();
	let exit: VerbExit | null = null;
	let view: OutputView | null = null;
	return {
		begin(begun) {
			line = begun;
			lines = new Lines();
			decoder = new TextDecoder();
			exit = null;
			view = null;
		},
		append(bytes) {
			lines.append(decoder.decode(bytes, { stream: true }));
			view = null;
		},
		end(ended) {
			lines.append(decoder.decode());
			exit = ended;
			view = null;
		},
		view() {
			if (line !== null) view ??= { line, ...lines.kept(), exit };
			return view;
		},
	};
}
