import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { bootId, readStat } from '../../../src/linux/proc.ts';
import { waitFor } from '../../support/wait-for.ts';
import { cleanUpAfter, type FleetRecord, isKept, type KeeperIdentity, recordFile } from './records.ts';
import { SYSTEM_PATH } from './requirements.ts';

const SCRIPT = join(import.meta.dirname, 'keeper.sh');
const END_WITHIN_MS = 10_000;

/**
 * Starts the process that holds a fleet together: the first one in namespaces of their own, which go with all that is in
 * them when it ends. That is when this process ends, however it does; a fleet that `stays` is ended by `endKeeper` alone.
 */
export async function startKeeper(place: {
	readonly id: string;
	readonly folder: string;
	readonly base: string;
	readonly stays: boolean;
}): Promise<KeeperIdentity> {
	const { id, folder, base, stays } = place;
	const log = join(folder, 'keeper.log');
	const errors = openSync(log, 'a');
	const hold = stays ? 'sleep infinity' : 'cat';
	const keeper = spawn(
		// The lock keeps the image from being removed under the fleet.
		'flock',
		[
			...['--shared', '--no-fork', base, 'unshare', '--mount', '--net', '--pid', '--fork'],
			...['sh', SCRIPT, id, hold, folder, recordFile(id)],
		],
		// A Ctrl-C in the terminal is for us alone: the keeper cleans up once we are gone.
		{ stdio: [stays ? 'ignore' : 'pipe', 'pipe', errors], detached: true, env: { PATH: SYSTEM_PATH } },
	);
	closeSync(errors);
	const pid = Number(await firstLine(keeper));
	const stat = pid > 0 ? readStat(pid) : null;
	if (!stat) throw new Error(`The fleet could not be set up. ${await readFile(log, 'utf8').catch(() => '')}`);
	keeper.unref();
	(keeper.stdin as Socket | null)?.unref();
	return { pid, startTime: stat.startTime, bootId: bootId() };
}

/** Ends a fleet with all that is in it. The keeper cleans up itself; what it could not is cleaned up here. */
export async function endKeeper(record: FleetRecord): Promise<void> {
	const gone = () => waitFor(() => !isKept(record), 'the fleet to end', END_WITHIN_MS);
	if (isKept(record)) process.kill(record.keeper.pid, 'SIGTERM');
	await gone().catch(() => {
		if (isKept(record)) process.kill(record.keeper.pid, 'SIGKILL');
		return gone();
	});
	await cleanUpAfter(record);
}

/** The pid that the keeper prints once all is there, or nothing where it ended before. */
async function firstLine({ stdout }: ChildProcess): Promise<string> {
	if (!stdout) return '';
	let text = '';
	for await (const chunk of stdout) {
		text += String(chunk);
		if (text.includes('\n')) break;
	}
	return text;
}
