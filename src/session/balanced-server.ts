import type { Balancer } from '../balancer/balancer.ts';
import { concernsWeb } from '../model/backends.ts';
import type { BalancerObservation } from '../model/balancer.ts';
import type { Change, ChangeOptions, ChangeRow, SupervisorChange } from '../model/change.ts';
import { ProcdeckError } from '../model/errors.ts';
import type { ServerEvent } from '../model/observed.ts';
import { servingNow } from '../model/serving.ts';
import { WEB_TYPE } from '../model/stack.ts';
import type { ObserveOptions, Server } from '../server/server.ts';
import { restartBalanced } from './balanced-restart.ts';
import { peekAtBalancer, requireAtWork } from './balancer-now.ts';
import type { WatchBalancer } from './balancer-watch.ts';
import { succeeded } from './outcome.ts';
import { type Keep, serve } from './serve.ts';
import { snapshotOf } from './snapshot.ts';
import { Surge } from './surge.ts';
import { type Route, Traffic, withCut, withRemark } from './traffic.ts';

/** The load balancer of a stack, as the changes of one of its servers need it. */
export interface Balancing extends Route {
	/** Notes in the history what was done with the traffic; what cannot be noted stops nothing. */
	readonly keep: Keep;
}

/**
 * What the changes of a server need; null: the stack has no load balancer.
 * @throws ProcdeckError `unreachable`, `refused`
 */
export type BalancingOf = (server: string) => Promise<Balancing | null>;

/**
 * A server whose web instances a load balancer sends traffic to: what a change ends is drained before, and what it starts
 * becomes a backend. While the load balancer cannot be reached nothing of the web type is ended or restarted; all else is
 * done.
 * @param open null: the stack has none
 */
export function balanced(
	server: Server,
	open: () => Promise<Balancing | null>,
	watch: WatchBalancer,
): Server {
	return {
		definition: server.definition,
		setup: server.setup,
		releases: server.releases,
		machine: server.machine,
		observe: (listener, options) => observeWithTraffic(server, watch, listener, options),
		apply: (change, options) => applyBalanced(server, open, change, options),
		logs: (query, signal) => server.logs(query, signal),
		stats: () => server.stats(),
		examine: () => server.examine(),
		note: (entry) => server.note(entry),
		close: () => server.close(),
	};
}

/** As the server tells, and whether it is serving, which the load balancer knows. */
async function observeWithTraffic(
	server: Server,
	watch: WatchBalancer,
	listener: (event: ServerEvent) => void,
	options: ObserveOptions,
): Promise<() => void> {
	const { name } = server.definition;
	let serving: boolean | null = null;
	let isBegun = false;
	const { promise: known, resolve: know } = Promise.withResolvers<void>();
	const stopTraffic = watch((observation) => {
		know();
		const now = servingNow(observation, name);
		if (now === serving) return;
		serving = now;
		if (isBegun) listener({ kind: 'serving', serving });
	});
	const tell = (event: ServerEvent) => {
		if (event.kind !== 'snapshot') return listener(event);
		isBegun = true;
		listener({ ...event, observation: { ...event.observation, serving } });
	};
	try {
		if (options.withTraffic === true) await known;
		const stop = await server.observe(tell, options);
		return () => {
			stop();
			stopTraffic();
		};
	} catch (error) {
		stopTraffic();
		throw error;
	}
}

async function applyBalanced(
	server: Server,
	open: () => Promise<Balancing | null>,
	change: Change,
	options: ChangeOptions,
): Promise<ChangeRow[]> {
	if (change.verb !== 'serve' && !concernsWeb(change)) return server.apply(change, options);
	const balancing = await open();
	if (balancing === null) return server.apply(change, options);
	const { balancer, keep } = balancing;
	if (change.verb === 'serve') return serve(balancer, server.definition.name, change, keep, options);
	const traffic = new Traffic(balancing, server, options);
	const seen = await atWork(balancer);
	if (seen instanceof ProcdeckError) return applyUnseen(server, traffic, seen, change, options);
	if (seen.configuration === null) return server.apply(change, options);
	if (seen.connection === 'stopped') return applyWithoutTraffic(server, traffic, seen.kind, change, options);
	if (change.verb === 'restart') return restartBalanced(server, traffic, change, options);
	if (change.verb === 'surge') return new Surge(server, traffic, options).endLater();
	const before = await snapshotOf(server);
	// It goes down with the server, and comes back with what its configuration says.
	const endsToo =
		change.verb === 'down' && seen.kind === 'embedded' && seen.server === server.definition.name;
	const { cut } = endsToo ? await traffic.drainAll(before) : await traffic.endOf(before, change);
	let rows: ChangeRow[];
	try {
		rows = (await server.apply(change, options)).map((row) => withCut(row, cut));
	} finally {
		if (!endsToo) await traffic.follow();
	}
	const isServing = seen.configuration.serving[server.definition.name] === true;
	const late = options.untilServing === true && isServing ? await traffic.lateSince(before) : null;
	return late === null ? rows : rows.map((row) => (row.type === WEB_TYPE ? withFailure(row, late) : row));
}

/** What the load balancer says of a change that all went well on its server. */
function withFailure(row: ChangeRow, { outcome, reason, code, failedInstances }: ChangeRow): ChangeRow {
	if (!succeeded(row)) return row;
	return { ...row, outcome, reason, ...(code && { code }), ...(failedInstances && { failedInstances }) };
}

/** @returns what a load balancer reports, which may be that it does not run; or why it cannot be reached */
async function atWork(balancer: Balancer): Promise<BalancerObservation | ProcdeckError> {
	try {
		const seen = await peekAtBalancer(balancer);
		if (seen.connection !== 'stopped') requireAtWork(seen);
		return seen;
	} catch (error) {
		if (error instanceof ProcdeckError && error.code === 'unreachable') return error;
		throw error;
	}
}

/** While it cannot be reached it may go on sending traffic to all that it knows, so that only more may run. */
async function applyUnseen(
	server: Server,
	traffic: Traffic,
	why: ProcdeckError,
	change: SupervisorChange,
	options: ChangeOptions,
): Promise<ChangeRow[]> {
	const before = await snapshotOf(server);
	const left = traffic.leftBy(before, change);
	if (change.verb === 'restart' || left.length < traffic.backendsOf(before).length) throw why;
	const rows = await server.apply(change, options);
	const remark = `no more traffic than before, as the load balancer cannot be reached: ${why.message}`;
	return rows.map((row) => withRemark(row, remark));
}

/** While it does not run nothing has traffic that could be lost. With the stack its own proxy comes back. */
async function applyWithoutTraffic(
	server: Server,
	traffic: Traffic,
	kind: BalancerObservation['kind'],
	change: SupervisorChange,
	options: ChangeOptions,
): Promise<ChangeRow[]> {
	const rows = await server.apply(change, options);
	const { power } = await snapshotOf(server);
	// What it does not learn now is drift, and is seen as such.
	if (power === 'up') await traffic.comeBack(kind).catch(() => {});
	return rows;
}
