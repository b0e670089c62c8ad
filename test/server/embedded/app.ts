import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished, vi } from 'vitest';
import { loadStack } from '../../../src/files/load-stack.ts';
import { embeddedServer } from '../../../src/server/embedded/client.ts';
import { type StatePaths, statePaths } from '../../../src/server/embedded/paths.ts';
import { readOnce } from '../../../src/server/stack-source.ts';
import { Client } from '../../contract/client.ts';
import type { ContractApp } from '../../contract/server-contract.ts';
import { isAlive, killAll, processesWith } from '../../support/processes.ts';
import { waitFor } from '../../support/wait-for.ts';

export interface EmbeddedApp extends ContractApp {
	readonly directory: string;
	readonly paths: StatePaths;
	/** Kills the supervisor as `kill -9` does and waits until it is gone. */
	killSupervisor(): Promise<void>;
	/** The pids of everything that this app's supervisor started, and its own. */
	processes(): number[];
}

/** An app in a folder of its own with state of its own, under the supervisor of the built binary. */
export async function embeddedApp(files: Readonly<Record<string, string>>): Promise<EmbeddedApp> {
	const root = await realpath(await mkdtemp(join(tmpdir(), 'procdeck-test-')));
	const directory = join(root, 'app');
	const stateHome = join(root, 'state');
	const write = async (name: string, text: string) => {
		await mkdir(dirname(join(directory, name)), { recursive: true });
		await writeFile(join(directory, name), text);
	};
	for (const [name, text] of Object.entries(files)) await write(name, text);
	vi.stubEnv('XDG_STATE_HOME', stateHome);
	const location = { directory, procfile: null, environment: null };
	const stack = await loadStack(location);
	const [definition] = stack.servers;
	if (definition === undefined) throw new Error('the stack has no server');
	const clients: Client[] = [];
	const connect = async () => {
		const server = embeddedServer({ source: readOnce(stack), definition, location, mode: 'attach' });
		clients.push(new Client(server, { XDG_STATE_HOME: stateHome }));
		return clients.at(-1) as Client;
	};
	const processes = () => processesWith(`XDG_STATE_HOME=${stateHome}`);
	const killSupervisor = async () => {
		const { supervisorPid } = await (await connect()).observation();
		if (supervisorPid === null) throw new Error('there is no supervisor');
		await Promise.all(clients.map(({ server }) => server.close()));
		process.kill(supervisorPid, 'SIGKILL');
		await waitFor(() => !isAlive(supervisorPid), 'the supervisor to be gone');
	};
	onTestFinished(async () => {
		await Promise.all(clients.map(({ server }) => server.close()));
		// Whatever a supervisor that is being ended still starts is ended too.
		await waitFor(() => {
			killAll(processes());
			return processes().length === 0;
		}, 'everything to end');
		await rm(root, { recursive: true, force: true, maxRetries: 5 });
		vi.unstubAllEnvs();
	});
	return {
		directory,
		paths: statePaths(stack, definition.name),
		connect,
		write,
		read: (name) => readFile(join(directory, name), 'utf8'),
		killSupervisor,
		processes,
	};
}
