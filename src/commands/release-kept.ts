import type { ReleaseRecord, ReleasesOnServer } from '../model/release.ts';
import type { Server } from '../server/server.ts';
import { followStack } from '../session/release/followed-stack.ts';
import { rollBackTo } from '../session/release/rollback.ts';
import { changeOptions } from './apply-change.ts';
import { confirm, declined } from './confirm.ts';
import type { Context } from './context.ts';
import { openStack, withServers } from './open-stack.ts';
import { reportChanges } from './output/changes.ts';
import { releaseReporter } from './output/release-progress.ts';
import { table } from './output/table.ts';
import { clock } from './output/units.ts';
import { noteUnreachable } from './output/unreachable.ts';
import { PARALLEL, type ReleaseFlags } from './release-flags.ts';
import { releaseServers } from './release-servers.ts';
import { untilSignal } from './until-signal.ts';

/** The releases that servers have. */
export async function listReleases({ globals, output }: Context, flags: ReleaseFlags): Promise<number> {
	const stack = await openStack(globals);
	const chosen = releaseServers(stack, flags.server);
	const { found, unreachable } = await withServers(globals, stack, chosen, 'peek', releasesOf);
	noteUnreachable(output, unreachable);
	const entries = found.flatMap(({ server, releases }) =>
		releases.records.map((record) => ({ server, ...record, current: record.id === releases.current })),
	);
	if (output.json) output.value({ releases: entries });
	else if (entries.length === 0) output.note('no releases yet: `procdeck release` makes one');
	else {
		const titles = ['SERVER', 'RELEASE', '', 'AT', 'WHO', 'WHAT'].map((title) => ({ title }));
		output.print(table(titles, entries.map(cellsOf), output.paint));
	}
	return unreachable.length > 0 && found.length === 0 ? 1 : 0;
}

interface Found {
	readonly found: readonly { readonly server: string; readonly releases: ReleasesOnServer }[];
	readonly unreachable: readonly { readonly server: string; readonly reason: string }[];
}

async function releasesOf(servers: readonly Server[]): Promise<Found> {
	const lists = await Promise.allSettled(servers.map(({ releases }) => releases?.list()));
	const nameOf = (position: number) => servers[position]!.definition.name;
	return {
		found: lists.flatMap((list, position) =>
			list.status === 'fulfilled' && list.value !== undefined
				? [{ server: nameOf(position), releases: list.value }]
				: [],
		),
		unreachable: lists.flatMap((list, position) =>
			list.status === 'rejected'
				? [{ server: nameOf(position), reason: (list.reason as Error).message }]
				: [],
		),
	};
}

function cellsOf(entry: ReleaseRecord & { readonly server: string; readonly current: boolean }): string[] {
	const { server, id, current, at, who, title } = entry;
	return [server, id, current ? 'current' : '', clock(at, new Date()), who, title];
}

/** Goes back to an earlier release. */
export async function rollBack(context: Context, id: string | null, flags: ReleaseFlags): Promise<number> {
	const { globals, output } = context;
	const stack = await openStack(globals);
	const chosen = releaseServers(stack, flags.server);
	const names = chosen.map(({ name }) => name).join(', ');
	const question = {
		plan: [
			`go back to ${id ?? 'the release before the current one'} on ${names}`,
			'  restart   what runs, one after the other',
			'  leave     data as it is: a migration is not undone',
		].join('\n'),
		question: 'Do that?',
		details: null,
	};
	if (!(await confirm(question, flags.yes === true))) return declined(output);
	const followed = followStack(stack);
	const rows = await withServers(globals, followed, chosen, 'peek', (servers) =>
		untilSignal((signal) =>
			rollBackTo({
				id,
				followed,
				servers,
				parallel: flags.parallel ?? PARALLEL,
				options: changeOptions({ wait: true, ...flags }),
				reporter: releaseReporter(output),
				signal,
			}),
		),
	);
	return reportChanges(context, stack, rows, 'there is no server');
}
