/** The key of a host that is in no known_hosts file yet. */
export interface UnknownHostKey {
	/** As it would stand in known_hosts: `web1`, `[web1]:2222`. */
	readonly host: string;
	/** `ssh-ed25519` and so on. */
	readonly keyType: string;
	/** `SHA256:…`, as ssh shows it. */
	readonly fingerprint: string;
	/** The file that the key is written to on a yes. */
	readonly knownHosts: string;
}

/** Asks a person what a connection has to know. What cannot be asked (no terminal) is answered by no, or null. */
export interface Asker {
	/** Whether to trust the key and remember it. */
	trust(key: UnknownHostKey): Promise<boolean>;
	/**
	 * A passphrase, a password or another answer that the server asks for.
	 * @param prompt what it is for, such as `Passphrase of ~/.ssh/id_ed25519` or `deploy@web1: Password`. What a server
	 * asks is its own text, unsanitized, and may have several lines.
	 * @param shown whether the answer may be seen while it is typed
	 */
	answer(prompt: string, shown: boolean): Promise<string | null>;
}
