import type { ChangeRow } from '../../model/change.ts';
import { ProcdeckError } from '../../model/errors.ts';
import type { Stack } from '../../model/stack.ts';
import { beginOn, byArchive, fillAll, runIn, setUpOn } from './copy.ts';
import { asFailure, stopped } from './failure.ts';
import { withSites } from './lock.ts';
import type { ReleaseOrder, Site } from './order.ts';
import { eachOf } from './pool.ts';
import { type Replacement, replaceAll } from './replace.ts';
import { stackAt } from './stack-of-release.ts';

/**
 * Puts a release on all servers of an order, step by step: nowhere does a step begin before the one before it has been
 * done everywhere. What fails before the switch leaves everything as it was; what fails in it brings back what was there.
 * @returns a row for each server
 * @throws ProcdeckError where nothing was attempted: `conflict`, `refused`, `unreachable`, `usage`
 */
export function releaseTo(order: ReleaseOrder): Promise<ChangeRow[]> {
	const { servers, options } = order;
	return withSites(servers, options.who, async (sites) => {
		const before = stackAt(order.followed.stack, sites, ({ work }) => work.releases.current);
		// It is read while the copy goes on, and missed only where there is one.
		before.catch(() => {});
		const failed = await prepare(order, sites);
		if (failed !== null) return notReleased(order, sites, failed);
		const rows = await replaceAll(sites, replacementOf(order, await before));
		await tidyUp(order, sites, rows);
		return rows;
	});
}

/** What went wrong, by server. */
type Failures = ReadonlyMap<string, Error>;

function has({ work }: Site, id: string): boolean {
	return work.releases.records.some((record) => record.id === id);
}

/** Copies it to where it is not yet, runs what prepares it, and makes it complete. @returns null: all went well */
async function prepare(order: ReleaseOrder, sites: readonly Site[]): Promise<Failures | null> {
	const { record, stack, parallel, isPrepared, signal } = order;
	const lacking = sites.filter((site) => !has(site, record.id));
	// Where one has it, its `release:` command has been through.
	const first = isPrepared || lacking.length < sites.length ? [] : lacking.slice(0, 1);
	const { release } = stack;
	const steps: readonly (() => Promise<Failures>)[] = [
		() => copyAll(lacking, order),
		() => onEach(lacking, order, (site) => setUpOn(site, order)),
		() =>
			onEach(release === null ? [] : first, order, (site) => runIn(site, order, 'release', release!.command)),
		() => onEach(lacking, order, (site) => site.work.complete(record)),
	];
	for (const step of steps) {
		const failures = await step();
		if (failures.size === 0 && !signal.aborted) continue;
		// What was lost with its connection goes with the next release.
		await eachOf(lacking, parallel, (site) => site.work.discard(record.id));
		return failures.size > 0 ? failures : new Map([['', stopped()]]);
	}
	return null;
}

async function copyAll(sites: readonly Site[], order: ReleaseOrder): Promise<Failures> {
	const begun = await eachOf(sites, order.parallel, (site) => beginOn(site, order));
	const notBegun = failuresOf(sites, begun, order.signal);
	if (notBegun.size > 0) return notBegun;
	const lacks = begun.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
	const failures = new Map<string, Error>();
	for (const group of byArchive(lacks, order.parallel)) {
		const filled = await fillAll(group, order);
		const own = failuresOf(
			group.map(({ site }) => site),
			filled,
			order.signal,
		);
		for (const [name, error] of own) failures.set(name, error);
	}
	return failures;
}

async function onEach(
	sites: readonly Site[],
	{ parallel, signal }: Pick<ReleaseOrder, 'parallel' | 'signal'>,
	work: (site: Site) => Promise<void>,
): Promise<Failures> {
	return failuresOf(sites, await eachOf(sites, parallel, work), signal);
}

function failuresOf(
	sites: readonly Site[],
	results: readonly PromiseSettledResult<unknown>[],
	signal: AbortSignal,
): Failures {
	return new Map(
		results.flatMap((result, position) =>
			result.status === 'rejected' ? [[sites[position]!.name, asFailure(result.reason, signal)]] : [],
		),
	);
}

/** Nothing was switched. */
function notReleased({ record }: ReleaseOrder, sites: readonly Site[], failures: Failures): ChangeRow[] {
	const [[culprit = '', cause] = []] = failures;
	return sites.map(({ name, work }) => {
		const own = failures.get(name) ?? null;
		const reason =
			own?.message ??
			(culprit === '' ? (cause?.message ?? '') : `not released, because it failed on ${culprit}`);
		const code = own instanceof ProcdeckError ? own.code : 'refused';
		const outcome = code === 'unreachable' ? 'unreachable' : 'failed';
		return { server: name, type: null, from: work.releases.current, to: record.id, outcome, reason, code };
	});
}

/** @param before what the servers follow until now */
function replacementOf(order: ReleaseOrder, before: Stack): Replacement {
	const { record, stack, followed, parallel, options, reporter, signal } = order;
	return {
		verb: 'release',
		to: () => record.id,
		use: (which) => {
			followed.stack = which === 'new' ? stack : before;
		},
		parallel,
		options,
		reporter,
		signal,
	};
}

/** What cannot be taken away now goes with the next release. */
async function tidyUp(
	{ record, stack, reporter, parallel, signal }: ReleaseOrder,
	sites: readonly Site[],
	rows: readonly ChangeRow[],
): Promise<void> {
	if (rows.some(({ outcome }) => outcome !== 'done')) return;
	const results = await eachOf(sites, parallel, (site) => site.work.prune(stack.releases.keep, record.id));
	for (const [position, result] of results.entries()) {
		if (result.status === 'rejected')
			reporter.step(sites[position]!.name, `old releases stay: ${asFailure(result.reason, signal).message}`);
	}
}
