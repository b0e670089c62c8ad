import type { HistoryEntry } from '../model/change.ts';
import type { WholeChange } from '../store/history.ts';
import { listed } from './plan-effects.ts';

/** Whether a server, or its load balancer, is all that a verb is about. */
function saysAll(verb: string): boolean {
	return verb.startsWith('server ') || verb.startsWith('lb ');
}

/** `worker 3 → 4`, `restart worker.2`. */
function partWords({ type, instance, from, to, verb }: HistoryEntry, arrow: string): string {
	if (saysAll(verb)) return verb;
	const subject = instance ?? type ?? 'everything';
	if (verb === 'serve') return `web traffic ${to}`;
	if (typeof from === 'number' && typeof to === 'number' && from !== to)
		return `${subject} ${from} ${arrow} ${to}`;
	return `${verb} ${subject}`;
}

/** What was changed, and where: what one verb did to several types, or on several servers, is one change. */
export function changeWords({ latest, parts }: WholeChange, arrow: string): { what: string; where: string } {
	const types = [...new Set(parts.map(({ type }) => type ?? 'everything'))];
	const servers = new Set(parts.map(({ server }) => server)).size;
	const isOne = types.length === 1 && servers === 1;
	return {
		what: isOne || saysAll(latest.verb) ? partWords(latest, arrow) : `${latest.verb} ${listed(types)}`,
		where: servers === 1 ? latest.server : `${servers} servers`,
	};
}
