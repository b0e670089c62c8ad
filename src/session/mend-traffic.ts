import type { ChangeOptions, ChangeRow } from '../model/change.ts';
import { ProcdeckError } from '../model/errors.ts';
import { needsMending, noBalancer } from '../model/serving.ts';
import { WEB_TYPE } from '../model/stack.ts';
import type { Server } from '../server/server.ts';
import type { Balancing, BalancingOf } from './balanced-server.ts';
import { peekAtBalancer } from './balancer-now.ts';
import { failedRows } from './fan-out.ts';
import { noteTraffic } from './note-traffic.ts';
import { Surge } from './surge.ts';
import { Traffic } from './traffic.ts';

const VERB = 'lb mend';

/**
 * Makes web traffic as it should be: what runs as the load balancer's configuration says, nothing out of turn, the backends
 * of some servers the wanted instances there, and none left that a restart had started besides.
 * @param home the server that the load balancer runs on
 * @param astray those servers
 * @throws ProcdeckError `unreachable`, `refused` when nothing was mended
 */
export async function mendTraffic(
	home: Server,
	astray: readonly Server[],
	balancingOf: BalancingOf,
	options: ChangeOptions,
): Promise<ChangeRow[]> {
	const { name } = home.definition;
	const balancing = await balancingOf(name);
	if (balancing === null) throw noBalancer('refused');
	const mended = await mendBalancer(name, balancing);
	await noteTraffic(home, VERB, [mended], options);
	const ended = await Promise.all(
		astray.map((server) => straighten(server, balancingOf, { ...options, historyVerb: VERB })),
	);
	return [mended, ...ended.flat()];
}

async function mendBalancer(server: string, { balancer }: Balancing): Promise<ChangeRow> {
	const seen = await peekAtBalancer(balancer);
	const isWell = seen.connection === 'connected' && !needsMending(seen);
	if (!isWell) await balancer.mend();
	const outcome = isWell ? 'unchanged' : 'done';
	return { server, type: null, from: null, to: 'load balancer', outcome, reason: null };
}

const END_SURPLUS = { verb: 'surge', type: WEB_TYPE, on: false } as const;

/** Traffic goes first, once others answer: an instance that nobody wants may be a backend, and the only one. */
async function straighten(
	server: Server,
	balancingOf: BalancingOf,
	options: ChangeOptions,
): Promise<ChangeRow[]> {
	const { name } = server.definition;
	try {
		const balancing = await balancingOf(name);
		if (balancing === null) throw noBalancer('refused');
		return await new Surge(server, new Traffic(balancing, server, options), options).endLater();
	} catch (error) {
		if (error instanceof ProcdeckError) return failedRows(name, END_SURPLUS, error);
		throw error;
	}
}
