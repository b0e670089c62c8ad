import type { Host } from './machinery/host.ts';
import type { SystemdApp } from './systemd-app.ts';

/** Numbers of instances, in order, as the host itself tells them. */
export interface OnHost {
	/** Those that a boot starts. */
	readonly enabled: readonly number[];
	/** Those that run. */
	readonly active: readonly number[];
}

/** What of a type there is on a host, whatever anybody shows of it. */
export async function onHost(host: Host, { prefix }: SystemdApp, type: string): Promise<OnHost> {
	const links = await host.run(`ls /etc/systemd/system/${prefix}.target.wants 2>/dev/null || true`);
	const list = `systemctl list-units --state=active --plain --no-legend '${prefix}.${type}@*.service'`;
	return { enabled: numbersIn(links, type), active: numbersIn(await host.run(list), type) };
}

/** The commands that run there because somebody has logged in; what instances are is not among them. */
export function processesOfLogins(host: Host): Promise<string> {
	return host.run(`for process in /proc/[0-9]*; do
		grep -qs '/session-[^/]*[.]scope' $process/cgroup && tr '\\0' ' ' <$process/cmdline && echo
	done 2>/dev/null; true`);
}

function numbersIn(text: string, type: string): number[] {
	const units = text.matchAll(new RegExp(`\\.${type}@(\\d+)\\.service`, 'g'));
	return [...new Set([...units].map(([, number]) => Number(number)))].sort((a, b) => a - b);
}
