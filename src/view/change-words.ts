import type { HistoryEntry } from '../model/change.ts';
import type { WholeChange } from '../store/history.ts';
import { listed } from './plan-effects.ts';

/** Whether a verb is about no process types: about a server, its load balancer, or the environment. */
function saysAll(verb: string): boolean {
	return ['server ', 'lb ', 'env ', 'doctor '].some((beginning) => verb.startsWith(beginning));
}

/** `worker 3 → 4`, `restart worker.2`, `env set DATABASE_URL`. */
function partWords({ type, instance, from, to, verb }: HistoryEntry, arrow: string): string {
	if (verb.startsWith('env ')) return `${verb} ${to ?? from}`;
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
