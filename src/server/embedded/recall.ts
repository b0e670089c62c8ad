import { inspectStack, type StackInspection, type StackLocation } from '../../files/load-stack.ts';
import { DEFAULT_SHELL } from '../../model/launch.ts';
import type { Stack } from '../../model/stack.ts';
import { releaseSettings, serverDefinitions } from '../../model/stack-file-model.ts';
import { type RecordedServer, recordedIn } from './stacks.ts';

export interface RecallingInspection extends StackInspection {
	/** What is recorded for the folder where the files do not say which stack they are of: `shop (production)`. */
	readonly recorded: readonly string[];
}

/**
 * As inspectStack, but a stack file that does not even tell the stack's name and servers is made good by what is
 * recorded for the folder. Such a stack has no process types: what runs of it are orphans, which keep the command and
 * the environment that they were started with.
 * @throws ProcdeckError as inspectStack
 */
export async function inspectOrRecall(location: StackLocation): Promise<RecallingInspection> {
	const inspection = await inspectStack(location);
	if (inspection.stack !== null) return { ...inspection, recorded: [] };
	const stacks = groupByStack(await recordedIn(inspection.directory), location.environment);
	const meant = oneMeant([...stacks.values()], location.environment);
	return {
		...inspection,
		stack: meant === null ? null : recalled(inspection, meant),
		recorded: [...stacks.keys()],
	};
}

function groupByStack(
	servers: readonly RecordedServer[],
	environment: string | null,
): Map<string, RecordedServer[]> {
	const inUse = servers.filter(({ instances, supervisorPid }) => instances > 0 || supervisorPid !== null);
	const asked = inUse.filter(({ identity }) => environment === null || identity.environment === environment);
	return Map.groupBy(asked, ({ identity }) => `${identity.stack} (${identity.environment})`);
}

/** Without `-e` only what was started without it: never another environment's servers. */
function oneMeant(
	stacks: readonly RecordedServer[][],
	environment: string | null,
): readonly RecordedServer[] | null {
	const candidates = stacks.filter(
		(servers) => environment !== null || servers.some(({ identity }) => identity.environmentOption === null),
	);
	const running = candidates.filter((servers) => servers.some(isRunning));
	const [meant, ...others] = running.length > 0 ? running : candidates;
	return meant === undefined || others.length > 0 ? null : meant;
}

function isRunning({ supervisorPid, running }: RecordedServer): boolean {
	return supervisorPid !== null || running > 0;
}

function recalled(
	{ directory, procfile, missingProcfile, errors, warnings, watchedFiles }: StackInspection,
	servers: readonly RecordedServer[],
): Stack {
	const { stack, environment } = servers[0]!.identity;
	const names = servers.map(({ identity }) => identity.server).toSorted();
	return {
		name: stack,
		environment,
		environmentIsDefault: false,
		directory,
		procfile,
		stackFile: null,
		watchedFiles,
		processTypes: [],
		release: null,
		releases: releaseSettings({}),
		loadBalancer: null,
		servers: serverDefinitions({ servers: Object.fromEntries(names.map((name) => [name, { local: true }])) }),
		path: '',
		packages: [],
		provision: null,
		user: null,
		shell: DEFAULT_SHELL,
		environmentVariables: {},
		warnings,
		problems: missingProcfile === null ? errors : [missingProcfile, ...errors],
	};
}
