import { basename } from 'node:path';
import type { Balancer } from '../balancer/balancer.ts';
import type { ChangeOptions, ChangeRow } from '../model/change.ts';
import { ProcdeckError } from '../model/errors.ts';
import type { Stack } from '../model/stack.ts';
import type { Server } from '../server/server.ts';
import { succeeded } from '../session/outcome.ts';
import {
	forgetServer,
	moveAway,
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
import { chooseFate, type Fate, fateFromFlags, fateLines } from './removal-fate.ts';
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
	const stack = await openStack(context.globals);
	const removal = prepareRemoval(stack, name);
	const fate = fateFromFlags(stack, name, flags);
	return withTraffic(stack, async (balancer) => {
		const isServing = await requireTrafficElsewhere(balancer, name, flags.force === true);
		const leaving = { context, removal, flags, balancer, isServing };
		return flags.keep ? forget(leaving, '') : remove(leaving, fate);
	});
}

async function withTraffic<T>(stack: Stack, use: (balancer: Balancer | null) => Promise<T>): Promise<T> {
	if (stack.loadBalancer === null) return use(null);
	return (await import('./open-balancer.ts')).withBalancer(stack, use);
}

async function remove(leaving: Leaving, asked: Fate | null): Promise<number> {
	const { context, removal, flags } = leaving;
	const { stack, definition } = removal;
	return withServers(context.globals, stack, [definition], 'peek', async ([opened]) => {
		const seen = await snapshotOf(opened!).catch(asError);
		if (seen instanceof ProcdeckError) return removeUnreached(leaving, seen);
		const fate = asked ?? (await chooseFate(stack, seen, flags));
		if (fate === null) return declined(context.output);
		const plan = [
			...trafficLines(leaving),
			definition.name,
			...fateLines(seen, fate),
			...(opened!.setup === null
				? []
				: ['  remove    what Procdeck put there: units, scripts, the environment, releases']),
			basename(removal.edit.path),
			`  remove    ${definition.name}`,
		];
		const question = { plan: plan.join('\n'), question: `Remove ${definition.name}?`, details: null };
		if (!(await confirm(question, flags.yes === true))) return declined(context.output);
		return carryOut(leaving, opened!, fate);
	});
}

function asError(error: unknown): ProcdeckError {
	if (error instanceof ProcdeckError) return error;
	throw error;
}

async function carryOut(leaving: Leaving, opened: Server, fate: Fate): Promise<number> {
	const { context, removal, balancer } = leaving;
	const { stack, definition } = removal;
	const options = changeOptions({ wait: true });
	const moved = await moveTo(leaving, opened, fate, options);
	if (!moved.every(succeeded)) return reportChanges(context, stack, moved, '');
	const { rows, left, data } = await withProgress(
		context.output,
		`removing ${definition.name}`,
		(onProgress) => takeAway(removal, opened, balancer, { ...options, onProgress }),
	);
	if (rows.every(succeeded)) await noteElsewhere(context, removal, options);
	tellLeft(context, `left on ${definition.name}, because Procdeck did not put it there`, left);
	tellLeft(context, `left on ${definition.name}, because it is the app's`, data);
	return reportChanges(context, stack, [...moved, ...rows], '');
}

function tellLeft({ output }: Context, why: string, paths: readonly string[]): void {
	if (paths.length > 0) output.note(`${why}: ${paths.join(', ')}`);
}

async function moveTo(
	{ context, removal: { stack, definition } }: Leaving,
	opened: Server,
	fate: Fate,
	options: ChangeOptions,
): Promise<ChangeRow[]> {
	if (fate.kind === 'stop') return [];
	return withServers(context.globals, stack, [fate.to], 'attach', ([target]) =>
		withProgress(context.output, `moving what runs on ${definition.name}`, (onProgress) =>
			moveAway(opened, target!, { ...options, onProgress }),
		),
	);
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
