import type { Glyphs } from './glyphs.ts';
import { bold, dim, fit, plain, type Row } from './row.ts';
import { isTooSmall, tooSmallRows } from './too-small.ts';

/** What is known of a folder without a Procfile. */
export interface EmptyState {
	readonly stack: string;
	readonly environment: string;
	readonly directory: string;
	/** `Rails, 2 types`; null where nothing can be guessed. */
	readonly guess: string | null;
	/** What went wrong with the last key, or null. */
	readonly error: string | null;
}

/** The screen of a folder without a Procfile: what is missing, what it looks like, and the keys that help. */
export function emptyStateRows(
	state: EmptyState,
	glyphs: Glyphs,
	width: number,
	height: number,
): readonly Row[] {
	if (isTooSmall(width, height)) return tooSmallRows(width, height, glyphs.ellipsis);
	const create: Row =
		state.guess === null
			? [dim('     c  nothing here tells what to run: write it by hand')]
			: [bold('     c'), plain(`  make one here from what this folder looks like (${state.guess})`)];
	const top: Row[] = [
		[plain(' '), bold(state.stack), plain('  '), bold(state.environment)],
		[],
		[],
		[],
		[bold(`     No Procfile in ${state.directory}`)],
		[],
		[plain('     A Procfile names what runs: one line per process type, for example')],
		[],
		[plain('       web: bundle exec puma -p $PORT')],
		[plain('       worker: bundle exec sidekiq')],
		[],
		create,
		[bold('     q'), plain('  leave; nothing was started')],
		[],
		[dim('     procdeck -f FILE uses another file')],
	];
	const note = state.error ?? 'watching the folder: the console opens when a Procfile appears';
	const bottom: Row[] = [
		[state.error === null ? dim(` ${note}`) : { text: ` ${note}`, role: 'error' }],
		[plain(' '), state.guess === null ? dim('c') : bold('c'), dim(' create  '), bold('q'), dim(' quit')],
	];
	const blanks: Row[] = Array.from({ length: Math.max(0, height - top.length - bottom.length) }, () => []);
	return [...top.slice(0, height - bottom.length), ...blanks, ...bottom].map((row) =>
		fit(row, width, glyphs.ellipsis),
	);
}
