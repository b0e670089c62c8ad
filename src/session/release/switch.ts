import type { ChangeOptions, Selector } from '../../model/change.ts';
import { ProcdeckError } from '../../model/errors.ts';
import type { InstanceObservation, ServerObservation } from '../../model/observed.ts';
import { changesSomething } from '../../model/setup.ts';
import type { Server } from '../../server/server.ts';
import { applyExplained } from '../explain.ts';
import { succeeded } from '../outcome.ts';
import { snapshotOf } from '../snapshot.ts';
import { named } from './failure.ts';
import type { Site } from './order.ts';

/** What a switch did on a server. */
export interface Switched {
	/** Whether anything had to be done. */
	readonly changed: boolean;
	readonly restarted: number;
}

/**
 * Makes a release the one that instances are started with, brings units and environment in step with it, and restarts what
 * runs with something older. Where that is so already nothing is done.
 * @param id null: the code is in no release
 * @throws ProcdeckError `refused` with the reason where instances do not come back; `unreachable`
 */
export async function switchTo(
	{ server, work, name }: Site,
	id: string | null,
	isCurrent: boolean,
	options: ChangeOptions,
): Promise<Switched> {
	const isSetUp = (await snapshotOf(server)).power !== 'never';
	const writes = isSetUp && (await writeSetup(server, options));
	if (!isCurrent) await work.activate(id);
	const restarted = isSetUp ? await restart(server, options).catch(named(name)) : 0;
	return { changed: writes || !isCurrent || restarted > 0, restarted };
}

/** @returns whether units or environment were others */
async function writeSetup({ setup }: Server, { who, changeId }: ChangeOptions): Promise<boolean> {
	const plan = await setup?.plan();
	if (plan === undefined || !changesSomething(plan)) return false;
	await setup?.write(plan, { verb: 'release', who, changeId });
	return true;
}

/** @returns how many were restarted */
async function restart(server: Server, options: ChangeOptions): Promise<number> {
	const before = await snapshotOf(server);
	const turns = before.instances.filter((instance) => isOfRelease(before, instance));
	const stale = turns.filter((instance) => instance.stale);
	// What crashes may do so for what is replaced now.
	const ill = turns.filter(({ state, stale }) => !stale && (state === 'backoff' || state === 'failed'));
	const types = [...new Set(stale.map(({ type }) => type))];
	await restartOf(
		server,
		types.map((type) => ({ type, index: null })),
		true,
		options,
	);
	await restartOf(
		server,
		ill.map(({ type, index }) => ({ type, index })),
		false,
		options,
	);
	return stale.length + ill.length;
}

/** What has left the Procfile is nothing of the release any more. */
function isOfRelease({ types }: ServerObservation, { type, index, held }: InstanceObservation): boolean {
	const known = types.find((each) => each.type === type);
	return known !== undefined && !known.orphan && !known.stopped && !held && index <= known.wanted;
}

async function restartOf(
	server: Server,
	selectors: readonly Selector[],
	staleOnly: boolean,
	options: ChangeOptions,
): Promise<void> {
	if (selectors.length === 0) return;
	const change = { verb: 'restart', selectors, staleOnly, atOnce: false, shell: {} } as const;
	const rows = await applyExplained(server, change, { ...options, wait: true });
	const failed = rows.filter((row) => !succeeded(row));
	const [first, ...others] = failed;
	if (first === undefined) return;
	const what = first.instance ?? first.type ?? '';
	const reason = first.reason?.startsWith(what) === true ? first.reason : `${what}: ${first.reason}`;
	const more = others.map((row) => row.instance ?? row.type).join(', ');
	const code = first.outcome === 'unreachable' || first.outcome === 'unknown' ? 'unreachable' : 'refused';
	throw new ProcdeckError(code, more === '' ? reason : `${reason}; so did ${more}`);
}
