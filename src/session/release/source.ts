import type { Readable } from 'node:stream';
import type { Manifest } from '../../model/release-manifest.ts';

/** A version of the app's code that a release is made of. */
export interface AppSource {
	/** As {@link ReleaseRecord} has it. */
	readonly revision: string | null;
	readonly title: string;
	readonly manifest: Manifest;
	/** Of its Procfile; null: it has none, and the folder's is meant. */
	readonly procfile: string | null;
	/** What a person may not expect of it. */
	readonly remarks: readonly string[];
	/**
	 * A tar archive of some of its paths, compressed by gzip.
	 * @throws ProcdeckError `refused` as an error of the stream where it cannot be read
	 */
	archive(paths: readonly string[]): Readable;
	/** Takes away what was made for it. */
	close(): Promise<void>;
}
