const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How long something lasts, in its two largest units: `2d 3h`, `4m 10s`, `7s`. */
export function age(milliseconds: number): string {
	// A clock that was set back does not make an age negative.
	const ms = Math.max(0, milliseconds);
	if (ms < MINUTE) return `${Math.floor(ms / SECOND)}s`;
	if (ms < HOUR) return `${Math.floor(ms / MINUTE)}m ${Math.floor((ms % MINUTE) / SECOND)}s`;
	if (ms < DAY) return `${Math.floor(ms / HOUR)}h ${Math.floor((ms % HOUR) / MINUTE)}m`;
	return `${Math.floor(ms / DAY)}d ${Math.floor((ms % DAY) / HOUR)}h`;
}

/** How long until something, in whole seconds that never say 0 too early. */
export function countdown(milliseconds: number): string {
	return age(Math.ceil(milliseconds / SECOND) * SECOND);
}

const UNITS = ['K', 'M', 'G', 'T'];

/** Bytes in three digits or so: `292M`, `1.4G`. */
export function size(bytes: number): string {
	let value = bytes / 1024;
	let unit = 0;
	while (value >= 1000 && unit < UNITS.length - 1) {
		value /= 1024;
		unit++;
	}
	const digits = value < 10 && unit > 1 ? 1 : 0;
	return `${value.toFixed(digits)}${UNITS[unit]}`;
}

/** A share of one core: `0.3%`, `12%`. */
export function percent(value: number): string {
	return `${value < 10 ? value.toFixed(1) : Math.round(value)}%`;
}

/** A moment as the clock on the wall shows it, with the day where it is not today's. */
export function clock(iso: string, now: Date): string {
	const at = new Date(iso);
	const time = at.toTimeString().slice(0, 8);
	if (at.toDateString() === now.toDateString()) return time;
	const day = [at.getFullYear(), at.getMonth() + 1, at.getDate()].map((part) =>
		String(part).padStart(2, '0'),
	);
	return `${day.join('-')} ${time}`;
}
