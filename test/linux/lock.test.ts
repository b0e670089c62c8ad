import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { acquireLock, type KernelLock } from '../../src/linux/lock.ts';
import { killAll, openersOf } from '../support/processes.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { waitFor } from '../support/wait-for.ts';

/** A process of its own that takes the lock and keeps it. */
const HOLDER = `
	import { acquireLock } from ${JSON.stringify(join(import.meta.dirname, '../../src/linux/lock.ts'))};
	console.log((await acquireLock(process.argv[1])) === null ? 'taken' : 'held');
	setInterval(() => {}, 1 << 30);
`;

async function take(file: string): Promise<KernelLock> {
	return waitFor(() => acquireLock(file), 'the lock');
}

describe('a kernel lock', () => {
	it('has one holder at a time', async () => {
		const file = join(await tempFolder({}), 'lock');
		const locks = await Promise.all(Array.from({ length: 5 }, () => acquireLock(file)));
		const [held, ...others] = locks.filter((lock) => lock !== null);
		expect(held).toBeDefined();
		expect(others).toEqual([]);
		held?.release();
	});

	it('is free again when it was released', async () => {
		const file = join(await tempFolder({}), 'lock');
		(await take(file)).release();
		(await take(file)).release();
	});

	it('is free again when its holder was killed', async () => {
		const file = join(await tempFolder({}), 'lock');
		const holder = execa(process.execPath, ['--input-type=module', '-e', HOLDER, file], { reject: false });
		const [said] = await Promise.race([onceSaid(holder.stdout), holder.then(({ stderr }) => [stderr])]);
		expect(said).toBe('held');
		expect(await acquireLock(file)).toBeNull();
		holder.kill('SIGKILL');
		await holder;
		(await take(file)).release();
	});

	it('tells when it is lost, and not when it is released', async () => {
		const file = join(await tempFolder({}), 'lock');
		const lock = await take(file);
		const told: string[] = [];
		void lock.lost.then(() => told.push('lost'));
		lock.release();
		const other = await take(file);
		expect(told).toEqual([]);
		killAll(openersOf(file));
		await other.lost;
	});

	it.each([
		['deleted', async (file: string) => rmSync(file)],
		[
			'replaced',
			async (file: string) => {
				renameSync(file, `${file}.old`);
				(await take(file)).release();
			},
		],
	])('is lost when its file is %s', async (_, change) => {
		const file = join(await tempFolder({}), 'lock');
		const lock = await take(file);
		await change(file);
		await lock.lost;
		lock.release();
	});

	it('without flock is an error that says what to install', async () => {
		const file = join(await tempFolder({}), 'lock');
		const { stderr } = await execa(process.execPath, ['--input-type=module', '-e', HOLDER, file], {
			reject: false,
			env: { PATH: '/nowhere' },
		});
		expect(stderr).toContain('cannot run flock');
		expect(stderr).toContain('install util-linux');
	});

	it('of a file that cannot be made is an error that says so', async () => {
		const file = join(await tempFolder({}), 'no', 'such', 'folder', 'lock');
		await expect(acquireLock(file)).rejects.toMatchObject({ code: 'internal', message: /cannot lock/ });
	});
});

async function onceSaid(stream: NodeJS.ReadableStream): Promise<string[]> {
	for await (const chunk of stream) return [String(chunk).trim()];
	return [''];
}
