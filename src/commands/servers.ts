import { ProcdeckError } from '../model/errors.ts';
import type { ServerObservation } from '../model/observed.ts';
import type { ServerDefinition, Stack } from '../model/stack.ts';
import { snapshotOf } from '../session/snapshot.ts';
import type { Context } from './context.ts';
import { openStackOrRemains, withServers } from './open-stack.ts';
import { table } from './output/table.ts';

interface ServerRow {
	readonly name: string;
	readonly host: string | null;
	readonly kind: ServerDefinition['kind'];
	readonly connection: ServerObservation['connection'];
	readonly serving: boolean | null;
}

/** The servers of the stack, and whether they can be reached. */
export async function servers(context: Context): Promise<number> {
	const { output } = context;
	const stack = await openStackOrRemains(context);
	const rows = await Promise.all(stack.servers.map((definition) => row(context, stack, definition)));
	if (output.json) output.value({ servers: rows });
	else output.print(rowsText(rows, context));
	return 0;
}

async function row({ globals }: Context, stack: Stack, definition: ServerDefinition): Promise<ServerRow> {
	const { name, host, kind, serving } = definition;
	try {
		const [seen] = await withServers(globals, stack, [definition], 'peek', (opened) =>
			Promise.all(opened.map(snapshotOf)),
		);
		return { name, host, kind, connection: seen!.connection, serving: seen!.serving };
	} catch (error) {
		if (error instanceof ProcdeckError) return { name, host, kind, connection: 'unreachable', serving };
		throw error;
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
