import type { LineListener } from '../../link/lines.ts';
import { runLocally } from '../../link/local-lines.ts';
import { ProcdeckError } from '../../model/errors.ts';
import { parseSshTarget, type SshTarget, sshTargetText } from '../../model/ssh-target.ts';
import type { Stack } from '../../model/stack.ts';

export interface Provisioning {
	readonly stack: Pick<Stack, 'name' | 'environment' | 'directory'>;
	/** What the server is to be called. */
	readonly server: string;
	/** As `/bin/sh` reads it. */
	readonly command: string;
	/** Whether it may ask on the terminal. */
	readonly mayAsk: boolean;
	readonly onLine: LineListener;
}

/**
 * Runs the command of the user's own that makes a machine.
 * @returns where the machine is: the last line that it printed
 * @throws ProcdeckError `refused` where it fails, or names no host
 */
export async function provision(provisioning: Provisioning): Promise<SshTarget> {
	const { stack, server, command, mayAsk, onLine } = provisioning;
	const environment = {
		PROCDECK_SERVER_NAME: server,
		PROCDECK_STACK: stack.name,
		PROCDECK_ENVIRONMENT: stack.environment,
	};
	const end = await runLocally(command, { directory: stack.directory, environment, mayAsk, onLine });
	const target = targetOf(end.lastLine);
	if (end.code !== 0) {
		const how = end.code === null ? `was ended by ${end.signal}` : `ended with exit code ${end.code}`;
		throw new ProcdeckError(
			'refused',
			`${command}: it ${how}, and nothing was added`,
			hintOf(server, target),
		);
	}
	if (target !== null) return target;
	const said =
		end.lastLine === '' ? 'it printed nothing' : `the last line that it printed is ${end.lastLine}`;
	throw new ProcdeckError(
		'refused',
		`${command}: ${said}`,
		'its last line has to name the machine: [USER@]HOST[:PORT]',
	);
}

function targetOf(line: string): SshTarget | null {
	try {
		return parseSshTarget(line);
	} catch {
		return null;
	}
}

/** What fails may have made a machine before, which nobody wants to pay for twice. */
function hintOf(server: string, target: SshTarget | null): string | null {
	if (target === null) return null;
	const place = sshTargetText(target);
	return `if the machine is there and is ${place}, \`procdeck server add ${server} ${place}\` goes on with it`;
}
