import { setTimeout } from 'node:timers/promises';
import { ProcdeckError } from '../model/errors.ts';
import type { ServerStats } from '../model/observed.ts';
import type { ServerDefinition, Stack } from '../model/stack.ts';
import type { Server } from '../server/server.ts';
import { coveredServers } from '../session/choose-servers.ts';
import { snapshotOf } from '../session/snapshot.ts';
import { balancerReport, withServing } from './balancer-report.ts';
import type { Context } from './context.ts';
import { openStackOrRemains, withServers } from './open-stack.ts';
import { psJson, type ServerReport } from './output/ps-json.ts';
import { psText } from './output/ps-text.ts';
import { unreachable } from './output/unreachable.ts';

export interface PsFlags {
	readonly server?: string;
	readonly watch?: boolean;
}

/** What runs; starts nothing. A server that cannot be reached is shown as such. */
export async function ps(context: Context, _operands: readonly string[], flags: PsFlags): Promise<number> {
	const stack = await openStackOrRemains(context);
	const definitions = coveredServers(stack.servers, flags.server);
	if (flags.watch) {
		const { watch } = await import('./ps-watch.ts');
		return watch(context, stack, definitions);
	}
	const [loadBalancer, ...seen] = await Promise.all([
		balancerReport(stack),
		...definitions.map((definition) => report(context, stack, definition)),
	]);
	const reports = seen.map((each) => withServing(each, loadBalancer));
	const { output } = context;
	if (output.json) output.value(psJson(stack, reports, loadBalancer));
	else output.print(psText(stack, reports, Date.now(), { ...output, aim: context.globals }));
	return 0;
}

/** Long enough for a kernel that counts in hundredths of a second. */
const CPU_WINDOW_MS = 250;

/** Where nobody samples all the time, what CPU is used takes two samples. */
async function statsWithCpu(server: Server): Promise<ServerStats> {
	const first = await server.stats();
	if (Object.values(first).every(({ cpuPercent }) => cpuPercent !== null)) return first;
	await setTimeout(CPU_WINDOW_MS);
	return server.stats();
}

async function report(context: Context, stack: Stack, definition: ServerDefinition): Promise<ServerReport> {
	try {
		return await withServers(context.globals, stack, [definition], 'peek', async ([server]) => {
			const [observation, stats] = await Promise.all([snapshotOf(server!), statsWithCpu(server!)]);
			return { observation, stats, reason: null };
		});
	} catch (error) {
		if (error instanceof ProcdeckError) return unreachable(definition, error.message);
		throw error;
	}
}
