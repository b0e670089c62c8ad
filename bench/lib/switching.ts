import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Balancer } from '../../src/balancer/balancer.ts';
import { balancerLayout } from '../../src/balancer/haproxy/layout.ts';
import type { Fleet } from '../../test/fleet/machinery/fleet.ts';
import { inTurn } from './rounds.ts';
import { STACK } from './servers.ts';
import { type Tally, underLoad, type WebLoad, type WebLoadOptions } from './web-load.ts';

/** What switches a server's web traffic. */
export interface Switch {
	readonly name: string;
	turn(isOn: boolean): Promise<void>;
}

/** Milliseconds from the call until a switch was in effect. */
export interface SwitchTimes {
	readonly off: number;
	readonly on: number;
}

/** So long after a switch requests are watched; longer than any may take that is worth measuring. */
const WATCHED_MS = 400;

/** Procdeck's, over a connection that is open, as a console has it. */
export function bySwitch(balancer: Balancer, server: string): Switch {
	return {
		name: 'procdeck',
		turn: async (isOn) => void (await balancer.setServing(server, isOn, { withinMs: null })),
	};
}

/** Lines of HAProxy's runtime API through an `ssh` that is open: what a switch takes at least. */
export function byHand(fleet: Fleet, home: string, backends: readonly string[]): Switch & { end(): void } {
	const { socket } = balancerLayout(STACK, 'system', { home: '/root', uid: 0 });
	const loop = `while read -r line; do echo "$line" | socat - UNIX-CONNECT:${socket}; echo done; done`;
	const command = ['-F', fleet.sshConfigFile, '-l', 'root', home, loop];
	const child = spawn('ssh', command, { stdio: ['pipe', 'pipe', 'inherit'] });
	const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
	return {
		name: 'runtime API over an open `ssh`',
		async turn(isOn) {
			const state = isOn ? 'ready' : 'drain';
			child.stdin.write(
				`${backends.map((name) => `set server procdeck/${name} state ${state}`).join(';')}\n`,
			);
			while ((await lines.next()).value !== 'done');
		},
		end: () => child.stdin.end(),
	};
}

/** Switches a server Off and On again, each by each in turn; the requests themselves tell when that was in effect. */
export function measureSwitches(
	switches: readonly Switch[],
	server: string,
	rounds: number,
	load: WebLoadOptions,
): Promise<Map<string, SwitchTimes[]>> {
	return underLoad(load, (asking) =>
		inTurn(switches, rounds, async (one) => {
			const off = await switched(one, false, asking);
			const last = lastBegun(await watched(asking), server);
			const on = await switched(one, true, asking);
			const first = firstBegun(await watched(asking), server);
			// Where no request came to it any more, the switch was in effect before the next one.
			return { off: Math.max(0, last - off), on: first - on };
		}),
	);
}

/** @returns when it was called, in milliseconds since the epoch */
async function switched(one: Switch, isOn: boolean, load: WebLoad): Promise<number> {
	await load.tally();
	const calledAt = performance.timeOrigin + performance.now();
	await one.turn(isOn);
	return calledAt;
}

async function watched(load: WebLoad): Promise<Tally> {
	await sleep(WATCHED_MS);
	return load.tally();
}

/** When requests had begun that a server's instances answered. */
function seenOf({ byInstance }: Tally, server: string) {
	return Object.entries(byInstance).flatMap(([name, seen]) => (name.startsWith(`${server}/`) ? [seen] : []));
}

function lastBegun(tally: Tally, server: string): number {
	return Math.max(...seenOf(tally, server).map(({ last }) => last));
}

function firstBegun(tally: Tally, server: string): number {
	const first = Math.min(...seenOf(tally, server).map((seen) => seen.first));
	if (first === Number.POSITIVE_INFINITY)
		throw new Error(`${server} was switched On and has answered nothing`);
	return first;
}
