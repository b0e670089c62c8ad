import type { StackInspection, StackLocation } from '../files/load-stack.ts';
import { formatFileMessage, ProcdeckError } from '../model/errors.ts';
import type { ServerDefinition, Stack } from '../model/stack.ts';
import type { Server } from '../server/server.ts';
import { readOnce, type StackSource } from '../server/stack-source.ts';
import type { Context } from './context.ts';
import type { Globals } from './globals.ts';
import { tellNotices } from './notices.ts';
import type { BalancerHandle } from './open-balancer.ts';
import { type Opening, openServer } from './open-server.ts';

/**
 * The stack of the folder, by its files.
 * @throws ProcdeckError `no-procfile`, `invalid-file`, `usage`
 */
export async function openStack({ directory, procfile, environment }: Globals): Promise<Stack> {
	const { loadStack } = await import('../files/load-stack.ts');
	return loadStack({ directory, procfile, environment });
}

/**
 * As {@link openStack}, but where instances are recorded here they can be seen and changed whatever the files became:
 * they may have gone, and while they are broken the last good ones are in use. What is wrong is said on stderr.
 */
export async function openStackOrRemains(context: Context): Promise<Stack> {
	const stack = await findStackOrRemains(context.globals);
	await tellNotices(context, stack);
	return stack;
}

/** As {@link openStackOrRemains}, but says nothing. */
export function findStackOrRemains(globals: Globals): Promise<Stack> {
	return openDespite(globals, async ({ stack }) => {
		const { hasRecordedInstances } = await import('../server/embedded/stacks.ts');
		return stack !== null && hasRecordedInstances(stack);
	});
}

/** As {@link openStackOrRemains}, but only while the stack runs here, and only with a Procfile. */
export async function openStackOrLastGood(context: Context): Promise<Stack> {
	const stack = await openDespite(context.globals, async ({ stack: found, missingProcfile }) => {
		return found !== null && missingProcfile === null && runsHere(found);
	});
	await tellNotices(context, stack);
	return stack;
}

async function openDespite(
	{ directory, procfile, environment }: Globals,
	isUsable: (inspection: StackInspection) => Promise<boolean>,
): Promise<Stack> {
	const { inspectStack, loadStack } = await import('../files/load-stack.ts');
	const location = { directory, procfile, environment };
	const inspection = await inspectStack(location);
	const { stack } = inspection;
	if (stack !== null && (stack.problems.length === 0 || (await isUsable(inspection)))) return stack;
	return stack === null ? recall(location, isUsable) : loadStack(location);
}

/** The stack that is recorded here where the stack file does not even tell which one it is. */
async function recall(
	location: StackLocation,
	isUsable: (inspection: StackInspection) => Promise<boolean>,
): Promise<Stack> {
	const { inspectOrRecall } = await import('../server/embedded/recall.ts');
	const inspection = await inspectOrRecall(location);
	const { stack, errors, recorded } = inspection;
	if (stack !== null && (await isUsable(inspection))) return stack;
	const hint =
		stack !== null || recorded.length === 0
			? null
			: `recorded here: ${recorded.join(', ')}; mend the file, or name an environment with -e`;
	throw new ProcdeckError('invalid-file', errors.map(formatFileMessage).join('\n'), hint);
}

async function runsHere({ name, environment, directory }: Stack): Promise<boolean> {
	const { listStacks } = await import('../server/embedded/stacks.ts');
	const stacks = await listStacks();
	return stacks.some(
		(local) =>
			local.stack === name &&
			local.environment === environment &&
			local.directory === directory &&
			local.power === 'up' &&
			(local.supervisorPid !== null || local.running > 0),
	);
}

/** What can be known of the stack whatever is wrong with its files; null where that is nothing. */
export async function inspectedStack({ directory, procfile, environment }: Globals): Promise<Stack | null> {
	const { inspectStack } = await import('../files/load-stack.ts');
	try {
		const { stack } = await inspectStack({ directory, procfile, environment });
		return stack;
	} catch (error) {
		if (error instanceof ProcdeckError) return null;
		throw error;
	}
}

/** Opens servers for `use` and closes them after it. */
export async function withServers<T>(
	globals: Globals,
	of: Stack | StackSource,
	definitions: readonly ServerDefinition[],
	how: Opening | Opening['mode'],
	use: (servers: readonly Server[]) => Promise<T>,
): Promise<T> {
	const opening: Opening = typeof how === 'string' ? { mode: how, asker: null } : how;
	const source = 'listen' in of ? of : readOnce(of);
	const traffic = await trafficOf(source.stack, opening.asker);
	const servers = await Promise.all(
		definitions.map(async (definition) => {
			const server = await openServer(globals, source, definition, opening);
			return traffic === null ? server : traffic.steer(server);
		}),
	);
	try {
		return await use(servers);
	} finally {
		await Promise.all(servers.map((server) => server.close()));
		await traffic?.close();
	}
}

/** null: no load balancer, whose code need not be loaded then. */
async function trafficOf(stack: Stack, asker: Opening['asker']): Promise<BalancerHandle | null> {
	if (stack.loadBalancer === null) return null;
	const { balancerOf } = await import('./open-balancer.ts');
	return balancerOf(readOnce(stack), asker);
}

/**
 * The local servers of the stack: those that verbs of the whole stack mean.
 * @throws ProcdeckError `usage` where all servers are elsewhere
 */
export function localServers(stack: Stack, verb: 'start' | 'down'): ServerDefinition[] {
	const locals = stack.servers.filter((server) => server.kind === 'local');
	if (locals.length > 0) return locals;
	const names = stack.servers.map(({ name }) => name).join(', ');
	throw new ProcdeckError(
		'usage',
		`\`${verb}\` alone is for this machine, and ${stack.name} (${stack.environment}) has its servers elsewhere: ${names}`,
		`\`procdeck ${verb} --all\` is for all of them, \`procdeck ${verb} --server NAME\` for one`,
	);
}
