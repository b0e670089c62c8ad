/** A line of comma-separated values, where a value may be quoted and hold commas then, and `""` for a quote. */
export function csvFields(line: string): string[] {
	return Array.from(line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g), ([, quoted, plain = '']) =>
		quoted === undefined ? plain : quoted.replaceAll('""', '"'),
	);
}
