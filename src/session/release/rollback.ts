import type { ChangeOptions, ChangeRow } from '../../model/change.ts';
import { ProcdeckError } from '../../model/errors.ts';
import type { Server } from '../../server/server.ts';
import { withSites } from './lock.ts';
import type { FollowedStack, ReleaseReporter, Site } from './order.ts';
import { replaceAll } from './replace.ts';
import { stackAt } from './stack-of-release.ts';

export interface RollbackOrder {
	/** null: the one that was current before. */
	readonly id: string | null;
	readonly followed: FollowedStack;
	readonly servers: readonly Server[];
	/** The most servers at a time. */
	readonly parallel: number;
	readonly options: ChangeOptions;
	readonly reporter: ReleaseReporter;
	readonly signal: AbortSignal;
}

/**
 * Makes an earlier release the current one again. What its `release:` command or a later one did to data stays.
 * @throws ProcdeckError `usage` for a release that a server does not have; `conflict`, `unreachable`
 */
export function rollBackTo(order: RollbackOrder): Promise<ChangeRow[]> {
	const { servers, followed, id, ...rest } = order;
	return withSites(servers, order.options.who, async (sites) => {
		const target = targetOf(sites, id);
		const folder = followed.stack;
		const [stack, before] = await Promise.all([
			stackAt(folder, sites, () => target),
			stackAt(folder, sites, ({ work }) => work.releases.current),
		]);
		return replaceAll(sites, {
			...rest,
			verb: 'release rollback',
			to: () => target,
			use: (which) => {
				followed.stack = which === 'new' ? stack : before;
			},
		});
	});
}

/** The release that all of them go back to. */
export function targetOf(sites: readonly Pick<Site, 'name' | 'work'>[], id: string | null): string {
	const targets = sites.map(({ name, work: { releases } }) => {
		const target = id ?? releases.before[0];
		const made = releases.records.map((record) => record.id);
		if (target !== undefined && made.includes(target)) return target;
		const has = made.length === 0 ? 'it has none' : `it has ${made.join(', ')}`;
		throw id === null
			? new ProcdeckError('usage', `${name} has no release before the current one`, has)
			: new ProcdeckError('usage', `${name} does not have the release ${id}`, has);
	});
	const [first = ''] = targets;
	if (targets.every((target) => target === first)) return first;
	const list = sites.map(({ name }, position) => `${name}: ${targets[position]}`).join(', ');
	throw new ProcdeckError(
		'usage',
		`the servers had different releases before (${list})`,
		'name one: `procdeck release rollback ID`',
	);
}
