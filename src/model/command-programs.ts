import { isShellWord } from './launch.ts';
import { splitWords } from './split-words.ts';

/** A program that runs another one, which is named behind its own options. */
interface Wrapper {
	/** Options that are followed by a value. */
	readonly valued: readonly string[];
	/** Words before the program. */
	readonly operands: number;
}

const wrapper = (valued = '', operands = 0): Wrapper => ({ valued: valued.split(' '), operands });

const WRAPPERS: ReadonlyMap<string, Wrapper> = new Map([
	['exec', wrapper('-a')],
	['command', wrapper()],
	['env', wrapper('-u --unset -C --chdir')],
	['nice', wrapper('-n --adjustment')],
	['nohup', wrapper()],
	['setsid', wrapper()],
	['time', wrapper('-f -o')],
	['timeout', wrapper('-s --signal -k --kill-after', 1)],
	['ionice', wrapper('-c -n')],
	['stdbuf', wrapper('-i -o -e')],
]);

const TOKEN =
	/(?<blank>[ \t\r]+|#.*)|(?<operator>&&|\|\||[;&|\n])|(?<redirection>\d*(?:>>|>&|<&|>|<)[ \t]*)|(?<word>(?:'[^']*'|"(?:[^"\\]|\\.)*"|\\.|[^\s'"\\;&|()<>])+)/sy;

type Token = Partial<Record<'operator' | 'redirection' | 'word', string>>;

/** Words of a compound command, whose parts this does not know. */
const COMPOUND = new Set(
	'if then else elif fi while until do done for case esac select function { } !'.split(' '),
);
const ASSIGNMENT = /^[A-Za-z_]\w*\+?=/;
/** What the shell would make another word of. */
const EXPANDED = /[$`*?[\]~]/;

/** A simple command: its words as they are written, and whether it stands beside `||`. */
interface Simple {
	readonly words: string[];
	isOptional: boolean;
}

/**
 * The programs that a command cannot do without, as it names them: the first word of each of its parts, behind
 * assignments, `exec`, `env X=Y` and the like. What only the shell itself could tell is left out: what comes of a
 * variable or a pattern, what compound commands hold, what stands beside `||`, and paths below a folder that it goes to.
 */
export function programsOf(command: string): string[] {
	const programs: string[] = [];
	let isElsewhere = false;
	for (const { words, isOptional } of simpleCommands(command)) {
		const found = isOptional ? [] : programsIn(words);
		programs.push(...found.filter((word) => !(isElsewhere && isRelative(word))));
		if (words[0] === 'cd') isElsewhere = true;
	}
	return [...new Set(programs)];
}

function isRelative(word: string): boolean {
	return word.includes('/') && !word.startsWith('/');
}

/** Up to what it does not understand. */
function simpleCommands(command: string): Simple[] {
	const commands: Simple[] = [{ words: [], isOptional: false }];
	let skipsWord = false;
	for (let at = 0; at < command.length; at = TOKEN.lastIndex) {
		TOKEN.lastIndex = at;
		const { operator, redirection, word } = (TOKEN.exec(command)?.groups ?? {}) as Token;
		const last = commands.at(-1)!;
		if (TOKEN.lastIndex === 0) return isFunction(command, at) ? commands.slice(0, -1) : commands;
		if (redirection !== undefined) skipsWord = true;
		if (operator !== undefined) {
			last.isOptional ||= operator === '||';
			commands.push({ words: [], isOptional: operator === '||' });
		}
		if (word === undefined) continue;
		if (last.words.length === 0 && COMPOUND.has(word)) return commands.slice(0, -1);
		if (!skipsWord) last.words.push(word);
		skipsWord = false;
	}
	return commands;
}

/** `name() { … }` */
function isFunction(command: string, at: number): boolean {
	return /\w$/.test(command.slice(0, at)) && command[at] === '(';
}

/** The program of a simple command, after the wrappers in front of it. */
function programsIn(words: readonly string[]): string[] {
	const [word, ...rest] = words;
	if (word === undefined) return [];
	if (ASSIGNMENT.test(word)) return programsIn(rest);
	const name = literal(word);
	if (name === null) return [];
	const wrapped = WRAPPERS.get(name);
	if (wrapped !== undefined) return [...outside([name]), ...programsIn(behindOptions(rest, wrapped))];
	return outside([name]);
}

function behindOptions(words: readonly string[], { valued, operands }: Wrapper): readonly string[] {
	let at = 0;
	while (words[at]?.startsWith('-')) at += valued.includes(words[at]!) ? 2 : 1;
	return words.slice(at + operands);
}

function outside(names: readonly string[]): string[] {
	return names.filter((name) => !isShellWord(name));
}

/** What a word means, where that is what is written. */
function literal(word: string): string | null {
	const unquoted = word.replace(/'[^']*'/g, '');
	return EXPANDED.test(unquoted) ? null : (splitWords(word)[0] ?? null);
}
