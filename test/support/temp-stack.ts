import { chmod, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type Result, runBinary, userEnvironment } from './binary.ts';
import type { ChangesJson, PsJson, ServerJson } from './contract.ts';
import { killAll, processesWith } from './processes.ts';
import { type Terminal, type TerminalSize, terminal } from './terminal.ts';
import { waitFor } from './wait-for.ts';

export interface TempStack {
	/** The app's folder. */
	readonly directory: string;
	readonly stateHome: string;
	readonly env: Readonly<Record<string, string>>;
	/** Runs the binary in the app's folder to its end. */
	procdeck(...args: string[]): Promise<Result>;
	/** From now on the binary is run by this command, such as `setpriv` or `nsenter` with their options. */
	through(command: readonly string[]): void;
	/** Runs a verb that changes something and returns its rows; throws where its exit code is not 0. */
	change(...args: string[]): Promise<ChangesJson['changes']>;
	/** Opens the binary in a terminal of its own. */
	open(args: readonly string[], size?: TerminalSize): Terminal;
	/** What `ps --json` says. */
	ps(): Promise<PsJson>;
	/** The only server, or the named one. */
	server(name?: string): Promise<ServerJson>;
	write(name: string, text: string): Promise<void>;
	/** Every process of this stack, its supervisor among them, by an inherited environment entry. */
	processes(): number[];
	/** Waits until nothing of this stack runs any more. */
	ended(): Promise<void>;
}

async function writeIn(directory: string, name: string, text: string): Promise<void> {
	const path = join(directory, name);
	await mkdir(dirname(path), { recursive: true });
	await writeFile(path, text);
}

/** Makes a folder with these files and with state of its own; both go, and all that runs ends, with the test. */
export async function tempStack(
	files: Readonly<Record<string, string>>,
	own: Readonly<Record<string, string>> = {},
): Promise<TempStack> {
	const root = await realpath(await mkdtemp(join(tmpdir(), 'procdeck-test-')));
	const directory = join(root, 'app');
	const stateHome = join(root, 'state');
	await mkdir(directory);
	for (const [name, text] of Object.entries(files)) await writeIn(directory, name, text);
	const env = userEnvironment({ XDG_STATE_HOME: stateHome, XDG_CONFIG_HOME: join(root, 'config'), ...own });
	let prefix: readonly string[] = [];
	const through = (command: readonly string[]) => {
		prefix = command;
	};
	const procdeck = (...args: string[]) => runBinary(args, { cwd: directory, env, through: prefix });
	const change = async (...args: string[]) => {
		const result = await procdeck(...args, '--json');
		if (result.exitCode === 0) return result.json<ChangesJson>().changes;
		throw new Error(
			`procdeck ${args.join(' ')} ended with ${result.exitCode}: ${result.stdout}${result.stderr}`,
		);
	};
	const processes = () => processesWith(`XDG_STATE_HOME=${stateHome}`);
	const ps = async () => (await procdeck('ps', '--json')).json<PsJson>();
	const server = async (name?: string) => {
		const { servers } = await ps();
		const found = servers.find((candidate) => name === undefined || candidate.name === name);
		if (!found) throw new Error(`ps lists no server ${name ?? ''}`);
		return found;
	};
	const ended = async () => {
		await waitFor(() => processes().length === 0, 'every process of the stack to end');
	};
	onTestFinished(async () => {
		if (processes().length > 0) await procdeck('down');
		killAll(processes());
		await chmod(root, 0o700);
		await rm(root, { recursive: true, force: true, maxRetries: 5 });
	});
	const open = (args: readonly string[], size?: TerminalSize) =>
		terminal(args, { cwd: directory, env, ...size });
	const write = (name: string, text: string) => writeIn(directory, name, text);
	return { directory, stateHome, env, through, procdeck, change, open, ps, server, write, processes, ended };
}
