import { ProcdeckError } from '../../model/errors.ts';
import type { EnvironmentWritten } from '../server.ts';
import { writeAll } from './changes.ts';
import { desiredFiles, environmentToWrite, hasEnvironment } from './desired-files.ts';
import { differingVariables } from './environment-diff.ts';
import type { FilesOnServer } from './read-files.ts';
import type { SetupContext } from './setup.ts';
import { readStray } from './stray-files.ts';

/**
 * Writes the environment alone where it is another than the stack's files say. No unit is written, and none restarted.
 * @throws ProcdeckError `unreachable`, `refused`; Error with the server's own words
 */
export async function writeEnvironment(context: SetupContext): Promise<EnvironmentWritten> {
	const session = await context.session();
	const lock = await session.lock();
	const written = await lock.hold(async (on): Promise<EnvironmentWritten> => {
		if (isUntouched(on)) return { kind: 'not-set-up' };
		const { record } = on;
		if (record === null) throw damaged();
		const { stack, definition } = context;
		const { layout, facts } = session;
		const { systemdVersion, user: loginUser } = facts;
		const desired = desiredFiles({ stack: stack(), definition, layout, systemdVersion, loginUser }, on);
		const { environment: before } = await readStray(session);
		const { text } = desired.environment;
		if (before === text && hasEnvironment(record, desired)) return { kind: 'unchanged' };
		lock.requireHeld();
		// systemd need not read its units again for it; open consoles do, when it does.
		await writeAll(session, environmentToWrite(desired, record, session.serverNow));
		return { kind: 'written', names: differingVariables(before, text) };
	});
	if (written.kind === 'written') await context.onChange();
	return written;
}

function isUntouched({ power, types, record }: FilesOnServer): boolean {
	return power === 'never' && types.length === 0 && record === null;
}

function damaged(): ProcdeckError {
	const message = 'what is kept of the stack there is missing or damaged: `procdeck sync` mends it';
	return new ProcdeckError('refused', message);
}
