import type { HistoryEntry } from './change.ts';
import type { LeftPart } from './undo-plan.ts';

const UNITS: readonly (readonly [name: string, milliseconds: number])[] = [
	['day', 86_400_000],
	['hour', 3_600_000],
	['minute', 60_000],
	['second', 1000],
];

/**
 * How long ago something was, in its largest unit: `3 minutes ago`, `just now`.
 * @param at ISO 8601
 * @param now milliseconds since the epoch
 */
export function agoText(at: string, now: number): string {
	const passed = now - Date.parse(at);
	const unit = UNITS.find(([, milliseconds]) => passed >= milliseconds);
	if (unit === undefined) return 'just now';
	const [name, milliseconds] = unit;
	const count = Math.floor(passed / milliseconds);
	return `${count} ${name}${count === 1 ? '' : 's'} ago`;
}

/** What a change is about, for a column of its own: an instance, a process type, `all` of them, or `-` for what has none. */
export function subjectText({
	instance,
	type,
	from,
	to,
}: Pick<HistoryEntry, 'instance' | 'type' | 'from' | 'to'>): string {
	const isAboutTypes = typeof (from ?? to) !== 'string';
	return instance ?? type ?? (isAboutTypes ? 'all' : '-');
}

const MOST_NAMED = 3;

/**
 * What a change did: `scale web 2 -> 4 on local`, `stop web, worker on local`, `move worker 0 -> 2 on b, worker 2 -> 0 on a`.
 * @param parts of one change, at least one
 */
export function changeText(parts: readonly HistoryEntry[]): string {
	const servers = [...new Set(parts.map(({ server }) => server))];
	const everywhere = servers.length === 1 ? ` on ${servers[0]}` : '';
	const words = parts.map((part) => {
		const place = everywhere === '' ? ` on ${part.server}` : '';
		return `${part.instance ?? part.type}${countsText(part, '->')}${place}`;
	});
	const rest = words.length - MOST_NAMED;
	const listed = [...words.slice(0, MOST_NAMED), ...(rest > 0 ? [`${rest} more`] : [])].join(', ');
	return `${parts[0]?.verb} ${listed}${everywhere}`;
}

/** ` 2 -> 4` where the change set a wanted count, ` on -> off` where it switched traffic, else nothing. */
export function countsText({ verb, from, to }: HistoryEntry, arrow: string): string {
	return verb === 'scale' || verb === 'move' || verb === 'serve' ? ` ${from} ${arrow} ${to}` : '';
}

/** What was passed over by an undo, one text for each reason: `scale n 1 -> 2 on local and 2 earlier: n left …`. */
export function passedOverTexts(passedOver: readonly LeftPart[]): string[] {
	const byReason = Map.groupBy(passedOver, ({ reason }) => reason);
	return [...byReason].map(([reason, left]) => {
		const [latest, ...earlier] = left.map(({ part }) => part);
		const more = earlier.length === 0 ? '' : ` and ${earlier.length} earlier`;
		return `${latest ? changeText([latest]) : ''}${more}: ${reason}`;
	});
}
