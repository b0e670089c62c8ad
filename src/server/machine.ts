import type { LineListener } from '../link/lines.ts';

/** What a machine has of what has to be there before the stack's code can run on it. */
export interface MachineLook {
	/** Packages of the stack file that are not installed. */
	readonly missingPackages: readonly string[];
	/** What installs them, as root types it; null: nothing is missing, or no package manager is known. */
	readonly installation: string | null;
	/** Whom instances are to run as, where there is no such user; null: there is. */
	readonly missingUser: string | null;
	/** Whether there is anything of the app where its code is to be. */
	readonly hasCode: boolean;
}

/** The machine of a server, as far as it has to be prepared before anything of the stack is put there. */
export interface ServerMachine {
	/** @throws ProcdeckError `unreachable`, `refused` where this user may change nothing there */
	look(): Promise<MachineLook>;
	/**
	 * Installs packages by the machine's own package manager.
	 * @throws ProcdeckError `refused` in its own words, `unreachable`
	 */
	install(packages: readonly string[], onLine: LineListener): Promise<void>;
	/**
	 * Makes a user for instances to run as.
	 * @throws ProcdeckError `refused` in the machine's own words, `unreachable`
	 */
	addUser(name: string, onLine: LineListener): Promise<void>;
}
