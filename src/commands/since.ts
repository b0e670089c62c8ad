import { ProcdeckError } from '../model/errors.ts';

const UNIT_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * The moment that `--since` means: a time ago (`30s`, `5m`, `2h`, `1d`), a time of day (the last one: `14:30`), or a
 * date with or without a time in ISO 8601.
 * @returns milliseconds since the epoch
 * @throws ProcdeckError `usage`
 */
export function parseSince(text: string, now: Date): number {
	return timeAgo(text, now) ?? timeOfDay(text, now) ?? isoTime(text) ?? refuse(text);
}

function timeAgo(text: string, now: Date): number | null {
	const match = /^(\d+)([smhd])$/.exec(text);
	return match ? now.getTime() - Number(match[1]) * UNIT_MS[match[2]!]! : null;
}

function timeOfDay(text: string, now: Date): number | null {
	const match = /^([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?$/.exec(text);
	if (!match) return null;
	const at = new Date(now);
	at.setHours(Number(match[1]), Number(match[2]), Number(match[3] ?? 0), 0);
	if (at > now) at.setDate(at.getDate() - 1);
	return at.getTime();
}

function isoTime(text: string): number | null {
	if (!/^\d{4}-\d{2}-\d{2}(?:[T ]|$)/.test(text)) return null;
	// A date alone is read as UTC otherwise.
	const at = Date.parse(text.length === 10 ? `${text}T00:00` : text);
	return Number.isNaN(at) ? null : at;
}

function refuse(text: string): never {
	throw new ProcdeckError(
		'usage',
		`--since ${text} is no time`,
		'write 30s, 5m, 2h, 1d, 14:30 or 2026-11-22T14:30',
	);
}
