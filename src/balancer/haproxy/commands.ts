import type { Backend, BalancerSettings } from '../../model/balancer.ts';
import { CHECK_OPTIONS, cookieCommands, endpoint } from './configuration-lines.ts';
import type { BalancerMachine } from './configuration-text.ts';
import { BACKEND_SECTION, serverName } from './names.ts';

function at(name: string): string {
	return `${BACKEND_SECTION}/${name}`;
}

/**
 * Gives a server no new requests. Its health is watched on, but where cookies lead clients to it: HAProxy lets those
 * through to a server that is draining.
 */
export function closeCommand(name: string, { sticky }: Pick<BalancerSettings, 'sticky'>): string {
	return `set server ${at(name)} state ${sticky ? 'maint' : 'drain'}`;
}

/** Has a server checked anew before it gets anything: one that leaves `maint` counts as healthy until a check fails. */
export function probeCommands(name: string): string[] {
	return [`set server ${at(name)} state maint`, `set server ${at(name)} state drain`];
}

/** Gives a server as many requests as its health lets it have. */
export function openCommand(name: string): string {
	return `set server ${at(name)} state ready`;
}

/** Ends what goes on with a server. */
export function cutCommand(name: string): string {
	return `shutdown sessions server ${at(name)}`;
}

/** A server that is checked and gets nothing yet. */
export function addCommands(
	backend: Backend,
	machine: Pick<BalancerMachine, 'addresses'>,
	settings: BalancerSettings,
): string[] {
	const name = serverName(backend);
	return [
		`add server ${at(name)} ${endpoint(backend, machine)} ${CHECK_OPTIONS}`,
		`enable health ${at(name)}`,
		...cookieCommands(settings),
		closeCommand(name, settings),
	];
}

/** HAProxy refuses while anything is connected to the server. */
export function removeCommands(name: string): string[] {
	return [`set server ${at(name)} state maint`, `del server ${at(name)}`];
}
