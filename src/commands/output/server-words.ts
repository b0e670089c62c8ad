/** What is said of a server, for a place that names the server already. */
export function withoutServer(server: string, words: string): string {
	const name = `${server}: `;
	return words.startsWith(name) ? words.slice(name.length) : words;
}
