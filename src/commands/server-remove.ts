import { basename } from 'node:path';
import type { Balancer } from '../balancer/balancer.ts';
import type { ChangeOptions } from '../model/change.ts';
import { ProcdeckError } from '../model/errors.ts';
import type { ServerObservation } from '../model/observed.ts';
import type { Stack } from '../model/stack.ts';
import type { Server } from '../server/server.ts';
import { succeeded } from '../session/outcome.ts';
import {
	forgetServer,
	noteRemoval,
	prepareRemoval,
	type Removal,
	requireTrafficElsewhere,
	removeServer as takeAway,
} from '../session/removal.ts';
import { snapshotOf } from '../session/snapshot.ts';
import { changeOptions } from './apply-change.ts';
import { canAsk, confirm, declined } from './confirm.ts';
import type { Context } from './context.ts';
import { openStack, withServers } from './open-stack.ts';
import { reportChanges } from './output/changes.ts';
import { withProgress } from './output/progress.ts';
import type { ServerFlags } from './server.ts';

/** A removal that is looked at. */
interface Leaving {
	readonly context: Context;
	readonly removal: Removal;
	readonly flags: ServerFlags;
	/** null: the stack has none. */
	readonly balancer: Balancer | null;
	/** Web traffic goes to it. */
	readonly isServing: boolean;
}

/** Takes a server out of the stack, with what Procdeck put there or without. */
export async function removeServer(context: Context, name: string, flags: ServerFlags): Promise<number> {
	const { globals } = context;
	const stack = await openStack(globals);
	const removal = prepareRemoval(stack, name);
	return withTraffic(stack, async (balancer) => {
		const isServing = await requireTrafficElsewhere(balancer, name, flags.force === true);
		const leaving = { context, removal, flags, balancer, isServing };
		if (flags.keep) return forget(leaving, '');
		return withServers(globals, stack, [removal.definition], 'peek', async ([opened]) => {
			const seen = await snapshotOf(opened!).catch(asError);
			if (seen instanceof ProcdeckError) return removeUnreached(leaving, seen);
			return removeReached(leaving, opened!, seen);
		});
	});
}

async function withTraffic<T>(stack: Stack, use: (balancer: Balancer | null) => Promise<T>): Promise<T> {
	if (stack.loadBalancer === null) return use(null);
	return (await import('./open-balancer.ts')).withBalancer(stack, use);
}

function asError(error: unknown): ProcdeckError {
	if (error instanceof ProcdeckError) return error;
	throw error;
}

async function removeReached(leaving: Leaving, opened: Server, seen: ServerObservation): Promise<number> {
	const { context, removal, flags, balancer } = leaving;
	const { definition, edit, stack } = removal;
	const running = seen.instances.filter(({ pid }) => pid !== null).map(({ name }) => name);
	const there = [
		...(running.length === 0 ? [] : [`  stop      ${running.join(', ')}`]),
		...(opened.setup === null
			? []
			: ['  remove    what Procdeck put there: units, scripts, the environment']),
	];
	const file = [basename(edit.path), `  remove    ${definition.name}`];
	const plan = [
		...trafficLines(leaving),
		...(there.length === 0 ? [] : [definition.name, ...there]),
		...file,
	].join('\n');
	const question = { plan, question: `Remove ${definition.name}?`, details: null };
	if (!(await confirm(question, flags.yes === true))) return declined(context.output);
	const options = changeOptions({ wait: true });
	const { rows, left } = await withProgress(context.output, `removing ${definition.name}`, (onProgress) =>
		takeAway(removal, opened, balancer, { ...options, onProgress }),
	);
	if (rows.every(succeeded)) await noteElsewhere(context, removal, options);
	if (left.length > 0) {
		const paths = left.join(', ');
		context.output.note(`left on ${definition.name}, because Procdeck did not put it there: ${paths}`);
	}
	return reportChanges(context, stack, rows, '');
}

/** What is on the server cannot be taken away; a person may want it out of the file all the same. */
function removeUnreached(leaving: Leaving, error: ProcdeckError): Promise<number> {
	const { name } = leaving.removal.definition;
	if (!leaving.flags.yes && canAsk()) return forget(leaving, `${error.message}\n`);
	const hint = `\`procdeck server remove ${name} --keep\` takes it out of the file, and leaves what is on it`;
	throw new ProcdeckError(error.code, error.message, hint, { cause: error });
}

async function forget(leaving: Leaving, why: string): Promise<number> {
	const { context, removal, flags, balancer } = leaving;
	const { name } = removal.definition;
	const file = basename(removal.edit.path);
	const lines = [
		...trafficLines(leaving),
		file,
		`  remove    ${name}`,
		name,
		'  leave     everything: what runs there goes on',
	];
	const question = {
		plan: `${why}${lines.join('\n')}`,
		question: `Take ${name} out of ${file}?`,
		details: null,
	};
	if (!(await confirm(question, flags.yes === true))) return declined(context.output);
	const options = changeOptions({ wait: true });
	const rows = await withProgress(context.output, `removing ${name}`, (onProgress) =>
		forgetServer(removal, balancer, { ...options, onProgress }),
	);
	await noteElsewhere(context, removal, options);
	return reportChanges(context, removal.stack, rows, '');
}

function trafficLines({ removal: { stack, definition }, isServing }: Leaving): string[] {
	if (stack.loadBalancer === null || !isServing) return [];
	return [
		`the load balancer on ${stack.loadBalancer.server}`,
		`  drain     web traffic to ${definition.name}, then forget it`,
	];
}

/** The history of a server that is no longer one of the stack is not shown any more. */
async function noteElsewhere(
	{ globals }: Context,
	{ stack, definition: { name } }: Removal,
	options: ChangeOptions,
): Promise<void> {
	const others = stack.servers.filter((other) => other.name !== name);
	await withServers(globals, stack, others, 'peek', (servers) => noteRemoval(name, servers, options));
}
