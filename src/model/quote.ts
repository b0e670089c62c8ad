/** A word that a POSIX shell takes literally, whatever it contains (but NUL). */
export function quote(word: string): string {
	if (/^[\w@%+=:,./-]+$/.test(word)) return word;
	return `'${word.replaceAll("'", `'\\''`)}'`;
}
