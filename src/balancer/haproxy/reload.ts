import { setTimeout as sleep } from 'node:timers/promises';
import { ProcdeckError } from '../../model/errors.ts';
import { closeCommand } from './commands.ts';
import { settingsMark } from './configuration-lines.ts';
import type { Written } from './configuration-text.ts';
import { alertsIn, type Control } from './control.ts';
import { runtimeDrift } from './drift.ts';
import type { RuntimeState } from './runtime-state.ts';
import type { BalancerSession } from './session.ts';

const BEGUN_WITHIN_MS = 10_000;
const POLL_EVERY_MS = 50;
const JOURNAL_TIMEOUT_MS = 10_000;

/**
 * Has HAProxy read its configuration again, without a request lost. What was taken out of turn is out of turn again.
 * @throws ProcdeckError `refused` where it does not run with it; the old process goes on then
 */
export async function reload(session: BalancerSession, control: Control, written: Written): Promise<void> {
	const { state } = await session.ask();
	await control.systemd('reload');
	await begun(session, written, state?.pid ?? null);
	if (state === null) return;
	const held = runtimeDrift(written, state).flatMap((drift) => (drift.kind === 'closed' ? [drift.name] : []));
	await session.tell(held.map((name) => closeCommand(name, written.configuration.settings)));
}

/**
 * Starts HAProxy where it does not run; ends it first where it runs and cannot be reached, since only a process that is
 * not handed the old socket makes a new one.
 * @throws ProcdeckError `refused` with what it said
 */
export async function restart(session: BalancerSession, control: Control, written: Written): Promise<void> {
	await control.systemd('reset-failed').catch(() => {});
	await control.systemd('restart').catch(async ({ message }: Error) => {
		throw await failure(session, message);
	});
	await begun(session, written, null);
}

/** @param before the pid of the process that ran before */
async function begun(
	session: BalancerSession,
	written: Written,
	before: number | null,
): Promise<RuntimeState> {
	const deadline = performance.now() + BEGUN_WITHIN_MS;
	for (;;) {
		const { state } = await session.ask();
		if (state !== null && state.pid !== before && state.description === settingsMark(written)) return state;
		if (performance.now() > deadline) throw await failure(session, 'it does not begin');
		await sleep(POLL_EVERY_MS);
	}
}

/** Its alerts in the journal are why. */
async function failure(session: BalancerSession, words: string): Promise<ProcdeckError> {
	const { unit, scope } = session.layout;
	const manager = scope === 'user' ? ['--user'] : [];
	const range = ['--since=-30s', '--no-pager', '--output=cat'];
	const journal = ['journalctl', ...manager, '-u', unit, ...range];
	const command = session.elevated('/bin/sh', '-c', 'exec "$@"', 'sh', ...journal);
	const { stdout } = await session.link.run(command, { timeoutMs: JOURNAL_TIMEOUT_MS });
	const alerts = [...new Set(alertsIn(stdout))];
	const reason = alerts.length > 0 ? alerts.join('; ') : words;
	return new ProcdeckError('refused', `HAProxy does not run with its configuration: ${reason}`);
}
