import { isIP } from 'node:net';
import type { Link } from '../../link/link.ts';
import type { Backend } from '../../model/balancer.ts';
import { ProcdeckError } from '../../model/errors.ts';
import type { BalancerMachine } from './configuration-text.ts';

const RESOLVE_TIMEOUT_MS = 15_000;

/** A line for each name: the name and its first address. */
const RESOLVE_SCRIPT = `
for name; do address=$(getent ahosts "$name" | { read -r first rest && echo "$first"; }) && echo "$name $address"; done
true
`;

/**
 * What the names among the addresses of backends mean on a machine.
 * @throws ProcdeckError `refused` for a name that means nothing there, `unreachable`
 */
export async function resolveAddresses(
	link: Link,
	backends: readonly Backend[],
): Promise<BalancerMachine['addresses']> {
	const names = [...new Set(backends.map(({ address }) => address).filter((address) => isIP(address) === 0))];
	if (names.length === 0) return {};
	const command = ['/bin/sh', '-c', RESOLVE_SCRIPT, 'sh', ...names] as const;
	const { stdout } = await link.run(command, { timeoutMs: RESOLVE_TIMEOUT_MS });
	const found = new Map(
		stdout.split('\n').map((line) => {
			const [name = '', address = ''] = line.split(' ');
			return [name, address] as const;
		}),
	);
	const unknown = names.find((name) => isIP(found.get(name) ?? '') === 0);
	if (unknown === undefined) return Object.fromEntries(names.map((name) => [name, found.get(name) ?? '']));
	throw new ProcdeckError(
		'refused',
		`the load balancer's server does not know the address of ${unknown}`,
		'`address:` of the server in the stack file says how it is reached from there',
	);
}
