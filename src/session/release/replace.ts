import { setTimeout as sleep } from 'node:timers/promises';
import type { ChangeOptions, ChangeRow, HistoryEntry } from '../../model/change.ts';
import { ProcdeckError } from '../../model/errors.ts';
import { freshId } from '../../model/fresh-id.ts';
import { asFailure } from './failure.ts';
import type { ReleaseReporter, Site } from './order.ts';
import { eachOf } from './pool.ts';
import { type Switched, switchTo } from './switch.ts';

/** One version that takes the place of another on several servers. */
export interface Replacement {
	readonly verb: 'release' | 'release rollback';
	/** The release that a server is to have. */
	readonly to: (site: Site) => string;
	/** Makes the servers follow the stack of the new version, or of the one before. */
	readonly use: (which: 'new' | 'before') => void;
	/** The most servers at a time. */
	readonly parallel: number;
	readonly options: ChangeOptions;
	readonly reporter: ReleaseReporter;
	readonly signal: AbortSignal;
}

/** What became of one server. */
type Fate =
	| { readonly kind: 'done'; readonly switched: Switched }
	| { readonly kind: 'failed'; readonly error: ProcdeckError }
	/** Its turn never came. */
	| { readonly kind: 'spared' };

/** Switches all servers, or in the end none: where one does not come up all go back. */
export async function replaceAll(sites: readonly Site[], replacement: Replacement): Promise<ChangeRow[]> {
	const { parallel, use } = replacement;
	use('new');
	const begun = new Map<Site, HistoryEntry>();
	let isFailing = false;
	const results = await eachOf(sites, parallel, async (site): Promise<Fate> => {
		if (isFailing || replacement.signal.aborted) return { kind: 'spared' };
		const fate = await replaceOn(site, replacement, (entry) => begun.set(site, entry));
		isFailing ||= fate.kind === 'failed';
		return fate;
	});
	const fates = new Map(sites.map((site, position) => [site, fateOf(results[position]!)]));
	const failed = sites.find((site) => fates.get(site)?.kind === 'failed');
	if (failed === undefined && !replacement.signal.aborted)
		return Promise.all(sites.map((site) => noted(site, doneRow(site, replacement, fates.get(site)!), begun)));
	use('before');
	const back = await bringBack(
		sites.filter((site) => begun.has(site)),
		replacement,
	);
	return Promise.all(
		sites.map((site) =>
			noted(site, failedRow(site, replacement, fates.get(site)!, failed, back.get(site)), begun),
		),
	);
}

function fateOf(result: PromiseSettledResult<Fate>): Fate {
	if (result.status === 'fulfilled') return result.value;
	throw result.reason;
}

async function replaceOn(
	site: Site,
	{ verb, to, options, reporter, signal }: Replacement,
	onBegin: (entry: HistoryEntry) => void,
): Promise<Fate> {
	const id = to(site);
	const isCurrent = site.work.releases.current === id;
	const entry: HistoryEntry = {
		id: freshId(),
		changeId: options.changeId,
		at: new Date().toISOString(),
		who: options.who,
		verb,
		server: site.name,
		type: null,
		from: site.work.releases.current,
		to: id,
		outcome: null,
	};
	const tell = () => reporter.step(site.name, 'is to stop: what restarts now is awaited, then it goes back');
	try {
		signal.throwIfAborted();
		signal.addEventListener('abort', tell, { once: true });
		if (!isCurrent) {
			reporter.step(site.name, `switching to ${id}`);
			// What cannot be noted stops nothing.
			void site.server.note(entry).catch(() => {});
		}
		onBegin(entry);
		const switched = await despiteLoss(site, { options, reporter }, (whole) =>
			switchTo(whole, id, isCurrent, { ...options, historyVerb: verb }),
		);
		signal.throwIfAborted();
		return { kind: 'done', switched };
	} catch (error) {
		return { kind: 'failed', error: asFailure(error, signal) };
	} finally {
		signal.removeEventListener('abort', tell);
	}
}

/** So long a server may be out of reach in the midst of a switch. */
const LONGEST_LOSS_MS = 60_000;
const RETRY_AFTER_MS = 1_000;

