import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { execa } from 'execa';
import { onTestFinished } from 'vitest';

const IS_ROOT = process.getuid?.() === 0;

export interface SmallDisk {
	/** What goes before a command so that it sees the disk; `directory` is where it runs. */
	through(directory: string): readonly string[];
	/** Takes every byte that is left. */
	fill(): Promise<void>;
	/** Gives back what `fill` took. */
	free(): Promise<void>;
}

/**
 * A file system of 1 MiB over `directory`, in a mount namespace of its own: nothing of it is seen outside, and it goes
 * with the test.
 * @returns null where this user may make no namespaces
 */
export async function smallDisk(directory: string): Promise<SmallDisk | null> {
	const namespaces = IS_ROOT ? ['--mount'] : ['--mount', '--user', '--map-root-user'];
	const mount = 'mount -t tmpfs -o size=1m none "$0" && echo mounted && exec cat';
	const holder = spawn('unshare', [...namespaces, 'sh', '-c', mount, directory], {
		stdio: ['pipe', 'pipe', 'ignore'],
	});
	const ended = once(holder, 'exit').catch(() => []);
	onTestFinished(async () => {
		holder.stdin.end();
		await ended;
	});
	const isMounted = await Promise.race([
		once(holder.stdout, 'data').then(() => true),
		ended.then(() => false),
	]);
	if (!isMounted) return null;

	const enter = [
		'nsenter',
		`--target=${holder.pid}`,
		'--mount',
		...(IS_ROOT ? [] : ['--user', '--preserve-credentials']),
	];
	const shell = async (script: string) => {
		const [file = '', ...args] = [...enter, 'sh', '-c', script, join(directory, 'filler')];
		await execa(file, args);
	};
	return {
		through: (directory) => [...enter, 'sh', '-c', 'cd "$0" && exec "$@"', directory],
		fill: () => shell('cat /dev/zero >"$0" 2>/dev/null || true'),
		free: () => shell('rm "$0"'),
	};
}
