// Shell scripts for the namespaces of a fleet; the names of hosts are plain words.

/** What the network between this machine and a host is made like. */
export interface Shape {
	/** Added to each round trip, half of it in each direction. Default: 0. */
	readonly roundTripMs?: number;
	/** Kilobits a second in each direction. Default: as fast as it goes. */
	readonly rateKbit?: number;
}

/** Where a host is in its fleet's network. */
export interface Place {
	readonly name: string;
	readonly address: string;
}

/** Derived from the address, so that a host keeps it over its reboots. */
export function macOf(address: string): string {
	const bytes = address.split('.').map((part) => Number(part).toString(16).padStart(2, '0'));
	return ['02', '00', ...bytes].join(':');
}

/** A cable from the fleet's bridge into a network namespace of the host's own. */
export function plugIn({ name, address }: Place): string {
	return `
		ip netns add ${name}
		ip link add ${name} type veth peer name eth0 address ${macOf(address)} netns ${name}
		ip link set ${name} up master bridge
		ip -n ${name} link set lo up
		ip -n ${name} addr add ${address}/24 dev eth0
		ip -n ${name} link set eth0 up
	`;
}

/** Takes all of that away: connections end without a word to their other side, as they do in a power cut. */
export function unplug({ name }: Place): string {
	return `ip link del ${name}; ip netns del ${name}`;
}

/** The bridge drops what comes and goes, and neither side is told: the cable stays in, and nobody refuses anything. */
export function cutOff({ name }: Place): string {
	return `bridge link set dev ${name} state 0`;
}

export function joinAgain({ name }: Place): string {
	return `bridge link set dev ${name} state 3`;
}

/** The ends of a slow line: one at the fleet's bridge, the other at a bridge of its own that the host's cable is in. */
export function lineEnds({ name }: Place): readonly [string, string] {
	return [`${name}~1`, `${name}~2`];
}

/** Puts the ends of a slow line between a host and its fleet; nothing passes until a program carries it. */
export function layLine(place: Place): string {
	const { name } = place;
	const [near, far] = lineEnds(place);
	return `
		ip tuntap add dev ${near} mode tap
		ip tuntap add dev ${far} mode tap
		ip link add ${name}~b type bridge
		ip link set ${name}~b up
		ip link set ${near} up master bridge
		ip link set ${far} up master ${name}~b
		ip link set ${name} master ${name}~b
	`;
}

export function takeLineAway(place: Place): string {
	const { name } = place;
	return `
		ip link set ${name} master bridge
		for link in ${name}~b ${lineEnds(place).join(' ')}; do ip link del $link; done
	`;
}

/**
 * The command, outside the fleet, by which this machine never has to ask who has the address: without an answer it would
 * say «no route to host», which a server behind a router never does.
 */
export function knowNeighbour({ address }: Place, link: string): readonly string[] {
	return ['ip', 'neigh', 'replace', address, 'lladdr', macOf(address), 'dev', link, 'nud', 'permanent'];
}
