import type { Balancer } from '../balancer/balancer.ts';
import type { BalancerConfiguration } from '../model/balancer.ts';
import type { ChangeOptions, ChangeRow, HistoryEntry, ServeChange } from '../model/change.ts';
import { ProcdeckError } from '../model/errors.ts';
import { isOnlyServing, noBalancer, servingWord } from '../model/serving.ts';
import { WEB_TYPE } from '../model/stack.ts';
import { balancerNow } from './balancer-now.ts';
import { trafficEntry } from './note-traffic.ts';
import { cutText } from './traffic.ts';

/** Keeps an entry of the history. */
export type Keep = (entry: HistoryEntry) => Promise<void>;

/**
 * Switches a server's web traffic, and notes that in the history.
 * @throws ProcdeckError `refused` for the last serving server without `force`; `unreachable`
 */
export async function serve(
	balancer: Balancer,
	server: string,
	change: ServeChange,
	keep: Keep,
	options: ChangeOptions,
): Promise<ChangeRow[]> {
	const { configuration: present } = await balancerNow(balancer);
	if (present === null) throw noBalancer('refused');
	const { on, force, expected } = change;
	const was = present.serving[server] === true;
	const row = { server, type: WEB_TYPE, from: servingWord(was), to: servingWord(on) } as const;
	if (expected !== null && was !== expected) {
		const reason = `web traffic of ${server} is ${servingWord(was)} by now`;
		return [{ ...row, outcome: 'failed', code: 'conflict', reason }];
	}
	if (was === on) return [{ ...row, outcome: 'unchanged', reason: null }];
	if (!on && !force && isOnlyServing(present, server)) throw lastServing(server);
	const begun = trafficEntry('serve', { ...row, outcome: null, reason: null }, options);
	await keep(begun);
	const ended = await switchTraffic(balancer, present, { server, on }, options).then(
		(reason) => ({ outcome: 'done', reason }) as const,
		(error: unknown) => failureOf(error),
	);
	const { reason, ...rest } = ended;
	await keep({ ...begun, ...rest, ...(reason === null ? {} : { reason }) });
	return [{ ...row, ...ended }];
}

/** @returns what there is to say of it, or null */
async function switchTraffic(
	balancer: Balancer,
	present: BalancerConfiguration,
	{ server, on }: { readonly server: string; readonly on: boolean },
	{ timeoutMs, onProgress }: ChangeOptions,
): Promise<string | null> {
	const onSessions = (left: number) => {
		if (left > 0) onProgress?.(0, 1, [`${left} sessions left`]);
	};
	const { cut } = await balancer.setServing(server, on, { withinMs: timeoutMs, onSessions });
	if (cut > 0) return cutText(cut);
	if (on && !present.backends.some((backend) => backend.server === server))
		return `no instance of web is wanted on ${server}: \`procdeck scale web=1 --server ${server}\``;
	return null;
}

/** What is asked for is in the configuration before it takes effect: nobody knows how far it came. */
function failureOf(error: unknown): Pick<ChangeRow, 'outcome' | 'reason' | 'code'> {
	if (!(error instanceof ProcdeckError)) throw error;
	const { code, message } = error;
	return { outcome: code === 'unreachable' ? 'unknown' : 'failed', code, reason: message };
}

/** What is said where nobody would answer web requests any more. */
export function lastServing(server: string): ProcdeckError {
	return new ProcdeckError(
		'refused',
		`${server} is the last server that is serving: without it every request gets a 503`,
		'switch another one on first, or say --force',
	);
}
