import { userInfo } from 'node:os';
import { localLink } from '../link/local.ts';
import { ProcdeckError } from '../model/errors.ts';
import { type Found, fine } from '../model/finding.ts';
import type { ServerObservation } from '../model/observed.ts';
import type { Stack } from '../model/stack.ts';
import { startsText } from '../server/checks/boot.ts';
import type { Server } from '../server/server.ts';
import { type BootStatus, bootStatus } from './boot.ts';
import { snapshotOf } from './snapshot.ts';

const CHECK = 'boot';

/** Environments in which nobody expects a stack to run after a reboot. */
const PASSING = ['development', 'test'];

/** What would start with the machine where the embedded supervisor runs the instances. */
export async function bootFinding(stack: Stack, server: Server): Promise<Found> {
	try {
		const { name } = server.definition;
		const [status, observation] = await Promise.all([
			bootStatus(localLink, stack, name, userInfo().username),
			snapshotOf(server),
		]);
		return judge(stack, status, observation);
	} catch (error) {
		if (!(error instanceof ProcdeckError)) throw error;
		return notEnabled(stack, `a reboot starts nothing: ${error.message}`, error.hint, false);
	}
}

function judge(stack: Stack, { enabled, lingering }: BootStatus, observation: ServerObservation): Found {
	if (!enabled)
		return notEnabled(
			stack,
			'a reboot starts nothing',
			'`procdeck boot enable` has it start the stack',
			true,
		);
	if (observation.power === 'down') return fine(CHECK, 'a reboot starts nothing: the stack is down');
	const list = wantedText(observation);
	if (lingering === true) return fine(CHECK, `a reboot starts ${list}`);
	const { username: user } = userInfo();
	return {
		check: CHECK,
		severity: 'error',
		message: `a reboot starts nothing before ${user} logs in, and then ${list}`,
		fix: `as root: loginctl enable-linger ${user}`,
		mend: { kind: 'lingering', user },
	};
}

function notEnabled(stack: Stack, message: string, fix: string | null, isMendable: boolean): Found {
	if (PASSING.includes(stack.environment)) return fine(CHECK, fix === null ? message : `${message} (${fix})`);
	return { check: CHECK, severity: 'warning', message, fix, ...(isMendable && { mend: { kind: 'boot' } }) };
}

function wantedText({ types }: ServerObservation): string {
	return startsText(
		types.map(({ type, wanted, paused }) => ({
			type,
			indexes: Array.from({ length: wanted }, (_, position) => position + 1),
			not: paused === null ? null : 'paused',
		})),
	);
}
