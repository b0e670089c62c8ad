import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Whether a process runs; a zombie does not. */
export function isAlive(pid: number): boolean {
	try {
		const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
		return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3) !== 'Z';
	} catch {
		return false;
	}
}

/** The processes whose environment has `entry` (`NAME=value`), without this one. */
export function processesWith(entry: string): number[] {
	return processesWhere((other) => other === entry);
}

/** The processes one of whose entries (`NAME=value`) in the environment fits, without this one. */
export function processesWhere(fits: (entry: string) => boolean): number[] {
	return pidsNow().filter((pid) => pid !== process.pid && isAlive(pid) && environmentOf(pid).some(fits));
}

export function childrenOf(parent: number): number[] {
	return pidsNow().filter((pid) => {
		try {
			const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
			return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === parent && isAlive(pid);
		} catch {
			return false;
		}
	});
}

/** The processes that have a file open. */
export function openersOf(file: string): number[] {
	return pidsNow().filter((pid) => {
		try {
			const descriptors = readdirSync(`/proc/${pid}/fd`);
			return descriptors.some((descriptor) => readlinkSync(`/proc/${pid}/fd/${descriptor}`) === file);
		} catch {
			return false;
		}
	});
}

function pidsNow(): number[] {
	return readdirSync('/proc')
		.filter((name) => /^\d+$/.test(name))
		.map(Number);
}

function environmentOf(pid: number): string[] {
	try {
		return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
	} catch {
		return [];
	}
}

/** Ends processes that a test left. */
export function killAll(pids: readonly number[]): void {
	for (const pid of pids) {
		try {
			process.kill(pid, 'SIGKILL');
		} catch {
			// Gone in the meantime.
		}
	}
}
