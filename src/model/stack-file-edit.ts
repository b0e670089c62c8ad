import { appliedEdit, insertion, keysAt, parseForEdit, removal, replacement } from './yaml-edit.ts';

/** A server as it is written into a stack file: what is null or undefined is left out. */
export interface WrittenServer {
	readonly host: string;
	readonly user: string | null;
	readonly port: number | null;
	readonly scope: 'user' | null;
	readonly address: string | null;
	readonly portBase: number | null;
}

/**
 * The stack file with one more server, after those it has; everything else in it stays as it is written. Where it names
 * no servers the one that it means, `local`, is written too.
 * @param text of a valid file; empty: there is none yet
 */
export function withServer(text: string, name: string, server: WrittenServer): string {
	const names = keysAt(text, ['servers']);
	const entries = Object.entries({
		host: server.host,
		user: server.user,
		port: server.port,
		scope: server.scope,
		address: server.address,
		port_base: server.portBase,
	}).filter(([, value]) => value !== null);
	const written = Object.fromEntries(entries);
	const scaled = names.length > 1 ? text : withNamedCounts(text, names[0] ?? 'local');
	if (names.length > 0) return appliedEdit(scaled, insertion(['servers'], name, written));
	const withoutEmpty = parseForEdit(text).has('servers') ? appliedEdit(scaled, removal(['servers'])) : scaled;
	return appliedEdit(withoutEmpty, insertion([], 'servers', { local: { local: true }, [name]: written }));
}

/**
 * The stack file without a server, and without what it says about it elsewhere. Where it was the last one the file names
 * none any more, which means `local`.
 */
export function withoutServer(text: string, name: string): string {
	const path = keysAt(text, ['servers']).length > 1 ? ['servers', name] : ['servers'];
	return appliedEdit(withoutCounts(text, name), removal(path));
}

/**
 * The stack file with a load balancer on a server.
 * @param port null: as the file says, or the default
 */
export function withLoadBalancer(text: string, server: string, port: number | null): string {
	const wanted = { server, ...(port === null ? {} : { port }) };
	if (!parseForEdit(text).has('load_balancer'))
		return appliedEdit(text, insertion([], 'load_balancer', wanted));
	return Object.entries(wanted).reduce((result, [key, value]) => {
		const isThere = keysAt(result, ['load_balancer']).includes(key);
		const path = ['load_balancer', key];
		return appliedEdit(result, isThere ? replacement(path, value) : insertion(['load_balancer'], key, value));
	}, text);
}

/** The stack file without a load balancer. What else it says of one stays for the next, but a port alone, which `lb add` writes. */
export function withoutLoadBalancer(text: string): string {
	const keys = keysAt(text, ['load_balancer']);
	if (!keys.includes('server')) return text;
	const isOurs = keys.every((key) => key === 'server' || key === 'port');
	return appliedEdit(text, removal(isOurs ? ['load_balancer'] : ['load_balancer', 'server']));
}

function withoutCounts(text: string, server: string): string {
	return keysAt(text, ['processes']).reduce((result, type) => {
		const path = ['processes', type, 'scale'];
		const named = keysAt(result, path);
		if (!named.includes(server)) return result;
		// Without any counts the others would get their defaults.
		return appliedEdit(result, named.length > 1 ? removal([...path, server]) : replacement(path, {}));
	}, text);
}

/** A plain count means the only server, so it has to name it once there is another one. */
function withNamedCounts(text: string, server: string): string {
	return keysAt(text, ['processes']).reduce((result, type) => {
		const path = ['processes', type, 'scale'];
		const count = parseForEdit(text).getIn(path);
		return typeof count === 'number' ? appliedEdit(result, replacement(path, { [server]: count })) : result;
	}, text);
}
