import { ProcdeckError } from '../model/errors.ts';
import type { ServerObservation } from '../model/observed.ts';
import { servingNow } from '../model/serving.ts';
import type { ServerDefinition } from '../model/stack.ts';
import type { Server } from '../server/server.ts';
import { snapshotOf } from '../session/snapshot.ts';
import { balancerReport } from './balancer-report.ts';
import type { Context } from './context.ts';
import { openStackOrRemains, withServers } from './open-stack.ts';
import { table } from './output/table.ts';
import { noteUnreachable } from './output/unreachable.ts';

interface ServerRow {
	readonly name: string;
	readonly host: string | null;
	readonly kind: ServerDefinition['kind'];
	readonly connection: ServerObservation['connection'];
	readonly serving: boolean | null;
}

/** The servers of the stack, and whether they can be reached. */
export async function servers(context: Context): Promise<number> {
	const { globals, output } = context;
	const stack = await openStackOrRemains(context);
	const [loadBalancer, looks] = await Promise.all([
		balancerReport(stack),
		withServers(globals, stack, stack.servers, 'peek', (opened) => Promise.all(opened.map(look))),
	]);
	const seen = looks.map(({ row, reason }) => {
		return { row: { ...row, serving: servingNow(loadBalancer, row.name) }, reason };
	});
	if (output.json) output.value({ servers: seen.map(({ row }) => row) });
	else
		output.print(
			rowsText(
				seen.map(({ row }) => row),
				context,
			),
		);
	noteUnreachable(
		output,
		seen.flatMap(({ row, reason }) => (reason === null ? [] : [{ server: row.name, reason }])),
	);
	return 0;
}

interface Look {
	readonly row: ServerRow;
	/** Why it cannot be reached, where it cannot. */
	readonly reason: string | null;
}

async function look(server: Server): Promise<Look> {
	const { name, host, kind, serving } = server.definition;
	try {
		const { connection, serving } = await snapshotOf(server);
		return { row: { name, host, kind, connection, serving }, reason: null };
	} catch (error) {
		if (!(error instanceof ProcdeckError)) throw error;
		return { row: { name, host, kind, connection: 'unreachable', serving }, reason: error.message };
	}
}

function rowsText(rows: readonly ServerRow[], { output }: Context): string {
	const titles = ['SERVER', 'KIND', 'CONNECTION', 'SERVING', 'HOST'];
	const serving = (row: ServerRow) => (row.serving === null ? '-' : row.serving ? 'on' : 'off');
	return table(
		titles.map((title) => ({ title })),
		rows.map((row) => [
			row.name,
			row.kind,
			{ text: row.connection, look: row.connection === 'unreachable' ? 'bad' : 'plain' },
			serving(row),
			row.host ?? 'this machine',
		]),
		output.paint,
	);
}
