import { closeSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';

/** What /proc/PID/stat says of a process. */
export interface ProcessStat {
	readonly pid: number;
	readonly parent: number;
	readonly group: number;
	readonly session: number;
	/** One letter; `Z` is a zombie, `X` is dead. */
	readonly state: string;
	/** Clock ticks after boot: together with the pid and the boot it names one process. */
	readonly startTime: number;
	/** User and system time in clock ticks. */
	readonly cpuTicks: number;
	readonly residentBytes: number;
}

/** Clock ticks a second (USER_HZ): 100 on every Linux architecture that Node runs on. */
export const TICKS_PER_SECOND = 100;
/** The page size of every 32-bit machine too. */
const SMALLEST_PAGE_BYTES = 4096;
const AT_PAGESZ = 6n;
const PAGE_BYTES = pageBytes();

const buffer = Buffer.allocUnsafe(1024);

/** The kernel tells each process its page size, which is 16K or 64K on some machines, in its auxiliary vector. */
function pageBytes(): number {
	try {
		return pageBytesIn(readFileSync('/proc/self/auxv'));
	} catch {
		return SMALLEST_PAGE_BYTES;
	}
}

/** The page size in an auxiliary vector (getauxval(3)) of 64-bit pairs in this machine's byte order. */
export function pageBytesIn(auxv: Buffer): number {
	const words = new BigUint64Array(new Uint8Array(auxv).buffer, 0, Math.floor(auxv.length / 8));
	for (let pair = 0; pair + 1 < words.length; pair += 2)
		if (words[pair] === AT_PAGESZ) return Number(words[pair + 1]);
	return SMALLEST_PAGE_BYTES;
}

/** Parses the text of /proc/PID/stat; the command in it may hold spaces and parentheses. */
export function parseStat(text: string): ProcessStat {
	const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
	// fields[0] is field 3 of proc(5).
	const field = (number: number) => Number(fields[number - 3]);
	return {
		pid: Number.parseInt(text, 10),
		state: fields[0] ?? 'X',
		parent: field(4),
		group: field(5),
		session: field(6),
		cpuTicks: field(14) + field(15),
		startTime: field(22),
		residentBytes: field(24) * PAGE_BYTES,
	};
}

/** Reads a kept-open /proc/PID/stat again, or null when its process is gone. */
export function rereadStat(descriptor: number): ProcessStat | null {
	try {
		return parseStat(buffer.toString('latin1', 0, readSync(descriptor, buffer, 0, buffer.length, 0)));
	} catch {
		return null;
	}
}

export function openStat(pid: number): number | null {
	try {
		return openSync(`/proc/${pid}/stat`, 'r');
	} catch {
		return null;
	}
}

export function readStat(pid: number): ProcessStat | null {
	const descriptor = openStat(pid);
	if (descriptor === null) return null;
	try {
		return rereadStat(descriptor);
	} finally {
		closeSync(descriptor);
	}
}

/** Whether this very process still lives; a zombie does not. */
export function isAlive(identity: { readonly pid: number; readonly startTime: number }): boolean {
	const stat = readStat(identity.pid);
	return stat !== null && stat.startTime === identity.startTime && stat.state !== 'Z' && stat.state !== 'X';
}

export function listPids(): number[] {
	const pids: number[] = [];
	for (const entry of readdirSync('/proc')) {
		const first = entry.charCodeAt(0);
		if (first >= 0x31 && first <= 0x39) pids.push(Number(entry));
	}
	return pids;
}

/** The value of a variable in the environment that a process was started with; null if it is not there or not ours to read. */
export function environmentValue(pid: number, name: string): string | null {
	const environment = readEnvironment(pid);
	const entry = environment.indexOf(`\0${name}=`);
	if (entry === -1) return null;
	const start = entry + name.length + 2;
	return environment.toString('latin1', start, environment.indexOf(0, start));
}

const environmentBuffer = Buffer.alloc(64 * 1024);

/** Each entry between NULs; good until the next call. One of many in a walk through /proc: read with as little as can be. */
function readEnvironment(pid: number): Buffer {
	const file = `/proc/${pid}/environ`;
	try {
		const descriptor = openSync(file, 'r');
		try {
			const length = readSync(descriptor, environmentBuffer, 1, environmentBuffer.length - 2, 0);
			if (length < environmentBuffer.length - 2) {
				environmentBuffer[length + 1] = 0;
				return environmentBuffer.subarray(0, length + 2);
			}
		} finally {
			closeSync(descriptor);
		}
		return Buffer.from(`\0${readFileSync(file, 'latin1')}\0`, 'latin1');
	} catch {
		return environmentBuffer.subarray(0, 0);
	}
}

/** Whether the kernel lets us signal a process: not where it is another user's. */
export function canSignal(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return (error as NodeJS.ErrnoException).code !== 'EPERM';
	}
}

/** A process goes by the name of its main thread, which Node gives this one. */
const MAIN_THREAD_OF_NODE = 'MainThread';

/** The program's name and its owner, for naming a process in a message. */
export function describeProcess(pid: number): string {
	try {
		const status = readFileSync(`/proc/${pid}/status`, 'utf8');
		const thread = /^Name:\t(.*)$/m.exec(status)?.[1];
		const name = thread === MAIN_THREAD_OF_NODE ? programOf(pid) : thread;
		const owner = /^Uid:\t(\d+)/m.exec(status)?.[1];
		return `pid ${pid} (${name}, of user ${owner})`;
	} catch {
		return `pid ${pid}`;
	}
}

/** As it was called. */
function programOf(pid: number): string {
	const [command = ''] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0', 1);
	return command.slice(command.lastIndexOf('/') + 1);
}

/** Identifies this boot of the machine: pids and the monotonic clock begin anew with another one. */
export function bootId(): string {
	return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

/**
 * Milliseconds since the start of a process, by its start time.
 * Start times also count while the machine sleeps, unlike the monotonic clock.
 */
export function ageOf({ startTime }: { readonly startTime: number }): number {
	const uptime = Number.parseFloat(readFileSync('/proc/uptime', 'utf8'));
	return Math.max(0, (uptime - startTime / TICKS_PER_SECOND) * 1000);
}

/** Milliseconds of the machine's monotonic clock: the same for every process of one boot. */
export function monotonicNow(): number {
	return Number(process.hrtime.bigint() / 1000n) / 1000;
}
