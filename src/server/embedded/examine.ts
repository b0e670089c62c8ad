import { mkdirSync } from 'node:fs';
import { mkdtemp, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stateRoot } from '../../files/state-root.ts';
import { makeFifo, punchHole } from '../../linux/files.ts';
import { acquireLock } from '../../linux/lock.ts';
import { type Found, fine } from '../../model/finding.ts';
import { roomFinding } from '../room.ts';

const BLOCK = 4096;

/** Looks at what the embedded supervisor needs of this machine, by trying it. */
export async function examine(): Promise<Found[]> {
	if (process.platform !== 'linux') {
		const fix = 'servers over SSH can be driven from here';
		const message = `local servers need Linux, and this is ${process.platform}`;
		return [{ check: 'platform', severity: 'fatal', message, fix }];
	}
	const root = stateRoot();
	try {
		mkdirSync(root, { recursive: true, mode: 0o700 });
		const folder = await mkdtemp(join(root, 'doctor-'));
		try {
			return [fine('state', `${root} can be written`), ...(await tryOut(folder)), await room(root)];
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

async function room(place: string): Promise<Found> {
	const { bavail, blocks, bsize, ffree, files } = await statfs(place);
	const freeInodes = files > 0 ? ffree / files : null;
	const found = { place, freeBytes: bavail * bsize, freePart: bavail / Math.max(1, blocks), freeInodes };
	return roomFinding(found, `free some there: du -x ${place}`);
}
