import { execa } from 'execa';
import { mustInside } from './inside.ts';
import type { KeeperIdentity } from './records.ts';

/** Kept for tests of networks (RFC 2544), and private ones where something has taken those. */
const PREFIXES = ['198.19', '10.213'];
const NUMBERS = 250;

/** The /24 networks that a fleet may take, as their first three numbers. */
function candidates(): string[] {
	return PREFIXES.flatMap((prefix) =>
		Array.from({ length: NUMBERS }, (_, number) => `${prefix}.${number + 1}`),
	);
}

/** Those that none of these routes leads into, be they wider or narrower than a /24. */
export function freeSubnets(destinations: readonly string[]): string[] {
	const taken = destinations.filter((destination) => destination !== 'default').map(rangeOf);
	return candidates().filter((subnet) => {
		const [first, last] = rangeOf(`${subnet}.0/24`);
		return !taken.some(([from, to]) => from <= last && first <= to);
	});
}

/** The first and the last address of `10.0.0.0/8`, as numbers; a lone address is both. */
function rangeOf(destination: string): [number, number] {
	const [address = '', length = '32'] = destination.split('/');
	const size = 2 ** (32 - Number(length));
	const number = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
	const first = Math.floor(number / size) * size;
	return [first, first + size - 1];
}

/** This machine's end of the cable into a fleet. */
export function linkOf(subnet: string): string {
	return `pdfleet${subnet.split('.').slice(1).join('-')}`;
}

/** Joins a fleet to this machine by a network that nothing else here uses, and returns its first three numbers. */
export async function claimSubnet(keeper: KeeperIdentity): Promise<string> {
	const { stdout } = await execa('ip', ['-json', '-4', 'route', 'show', 'table', 'all']);
	const destinations = (JSON.parse(stdout) as { dst: string }[]).map(({ dst }) => dst);
	for (const subnet of freeSubnets(destinations)) if (await claim(subnet, keeper)) return subnet;
	throw new Error(`There is no free network for a fleet: all of ${PREFIXES.join(' and ')} are in use.`);
}

/** The name of the link is of the subnet, so that of two runs at the same time only one can have it. */
async function claim(subnet: string, keeper: KeeperIdentity): Promise<boolean> {
	const link = linkOf(subnet);
	const peer = ['peer', 'name', 'uplink', 'netns', String(keeper.pid)];
	const added = await execa('ip', ['link', 'add', link, 'type', 'veth', ...peer], { reject: false });
	if (added.exitCode !== 0) {
		if (added.stderr.includes('File exists')) return false;
		throw new Error(`The fleet's network could not be made: ${added.stderr}`);
	}
	await execa('ip', ['-batch', '-'], { input: `addr add ${subnet}.1/24 dev ${link}\nlink set ${link} up\n` });
	await mustInside(keeper, ['ip', 'link', 'set', 'uplink', 'up', 'master', 'bridge']);
	return true;
}
