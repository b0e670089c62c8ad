import { join } from 'node:path';

/** Where the file systems of hosts are, in the mounts of their fleet. */
export const HOSTS = '/run/fleet';

/** The root of a host's file system there. */
export function rootOf(name: string): string {
	return join(HOSTS, name, 'root');
}

/** A script that lays a host's own file system over the image; what it changes is in memory and goes with the fleet. */
export function mountScript(name: string, base: string): string {
	return `
		mkdir -p ${HOSTS}/${name}
		mount -t tmpfs -o size=1g tmpfs ${HOSTS}/${name}
		cd ${HOSTS}/${name}
		mkdir upper work root
		mount -t overlay overlay -o "lowerdir=${base},upperdir=$PWD/upper,workdir=$PWD/work" root
	`;
}

export function unmountScript(name: string): string {
	return `umount ${HOSTS}/${name}/root ${HOSTS}/${name}`;
}

/** The command that boots a host and is it until it is shut down; SIGTERM shuts it down in good order. */
export function bootCommand(id: string, name: string): readonly string[] {
	return [
		...['sh', join(import.meta.dirname, 'run-host.sh'), id, name],
		...['systemd-nspawn', '--quiet', '--boot', '--register=no', '--keep-unit', '--console=pipe'],
		...[`--directory=${rootOf(name)}`, `--machine=${name}`, `--network-namespace-path=/run/netns/${name}`],
		...['--resolv-conf=off', '--timezone=off', '--link-journal=no'],
	];
}
