/** `$NAME`, `${NAME}` or `${NAME…}` where the shell would expand it. */
export interface ParameterUse {
	readonly start: number;
	/** Behind its last character. */
	readonly end: number;
	readonly name: string;
	/** What stands between the name and the brace, such as `:-default`; empty for a plain use. */
	readonly operator: string;
	/** An earlier command of the line has set it by then, so that its value is not known. */
	readonly assignedBefore: boolean;
}

export interface ShellScan {
	/** The quote that is never closed, or null. */
	readonly unterminated: "'" | '"' | null;
	/** The text ends in a backslash that asks for a next line. */
	readonly trailingBackslash: boolean;
	readonly parameters: readonly ParameterUse[];
	/** Names that the text itself sets: `X=…`, `for X`, `read X`, `${X:=…}`. */
	readonly assigned: ReadonlySet<string>;
}

const ASSIGNMENT = /([A-Za-z_][A-Za-z0-9_]*)\+?=/y;
const NAMING_WORD = /(?:for|read)[ \t]+((?:-[A-Za-z]+[ \t]+)*[A-Za-z_][A-Za-z0-9_ \t]*)/y;
const PLAIN = /\$([A-Za-z_][A-Za-z0-9_]*)/y;
const BRACED = /\$\{([A-Za-z_][A-Za-z0-9_]*)/y;
const SEPARATORS = ';&|\n';

/**
 * Reads a command as `sh` splits it, as far as quotes, comments and parameters go. It knows no grammar beyond that: it is
 * there to show and to warn, never to run.
 */
class Scanner {
	readonly parameters: ParameterUse[] = [];
	readonly assigned = new Set<string>();
	unterminated: "'" | '"' | null = null;
	trailingBackslash = false;
	readonly #text: string;
	#at = 0;
	/** Behind the last `$(…)` or escape, whose `)` or space does not end a word. */
	#insideWord = -1;
	/** Assignments of the simple command that is being read; they count from the next one on. */
	readonly #settled = new Set<string>();

	constructor(text: string) {
		this.#text = text;
	}

	/** Unquoted text up to the end, or to the `)` that ends a command substitution. */
	commands(insideSubstitution: boolean): void {
		let depth = 0;
		while (this.#at < this.#text.length) {
			const character = this.#text[this.#at]!;
			if (insideSubstitution && character === ')' && depth === 0) return;
			if (character === '(') depth++;
			if (character === ')') depth--;
			if (SEPARATORS.includes(character)) this.#settleAssignments();
			if (this.#startsWord()) this.#names();
			this.#unquoted(character);
		}
	}

	#unquoted(character: string): void {
		if (character === '\\') this.#escape();
		else if (character === "'") this.#singleQuoted();
		else if (character === '"') this.#doubleQuoted();
		else if (character === '#' && this.#startsWord()) this.#comment();
		else if (character === '$' && this.#text[this.#at + 1] === "'") this.#ansiQuoted();
		else if (character === '$') this.#dollar();
		else this.#at++;
	}

	#escape(): void {
		if (this.#at + 1 === this.#text.length) this.trailingBackslash = true;
		this.#at += 2;
		this.#insideWord = this.#at;
	}

	#singleQuoted(): void {
		const end = this.#text.indexOf("'", this.#at + 1);
		if (end === -1) this.unterminated ??= "'";
		this.#at = end === -1 ? this.#text.length : end + 1;
	}

	/** Bash's `$'it\'s'`. */
	#ansiQuoted(): void {
		this.#at += 2;
		while (this.#at < this.#text.length && this.#text[this.#at] !== "'") {
			this.#at += this.#text[this.#at] === '\\' ? 2 : 1;
		}
		if (this.#at >= this.#text.length) this.unterminated ??= "'";
		this.#at++;
	}

	#doubleQuoted(): void {
		this.#at++;
		while (this.#at < this.#text.length) {
			const character = this.#text[this.#at]!;
			if (character === '"') {
				this.#at++;
				return;
			}
			if (character === '\\') this.#at += 2;
			else if (character === '$') this.#dollar();
			else this.#at++;
		}
		this.unterminated ??= '"';
	}

	#comment(): void {
		const end = this.#text.indexOf('\n', this.#at);
		this.#at = end === -1 ? this.#text.length : end;
	}

	#dollar(): void {
		const next = this.#text[this.#at + 1];
		if (next === '(') {
			this.#at += 2;
			this.commands(true);
			this.#at++;
			this.#insideWord = this.#at;
		} else if (next === '{') this.#braced();
		else this.#plain();
	}

	#plain(): void {
		PLAIN.lastIndex = this.#at;
		const match = PLAIN.exec(this.#text);
		if (match === null) {
			// `$$`, `$1`, `$?` …: the shell's own, two characters long.
			this.#at += 2;
			return;
		}
		this.#record(match[1]!, '', this.#at + match[0].length);
	}

	#braced(): void {
		BRACED.lastIndex = this.#at;
		const match = BRACED.exec(this.#text);
		const end = closingBrace(this.#text, this.#at + 2);
		if (match === null || end === -1) {
			this.#at += 2;
			return;
		}
		const operator = this.#text.slice(this.#at + match[0].length, end);
		if (/^:?=/.test(operator)) this.assigned.add(match[1]!);
		this.#record(match[1]!, operator, end + 1);
	}

	#record(name: string, operator: string, end: number): void {
		const assignedBefore = this.#settled.has(name);
		this.parameters.push({ start: this.#at, end, name, operator, assignedBefore });
		this.#at = end;
	}

	#startsWord(): boolean {
		if (this.#at === this.#insideWord) return false;
		return this.#at === 0 || ' \t\n;&|()`'.includes(this.#text[this.#at - 1]!);
	}

	#names(): void {
		for (const pattern of [ASSIGNMENT, NAMING_WORD]) {
			pattern.lastIndex = this.#at;
			const names = pattern.exec(this.#text)?.[1] ?? '';
			const words = pattern === NAMING_WORD ? names.replace(/[ \t]in[ \t].*/, '').split(/[ \t]+/) : [names];
			for (const word of words) if (word !== '' && !word.startsWith('-')) this.assigned.add(word);
		}
	}

	#settleAssignments(): void {
		for (const name of this.assigned) this.#settled.add(name);
	}
}

/** The brace that closes `${`, whose inside begins at `from`; -1 if there is none. */
function closingBrace(text: string, from: number): number {
	let depth = 1;
	for (let at = from; at < text.length; at++) {
		if (text[at] === '\\') at++;
		else if (text[at] === '"') at = Math.max(at, text.indexOf('"', at + 1));
		else if (text[at] === '{') depth++;
		else if (text[at] === '}' && --depth === 0) return at;
	}
	return -1;
}

export function scanShell(text: string): ShellScan {
	const scanner = new Scanner(text);
	scanner.commands(false);
	const { unterminated, trailingBackslash, parameters, assigned } = scanner;
	return { unterminated, trailingBackslash, parameters, assigned };
}
