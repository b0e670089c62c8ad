/** What the processes of a unit have used. */
export interface Usage {
	/** Seconds of CPU since it started. */
	readonly cpuSeconds: number;
	readonly memoryBytes: number;
}

/** What the kernel calls a second in /proc, on all platforms that systemd runs on. */
const TICKS_A_SECOND = 100;

/**
 * `group_of PID` and then `folder_of` find the cgroup of a unit's main process, `processes_of PID` prints what each of its
 * processes has used, in user and kernel mode and in pages. Builtins alone: it runs every two seconds, also for hundreds
 * of instances.
 */
export const USAGE_FUNCTIONS = `
group_of() {
group=
while IFS=: read -r number kind path; do
case $number:$kind in 0:|*:name=systemd) case $path in *.service*) group=\${path%.service*}.service ;; esac ;; esac
done <"/proc/$1/cgroup"
}
folder_of() {
for root in /sys/fs/cgroup /sys/fs/cgroup/unified /sys/fs/cgroup/systemd; do
folder=$root$group
[ -n "$group" ] && [ -f "$folder/cgroup.procs" ] && return
done
folder=
}
# A name may contain anything, so that fields count from the last parenthesis: man 5 proc.
process() {
read -r stat <"/proc/$1/stat" || return
set -- \${stat##*) }
echo "process $main \${12} \${13} \${22}"
}
processes_of() {
if [ -z "$folder" ]; then process "$1"; return; fi
for list in "$folder/cgroup.procs" "$folder"/*/cgroup.procs; do
while read -r pid; do process "$pid"; done <"$list"
done
}
`;

/**
 * Prints what the kernel has counted for the unit of each main process (microseconds and bytes), and where it does not
 * count memory or CPU, what its processes have used.
 */
const USAGE_SCRIPT = `${USAGE_FUNCTIONS}
for main; do
cpu= memory=
group_of "$main"
folder_of
if [ -n "$folder" ]; then
read -r key cpu <"$folder/cpu.stat"
read -r memory <"$folder/memory.current"
fi
echo "unit $main \${cpu:--} \${memory:--}"
[ -n "$cpu" ] && [ -n "$memory" ] && continue
uncounted=1
processes_of "$main"
done 2>/dev/null
[ -n "$uncounted" ] && echo "page $(getconf PAGESIZE)"
true
`;

/** @param pids main processes of units */
export function usageCommand(pids: readonly number[]): [string, ...string[]] {
	return ['/bin/sh', '-c', USAGE_SCRIPT, 'sh', ...pids.map(String)];
}

/**
 * @param printed by {@link usageCommand}
 * @returns by main process; what is gone is not among them
 */
export function parseUsage(printed: string): Map<number, Usage> {
	const lines = printed.split('\n').map((line) => line.split(' '));
	const said = (kind: string) => lines.filter(([first]) => first === kind).map(([, ...rest]) => rest);
	const pageBytes = Number(said('page')[0]?.[0] ?? 4096);
	const processes = Map.groupBy(said('process'), ([main]) => main);
	const usage = new Map<number, Usage>();
	for (const [main = '', cpu = '-', memory = '-'] of said('unit')) {
		const counted = (processes.get(main) ?? []).map(([, ...fields]) => usageOfProcess(fields, pageBytes));
		if (counted.length === 0 && (cpu === '-' || memory === '-')) continue;
		usage.set(Number(main), {
			cpuSeconds: cpu === '-' ? sum(counted, 'cpuSeconds') : Number(cpu) / 1e6,
			memoryBytes: memory === '-' ? sum(counted, 'memoryBytes') : Number(memory),
		});
	}
	return usage;
}

function usageOfProcess(fields: readonly string[], pageBytes: number): Usage {
	const [user = 0, system = 0, pages = 0] = fields.map(Number);
	return { cpuSeconds: (user + system) / TICKS_A_SECOND, memoryBytes: pages * pageBytes };
}

function sum(usages: readonly Usage[], of: keyof Usage): number {
	return usages.reduce((all, usage) => all + usage[of], 0);
}
