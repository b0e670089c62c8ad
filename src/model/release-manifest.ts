/** A file or a symbolic link of an app's code. */
export interface ManifestEntry {
	/** Relative to the folder, with `/` between its parts. */
	readonly path: string;
	/** Tells two contents apart; never another one for the same content. No spaces. */
	readonly content: string;
	/** Permission bits in octal, such as `644`; `link` for a symbolic link. */
	readonly mode: string;
}

/** What a version of the code consists of. */
export interface Manifest {
	/** A record for each entry, ended by NUL: content, mode and path, in the order of their bytes. */
	readonly text: string;
	readonly paths: readonly string[];
}

export function manifestOf(entries: readonly ManifestEntry[]): Manifest {
	const records = entries.map(({ content, mode, path }) => Buffer.from(`${content} ${mode} ${path}`));
	// Programs on the server compare them, in the order of bytes.
	records.sort(Buffer.compare);
	return {
		text: records.map((record) => `${record}\0`).join(''),
		paths: entries.map(({ path }) => path),
	};
}
