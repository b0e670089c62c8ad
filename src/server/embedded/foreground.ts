import { ProcdeckError } from '../../model/errors.ts';
import type { ServerEvent } from '../../model/observed.ts';
import type { Stack } from '../../model/stack.ts';
import { noteRun } from '../carry-out.ts';
import type { LogChunk } from '../server.ts';
import { connectCompatible } from './launch-daemon.ts';
import { readLogs } from './logs/reader.ts';
import { statePaths } from './paths.ts';
import { powerOff, powerUp } from './power.ts';
import { type Ending, type RunningSupervisor, runSupervisor } from './run.ts';
import type { StackFiles } from './stack-watch.ts';

/**
 * Makes this process the supervisor of local servers, for as long as somebody looks on. Nothing is started by that.
 * One that has nothing to do makes room.
 * @param servers by name
 * @throws ProcdeckError `usage` while another supervisor runs one of them; then none is taken over
 */
export async function takeOver(
	stack: Stack,
	servers: readonly string[],
	files: StackFiles,
): Promise<Foreground[]> {
	const taken: Foreground[] = [];
	try {
		for (const server of servers) {
			await askToMakeRoom(stack, server);
			const running = await runSupervisor(files, server, { staysWhenIdle: true });
			if (running === null) throw runsAlready(server, null);
			taken.push(new Foreground(running));
		}
	} catch (error) {
		await Promise.all(taken.map((one) => one.end()));
		throw error;
	}
	return taken;
}

/** One server whose supervisor is this process. */
export class Foreground {
	readonly #running: RunningSupervisor;

	constructor(running: RunningSupervisor) {
		this.#running = running;
	}

	get server(): string {
		return this.#running.supervisor.definition.name;
	}

	/** Resolves when it supervises no more. */
	get ended(): Promise<Ending> {
		return this.#running.ended;
	}

	/** Pushes a snapshot, then every change. */
	observe(listener: (event: ServerEvent) => void): void {
		const { observers } = this.#running.supervisor;
		listener({ kind: 'snapshot', observation: observers.snapshot() });
		observers.add(listener);
	}

	/** What instances write from now on. */
	logs(signal: AbortSignal): AsyncIterable<LogChunk[]> {
		const query = { selectors: [], follow: true, lines: 0, since: null };
		return readLogs(this.#running.paths.logs, query, signal);
	}

	/**
	 * Starts what is wanted; earlier stops do not count.
	 * @param counts for this run only; null: what is wanted
	 * @param shell the caller's environment, which new instances get
	 * @param who `user@host`, for the history
	 */
	async start(
		counts: Readonly<Record<string, number>> | null,
		shell: Readonly<Record<string, string>>,
		who: string,
	): Promise<void> {
		const { supervisor } = this.#running;
		await powerUp(supervisor, { held: [], override: counts }, shell);
		await noteRun(supervisor, 'up', who, 'on');
	}

	/** Stops everything; resolves when nothing is left, or cannot be ended, or is another supervisor's. */
	async stop(who: string): Promise<void> {
		await Promise.race([this.#stop(who), this.ended]);
	}

	/** Ends every process at once, whatever its stop sequence says. */
	kill(): void {
		this.#running.supervisor.kill();
	}

	/** Supervises no more; what runs goes on. */
	end(): Promise<void> {
		return this.#running.end();
	}

	async #stop(who: string): Promise<void> {
		const { supervisor, recorded } = this.#running;
		// What `up` starts is its own: a stack that was never started in the background stays so.
		const isDown = [supervisor.state, recorded.state].some(({ formation }) => formation.power === 'down');
		await powerOff(supervisor, isDown ? 'down' : 'never');
		await noteRun(supervisor, 'up', who, 'off');
	}
}

async function askToMakeRoom(stack: Stack, server: string): Promise<void> {
	const connection = await connectCompatible(statePaths(stack, server));
	if (connection === null) return;
	const { busy, pid } = await connection.request('hello', null);
	if (busy) {
		connection.close();
		throw runsAlready(server, pid);
	}
	await connection.request('handOver', null);
	await connection.closed;
}

function runsAlready(server: string, pid: number | null): ProcdeckError {
	const which = pid === null ? '' : ` (pid ${pid})`;
	const hint = 'follow it with `procdeck logs -f`, or end it with `procdeck down`';
	return new ProcdeckError('usage', `a supervisor runs ${server} of this stack already${which}`, hint);
}
