import { closeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { isUserManagerStopping } from '../../linux/systemd.ts';
import { toWire } from '../../wire/messages.ts';
import type { StartReport } from './launch-daemon.ts';
import { powerOff, powerUp } from './power.ts';
import { type RunningSupervisor, runSupervisor } from './run.ts';
import type { StackFiles } from './stack-watch.ts';

/** How often a supervisor that starts with the machine looks whether the one before has ended. */
const RETRY_MS = 2_000;

/**
 * The supervisor of one server in the background. Says on stdout once whether it started (`StartReport`), then is silent.
 * @param boot started with the machine: brings up what is wanted, unless the stack was ended by `down`
 * @returns the exit code
 */
export async function runDaemon(
	files: StackFiles,
	server: string,
	{ boot }: { readonly boot: boolean },
): Promise<number> {
	ignoreHangUps();
	let running: RunningSupervisor | null;
	try {
		running = boot
			? await takeTurn(files, server)
			: await runSupervisor(files, server, { staysWhenIdle: false });
	} catch (error) {
		report({ started: false, error: toWire(error) });
		return 1;
	}
	if (running === null) {
		report({ started: false, error: null });
		return 0;
	}
	const { supervisor, ended } = running;
	if (boot && supervisor.state.formation.power !== 'down') await powerUp(supervisor, {}, null);
	report({ started: true });
	for (const signal of ['SIGTERM', 'SIGINT'] as const)
		process.once(signal, () => void endFromOutside(running, { boot }));
	return (await ended) === 'lock-lost' ? 1 : 0;
}

/** Instances are not ours to take along, unless all goes down: systemd would end a boot unit's without their stop sequence. */
async function endFromOutside(running: RunningSupervisor, { boot }: { boot: boolean }): Promise<void> {
	if (boot && (await isUserManagerStopping())) await powerOff(running.supervisor, 'never');
	await running.end();
}

/**
 * Becomes the supervisor once there is no other: a command may have brought one to life before us, which nobody would start again.
 * @returns null when the stack was ended by `down` in the meantime
 */
async function takeTurn(files: StackFiles, server: string): Promise<RunningSupervisor | null> {
	const first = await runSupervisor(files, server, { staysWhenIdle: true });
	if (first !== null) return first;
	process.stderr.write('waiting for the supervisor that runs already to end\n');
	for (;;) {
		await sleep(RETRY_MS);
		const running = await runSupervisor(files, server, { staysWhenIdle: true });
		if (running === null) continue;
		if (running.supervisor.state.formation.power !== 'down') return running;
		await running.end();
		return null;
	}
}

/** The terminal that it was started from may go away at any time. */
function ignoreHangUps(): void {
	process.on('SIGHUP', () => {});
	for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
}

function report(message: StartReport): void {
	process.stdout.write(JSON.stringify(message), () => {
		try {
			// Whoever started us waits for the end of this pipe.
			closeSync(1);
		} catch {
			// It is gone already.
		}
	});
}