/** What is done there can be done again: after a connection was lost it is, once there is another. */
async function despiteLoss<T>(
	site: Site,
	{ options, reporter }: Pick<Replacement, 'options' | 'reporter'>,
	work: (site: Site) => Promise<T>,
): Promise<T> {
	const until = performance.now() + LONGEST_LOSS_MS;
	let whole = site;
	for (;;) {
		try {
			return await work(whole);
		} catch (error) {
			if (!isLoss(error) || performance.now() > until) throw error;
			reporter.step(site.name, `is out of reach: tried again for ${LONGEST_LOSS_MS / 1000} s`);
			whole = { ...site, work: await workAgain(site, options.who, until, error) };
		}
	}
}

async function workAgain(
	{ server }: Site,
	who: string,
	until: number,
	cause: unknown,
): Promise<Site['work']> {
	while (performance.now() < until) {
		try {
			return await server.releases!.begin(who);
		} catch (error) {
			// The lock goes only with the connection that was lost.
			if (!isLoss(error) && !(error instanceof ProcdeckError && error.code === 'conflict')) throw error;
			await sleep(RETRY_AFTER_MS);
		}
	}
	throw cause;
}

function isLoss(error: unknown): boolean {
	return error instanceof ProcdeckError && error.code === 'unreachable';
}

/** What went wrong on the way back, by server; null: it is back. */
async function bringBack(
	sites: readonly Site[],
	{ verb, parallel, options, reporter, signal }: Replacement,
): Promise<ReadonlyMap<Site, ProcdeckError | null>> {
	const results = await eachOf(sites, parallel, async (site) => {
		const { current } = site.work.releases;
		reporter.step(site.name, `back to ${current ?? 'what was there'}`);
		await despiteLoss(site, { options, reporter }, (whole) =>
			switchTo(whole, current, false, { ...options, historyVerb: verb }),
		);
	});
	return new Map(
		sites.map((site, position) => {
			const result = results[position]!;
			return [site, result.status === 'rejected' ? asFailure(result.reason, signal) : null];
		}),
	);
}

function rowOf(site: Site, { to }: Replacement): Pick<ChangeRow, 'server' | 'type' | 'from' | 'to'> {
	return { server: site.name, type: null, from: site.work.releases.current, to: to(site) };
}

function doneRow(site: Site, replacement: Replacement, fate: Fate): ChangeRow {
	const { changed, restarted } = fate.kind === 'done' ? fate.switched : { changed: false, restarted: 0 };
	const isNew = site.work.releases.current !== replacement.to(site);
	const what = restarted === 0 ? 'nothing ran' : `${restarted} restarted`;
	return {
		...rowOf(site, replacement),
		outcome: changed ? 'done' : 'unchanged',
		reason: changed ? (isNew ? what : `it was there; ${what}`) : 'it is there already',
	};
}

function failedRow(
	site: Site,
	replacement: Replacement,
	fate: Fate,
	culprit: Site | undefined,
	back: ProcdeckError | null | undefined,
): ChangeRow {
	const error = fate.kind === 'failed' ? fate.error : null;
	const why = error?.message ?? (culprit === undefined ? 'it was stopped' : `it failed on ${culprit.name}`);
	const { current } = site.work.releases;
	const there = current ?? 'what was there before';
	const where =
		back === undefined
			? 'nothing was changed here'
			: back === null
				? `back on ${there}`
				: `going back to ${there} failed: ${back.message}`;
	return {
		...rowOf(site, replacement),
		outcome: back?.code === 'unreachable' ? 'unknown' : 'failed',
		reason: `${why}; ${where}`,
		code: error?.code ?? 'refused',
	};
}

/** Tells the history, too, what became of it. */
async function noted(site: Site, row: ChangeRow, begun: ReadonlyMap<Site, HistoryEntry>): Promise<ChangeRow> {
	const entry = begun.get(site);
	if (entry === undefined || row.outcome === 'unchanged') return row;
	const { outcome, reason, code } = row;
	const told = { ...entry, outcome, ...(reason !== null && { reason }), ...(code !== undefined && { code }) };
	// What cannot be noted stops nothing.
	await site.server.note(told).catch(() => {});
	return row;
}
