/** `292M`, `3.0G`: at most five characters. */
export function bytesText(bytes: number | null): string {
	if (bytes === null) return '-';
	if (bytes < 1024) return `${bytes}B`;
	const units = ['K', 'M', 'G', 'T'];
	let value = bytes / 1024;
	let unit = 0;
	while (value >= 1000 && unit < units.length - 1) {
		value /= 1024;
		unit += 1;
	}
	return `${unit >= 2 && value < 100 ? value.toFixed(1) : Math.round(value)}${units[unit]}`;
}

export function percentText(percent: number | null): string {
	return percent === null ? '-' : `${Math.round(percent)}%`;
}

/** `41s`, `41m`, `2d 3h`: at most six characters under a thousand days. */
export function ageText(milliseconds: number): string {
	const seconds = Math.max(0, Math.floor(milliseconds / 1000));
	if (seconds < 60) return `${seconds}s`;
	const minutes = Math.floor(seconds / 60);
	if (minutes < 60) return `${minutes}m`;
	const hours = Math.floor(minutes / 60);
	if (hours < 24) return minutes % 60 === 0 || hours >= 10 ? `${hours}h` : `${hours}h ${minutes % 60}m`;
	const days = Math.floor(hours / 24);
	return days >= 100 ? `${days}d` : `${days}d ${hours % 24}h`;
}

/** `0.4 s`, `12 s`, `3 min`. */
export function tookText(milliseconds: number): string {
	if (milliseconds < 10_000) return `${(milliseconds / 1000).toFixed(1)} s`;
	if (milliseconds < 120_000) return `${Math.round(milliseconds / 1000)} s`;
	return `${Math.round(milliseconds / 60_000)} min`;
}

/** The local time of day, `14:02:09`. */
export function clockText(milliseconds: number): string {
	return new Date(milliseconds).toTimeString().slice(0, 8);
}

/** The last `width` samples as bars between 0 and `highest`; blank where there is no sample yet. */
export function barsText(
	samples: readonly number[],
	width: number,
	highest: number,
	bars: readonly string[],
): string {
	const shown = samples.slice(-width).map((sample) => {
		const level = highest <= 0 ? 0 : Math.round((sample / highest) * (bars.length - 1));
		return bars[Math.min(bars.length - 1, Math.max(0, level))];
	});
	return shown.join('').padStart(width);
}

/** `samples` averaged into at most `buckets` values. */
export function averaged(samples: readonly number[], buckets: number): number[] {
	if (samples.length <= buckets) return [...samples];
	return Array.from({ length: buckets }, (_, bucket) => {
		const part = samples.slice(
			Math.floor((bucket * samples.length) / buckets),
			Math.floor(((bucket + 1) * samples.length) / buckets),
		);
		return part.reduce((sum, sample) => sum + sample, 0) / part.length;
	});
}
