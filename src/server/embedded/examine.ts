import { mkdirSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stateRoot } from '../../files/state-root.ts';
import { makeFifo, punchHole } from '../../linux/files.ts';
import { acquireLock } from '../../linux/lock.ts';
import { ProcdeckError } from '../../model/errors.ts';
import { type Found, fine } from '../../model/finding.ts';
import { examineStack, roomFor, type StackHere } from './examine-stack.ts';

const BLOCK = 4096;

/**
 * Looks at what the embedded supervisor needs of this machine, by trying it, and at what the stack does.
 * @param lookAtStack asked once its state is known to be usable
 */
export async function examine(lookAtStack: () => Promise<StackHere>): Promise<Found[]> {
	if (process.platform !== 'linux') {
		const fix = 'servers over SSH can be driven from here';
		const message = `local servers need Linux, and this is ${process.platform}`;
		return [{ check: 'platform', severity: 'fatal', message, fix }];
	}
	const root = stateRoot();
	const found = await examineState(root);
	if (found.some(({ severity }) => severity === 'fatal')) return found;
	try {
		const here = await lookAtStack();
		return [...found, ...(await roomFor(root, here)), ...(await examineStack(here))];
	} catch (error) {
		if (!(error instanceof ProcdeckError)) throw error;
		const { message, hint } = error;
		return [...found, { check: 'supervisor', severity: 'fatal', message, fix: hint }];
	}
}

async function examineState(root: string): Promise<Found[]> {
	try {
		mkdirSync(root, { recursive: true, mode: 0o700 });
		const folder = await mkdtemp(join(root, 'doctor-'));
		try {
			return [fine('state', `${root} can be written`), ...(await tryOut(folder))];
		} finally {
			await rm(folder, { recursive: true, force: true });
		}
	} catch (error) {
		const message = `${root} cannot be written: ${(error as Error).message}`;
		const fix = 'make it writable, or set XDG_STATE_HOME to a folder that is';
		return [{ check: 'state', severity: 'fatal', message, fix }];
	}
}

function tryOut(folder: string): Promise<Found[]> {
	return Promise.all([
		attempt('lock', 'a file there can be locked', 'fatal', 'install util-linux, for flock', async () => {
			(await acquireLock(join(folder, 'lock')))?.release();
		}),
		attempt(
			'named pipes',
			'they can be made there',
			'fatal',
			'set XDG_STATE_HOME to another file system',
			() => makeFifo(join(folder, 'pipe')),
		),
		attempt(
			'log bounds',
			'the front of a log can be given back',
			'error',
			'set XDG_STATE_HOME to a file system that can: ext4, xfs, btrfs or tmpfs',
			async () => {
				await writeFile(join(folder, 'log'), Buffer.alloc(2 * BLOCK));
				await punchHole(join(folder, 'log'), BLOCK);
			},
		),
	]);
}

async function attempt(
	check: string,
	works: string,
	severity: 'fatal' | 'error',
	fix: string,
	work: () => Promise<void>,
): Promise<Found> {
	try {
		await work();
		return fine(check, works);
	} catch (error) {
		return { check, severity, message: (error as Error).message, fix };
	}
}
