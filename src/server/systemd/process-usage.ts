/** What one process has used. */
export interface ProcessUsage {
	readonly cpuSeconds: number;
	readonly memoryBytes: number;
}

/** Prints the size of a page and clock ticks a second, then a line of /proc for each process that is still there. */
const USAGE_SCRIPT = `
echo "$(getconf PAGESIZE) $(getconf CLK_TCK)"
for pid; do cat "/proc/$pid/stat" 2>/dev/null; done
true
`;

export function processesCommand(pids: readonly number[]): [string, ...string[]] {
	return ['/bin/sh', '-c', USAGE_SCRIPT, 'sh', ...pids.map(String)];
}

/** @param printed by {@link processesCommand} */
export function parseProcesses(printed: string): Map<number, ProcessUsage> {
	const [sizes = '', ...lines] = printed.split('\n');
	const [page = 4096, ticks = 100] = sizes.split(' ').map(Number);
	const usage = new Map<number, ProcessUsage>();
	for (const line of lines) {
		// A name may contain anything, so that fields count from the last parenthesis: man 5 proc.
		const fields = line
			.slice(line.lastIndexOf(')') + 2)
			.split(' ')
			.map(Number);
		const pid = Number.parseInt(line, 10);
		if (Number.isNaN(pid)) continue;
		const [user = 0, system = 0] = [fields[11], fields[12]];
		usage.set(pid, { cpuSeconds: (user + system) / ticks, memoryBytes: (fields[21] ?? 0) * page });
	}
	return usage;
}
