import { runDaemon } from '../server/embedded/daemon.ts';
import type { Context } from './context.ts';

/** `procdeck supervisor SERVER`: how a supervisor is brought to life, by the other verbs and by systemd at a boot. */
export function supervisor(
	context: Context,
	operands: readonly string[],
	flags: { readonly boot?: boolean },
): Promise<number> {
	const { directory, procfile, environment } = context.globals;
	return runDaemon({ directory, procfile, environment }, operands[0] ?? '', { boot: flags.boot === true });
}
