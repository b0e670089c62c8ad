import type { BackendObservation, BalancerObservation } from '../model/balancer.ts';
import { WEB_TYPE } from '../model/stack.ts';
import type { ConsoleState } from './console-store.ts';
import type { Problem } from './problem.ts';
import { serverNamed } from './selectors.ts';
import { servingByServer } from './serving.ts';
import { backendKey, isAtWork } from './traffic.ts';
import { type Leftover, leftoversOf } from './unmended.ts';

/** What heals by itself within so long is no problem. */
const PATIENCE_MS = 3_000;

const MENDING = 'b, then f, mends it';
const ABOUT_WEB = { type: WEB_TYPE, instance: null, detail: null } as const;

/** What is wrong with web traffic, beside what is wrong with servers and instances. */
export function balancerProblems(state: ConsoleState): Problem[] {
	const { balancer } = state;
	if (balancer === null) return [];
	if (!isAtWork(balancer)) return idleProblems(state, balancer);
	const unhealthy = unhealthyBackends(state, balancer);
	const first = nobodyAnswers(balancer) ? unhealthy[0] : undefined;
	return [
		...(first === undefined ? [] : [nobodyProblem(balancer, first)]),
		...unhealthy.filter((backend) => !isKnownToBeDown(state, backend)).map(unhealthyProblem),
		...driftProblems(balancer),
		...leftoversOf(state).map(leftoverProblem),
	];
}

/** `HAProxy on web1` */
export function balancerName({ kind, server }: Pick<BalancerObservation, 'kind' | 'server'>): string {
	return `${kind === 'haproxy' ? 'HAProxy' : 'proxy'} on ${server}`;
}

/** It does not run, does not answer, or was never set up. */
function idleProblems(state: ConsoleState, balancer: BalancerObservation): Problem[] {
	const { server, kind, connection, reason, asOf } = balancer;
	const home = serverNamed(state, server)?.observation ?? null;
	// It goes and comes with its server, of which it is told already.
	if (connection === 'unreachable' && home?.connection === 'unreachable') return [];
	if (connection === 'stopped' && kind === 'embedded' && home?.power !== 'up') return [];
	if (connection === 'connecting' || state.now - Date.parse(asOf) < PATIENCE_MS) return [];
	const common = { ...ABOUT_WEB, server, subject: balancerName(balancer) };
	if (connection === 'connected') {
		const text = `it is not set up: \`:lb add ${server}\` does that`;
		return [{ ...common, kind: 'traffic', text }];
	}
	return [{ ...common, kind: 'balancer', text: connection, detail: reason }];
}

function unhealthyBackends(
	{ traffic, now }: ConsoleState,
	{ backends }: BalancerObservation,
): BackendObservation[] {
	return backends.filter(
		(backend) =>
			backend.state === 'unhealthy' &&
			now - (traffic.states.get(backendKey(backend))?.since ?? now) >= PATIENCE_MS,
	);
}

/** Whether there are backends, and none of them can have a request. */
function nobodyAnswers(balancer: BalancerObservation): boolean {
	const rows = [...servingByServer(balancer).values()].filter(({ serving }) => serving);
	const isHopeful = ({ state }: BackendObservation) => state === 'healthy' || state === 'checking';
	return rows.every(({ backends }) => !backends.some(isHopeful));
}

/** One that crashed or is being started gets no traffic for that reason, which is told already. */
function isKnownToBeDown(state: ConsoleState, { server, instance }: BackendObservation): boolean {
	const instances = serverNamed(state, server)?.observation?.instances ?? [];
	const known = instances.find(({ name }) => name === instance);
	return known !== undefined && known.state !== 'running';
}

function nobodyProblem(balancer: BalancerObservation, { server }: BackendObservation): Problem {
	const text = 'no instance is healthy: every request gets a 503';
	return { ...ABOUT_WEB, kind: 'balancer', server, subject: balancerName(balancer), text };
}

function unhealthyProblem({ server, instance, reason }: BackendObservation): Problem {
	const why = reason === null ? '' : `: ${reason}`;
	const subject = `${instance} on ${server}`;
	return { ...ABOUT_WEB, kind: 'unhealthy', server, subject, text: `gets no web traffic${why}` };
}

function driftProblems(balancer: BalancerObservation): Problem[] {
	const [first, ...more] = balancer.drift;
	if (first === undefined) return [];
	const text = more.length === 0 ? first : `${first}, and ${more.length} more`;
	const { server } = balancer;
	return [{ ...ABOUT_WEB, kind: 'traffic', server, subject: balancerName(balancer), text, detail: MENDING }];
}

function leftoverProblem(leftover: Leftover): Problem {
	const { server, instance } = leftover;
	const subject = `${instance} on ${server}`;
	return { ...ABOUT_WEB, kind: 'traffic', server, subject, text: leftoverText(leftover), detail: MENDING };
}

const LEFTOVER_TEXTS: Readonly<Record<Leftover['kind'], string>> = {
	held: 'gets no web traffic since a restart that did not end',
	surplus: 'runs beyond the wanted ones since a restart that did not end',
	'left-out': 'is wanted, and the load balancer does not know it',
	unwanted: 'is not wanted, and the load balancer still has it',
};

export function leftoverText({ kind }: Leftover): string {
	return LEFTOVER_TEXTS[kind];
}
