import { ProcdeckError } from '../../model/errors.ts';
import type { Asker } from '../../model/question.ts';
import type { Link } from '../link.ts';
import { dial } from './dial.ts';
import { readSettings, type Target } from './settings.ts';
import { SshLink } from './ssh-link.ts';

export type { Target } from './settings.ts';

export interface ConnectOptions {
	/** Asked for passphrases, passwords, and whether to trust a host that is not known. */
	readonly asker: Asker;
	/** Gives the connecting up. Once there is a link it is closed by its own `close`. */
	readonly signal?: AbortSignal;
	/** Read in place of `~/.ssh/config`. */
	readonly configFile?: string;
}

/**
 * Connects to a server as `ssh` would, through jump hosts where the configuration names them.
 * @throws ProcdeckError `unreachable`, with the reason and what to do
 */
export async function connectSsh(target: Target, options: ConnectOptions): Promise<Link> {
	const { asker, signal = new AbortController().signal, configFile = null } = options;
	try {
		const settings = await readSettings(target, configFile);
		const caller = { asker, signal, configFile, jump: null, hasPulse: true };
		const connection = await dial(settings, caller);
		const again = { ...caller, signal: new AbortController().signal, hasPulse: false };
		return await SshLink.over(connection, settings, () => dial(settings, again));
	} catch (error) {
		if (error instanceof ProcdeckError) throw error;
		if (signal.aborted) throw new ProcdeckError('unreachable', `${target.host}: connecting was given up`);
		throw error;
	}
}
