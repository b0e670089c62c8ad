/** What the letters behind `%` stand for in settings of OpenSSH. */
export type Tokens = Readonly<Record<string, string>>;

/** Replaces `%h` and its like, and `${NAME}` by the environment; what is not known stays as it is. */
export function expandTokens(text: string, tokens: Tokens): string {
	return text
		.replace(/\$\{(\w+)\}/g, (whole, name: string) => process.env[name] ?? whole)
		.replace(/%(.)/g, (whole, letter: string) => (letter === '%' ? '%' : (tokens[letter] ?? whole)));
}
