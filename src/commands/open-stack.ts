import type { StackInspection } from '../files/load-stack.ts';
import { ProcdeckError } from '../model/errors.ts';
import type { ServerDefinition, Stack } from '../model/stack.ts';
import type { Server } from '../server/server.ts';
import type { Globals } from './globals.ts';

/**
 * The stack of the folder, by its files.
 * @throws ProcdeckError `no-procfile`, `invalid-file`, `usage`
 */
export async function openStack({ directory, procfile, environment }: Globals): Promise<Stack> {
	const { loadStack } = await import('../files/load-stack.ts');
	return loadStack({ directory, procfile, environment });
}

/**
 * As {@link openStack}, but where instances are recorded here they can be seen and changed whatever the Procfile became:
 * it may have gone, and while it is broken the last good one is in use.
 */
export async function openStackOrRemains(globals: Globals): Promise<Stack> {
	return openDespite(globals, async ({ stack }) => {
		const { hasRecordedInstances } = await import('../server/embedded/stacks.ts');
		return stack !== null && hasRecordedInstances(stack);
	});
}

/** As {@link openStack}, but while the stack runs here a Procfile that is broken counts as its last good version. */
export async function openStackOrLastGood(globals: Globals): Promise<Stack> {
	return openDespite(globals, async ({ stack, missingProcfile }) => {
		return stack !== null && missingProcfile === null && runsHere(stack);
	});
}

async function openDespite(
	{ directory, procfile, environment }: Globals,
	isUsable: (inspection: StackInspection) => Promise<boolean>,
): Promise<Stack> {
	const { inspectStack, loadStack } = await import('../files/load-stack.ts');
	const location = { directory, procfile, environment };
	const inspection = await inspectStack(location);
	const { stack, errors, missingProcfile } = inspection;
	const isSound = errors.length === 0 && missingProcfile === null;
	return stack !== null && (isSound || (await isUsable(inspection))) ? stack : loadStack(location);
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

/**
 * Opens servers for `use` and closes them after it.
 * @param mode `peek` starts no supervisor where none is needed
 * @throws ProcdeckError `refused` for a kind of server that cannot be driven yet
 */
export async function withServers<T>(
	{ directory, procfile, environment }: Globals,
	stack: Stack,
	definitions: readonly ServerDefinition[],
	mode: 'attach' | 'peek',
	use: (servers: readonly Server[]) => Promise<T>,
): Promise<T> {
	for (const definition of definitions) requireDrivable(definition);
	const { embeddedServer } = await import('../server/embedded/client.ts');
	const location = { directory, procfile, environment };
	const servers = definitions.map((definition) => embeddedServer({ stack, definition, location, mode }));
	try {
		return await use(servers);
	} finally {
		await Promise.all(servers.map((server) => server.close()));
	}
}

/** Whether the server is one that this version can drive. */
export function isDrivable(definition: ServerDefinition): boolean {
	return definition.kind === 'local' && definition.supervisor === 'embedded';
}

function requireDrivable(definition: ServerDefinition): void {
	if (isDrivable(definition)) return;
	const how = definition.kind === 'ssh' ? 'is reached over SSH' : 'is run by systemd';
	throw new ProcdeckError(
		'refused',
		`server ${definition.name} ${how}, which this version cannot do yet`,
		'name a local server with --server NAME',
	);
}

/** The local servers of the stack: those that verbs of the whole stack mean. */
export function localServers(stack: Stack): ServerDefinition[] {
	return stack.servers.filter((server) => server.kind === 'local');
}
