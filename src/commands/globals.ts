/** What can be said to every command. */
export interface Globals {
	/** `-C`: the folder that is searched, as given. */
	readonly directory: string;
	/** `--procfile`, relative to `directory`. */
	readonly procfile: string | null;
	readonly environment: string | null;
	readonly json: boolean;
	/** False with `--no-color`. */
	readonly colour: boolean;
	readonly quiet: boolean;
	/** `--read-only`: nothing may be changed. */
	readonly readOnly: boolean;
}
