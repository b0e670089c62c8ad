/** Names that a command line can be about. */
export interface KnownNames {
	readonly types: readonly string[];
	/** `worker.2` */
	readonly instances: readonly string[];
	readonly servers: readonly string[];
	/** Of the environment. */
	readonly variables: readonly string[];
}

/** The command line that the console is a part of. */
export interface CommandTree {
	/** Every verb, in the order of its help. */
	readonly verbs: readonly string[];
	/** Whether a command line (verb first) can change what runs or is there. */
	changes(words: readonly string[]): boolean;
	/** What the last of the words could become; it may be empty. */
	complete(words: readonly string[], names: KnownNames): readonly string[];
}
