import { ProcdeckError } from '../model/errors.ts';
import { exitText } from '../model/exit-text.ts';
import type { InstanceObservation, ServerEvent } from '../model/observed.ts';
import { shellEnvironment } from '../model/shell-environment.ts';
import type { Stack } from '../model/stack.ts';
import { noteRun } from '../server/embedded/carry-out.ts';
import { connectCompatible } from '../server/embedded/launch-daemon.ts';
import { readLogs } from '../server/embedded/logs/reader.ts';
import { statePaths } from '../server/embedded/paths.ts';
import { type RunningSupervisor, runSupervisor } from '../server/embedded/run.ts';
import type { StackFiles } from '../server/embedded/stack-watch.ts';
import { createForegroundOutput, type ForegroundOutput } from './output/foreground.ts';
import { currentUser } from './who.ts';

export interface UpOptions {
	readonly stack: Stack;
	readonly files: StackFiles;
	/** The local servers to run, by name. */
	readonly servers: readonly string[];
	/** Counts for this run only; null: what is wanted. */
	readonly formation: Readonly<Record<string, number>> | null;
	/** The first crash ends everything. */
	readonly exitOnFailure: boolean;
	readonly colours: boolean;
	/** Without Procdeck's own remarks. */
	readonly quiet: boolean;
}

type Ending = 'asked' | 'failure' | 'down' | 'lost';

/**
 * Is the supervisor of the stack's local servers, in the foreground with their logs, until it is told to stop.
 * @returns 0, or 1 after a failure that was to end it
 * @throws ProcdeckError `usage` while another supervisor runs
 */
export async function up(options: UpOptions): Promise<number> {
	// Before the first instance starts: a Ctrl-C from now on leaves nothing behind.
	const interrupts = watchInterrupts();
	const running = await takeOver(options);
	const output = createForegroundOutput({
		colours: options.colours,
		quiet: options.quiet,
		withServer: running.length > 1,
	});
	const ending = new Promise<Ending>((resolve) => {
		void interrupts.first.then(() => resolve('asked'));
		void output.broken.then(() => resolve('asked'));
		for (const one of running) report(one, options, output, resolve);
	});
	const logs = new AbortController();
	const printed = running.map((one) => print(one, output, logs.signal));
	for (const { supervisor } of running) {
		await supervisor.powerUp({ held: [], override: options.formation }, shellEnvironment(process.env));
		await noteRun(supervisor, 'up', currentUser(), 'on');
	}
	const how = await ending;
	void interrupts.second.then(() => {
		for (const { supervisor } of running) supervisor.kill();
	});
	if (how !== 'lost') await stopAll(running, output);
	logs.abort();
	await Promise.all(printed);
	await Promise.all(running.map((one) => one.end()));
	return how === 'failure' || how === 'lost' ? 1 : 0;
}

/** Becomes the supervisor of each server; one that has nothing to do makes room. */
async function takeOver({ stack, files, servers }: UpOptions): Promise<RunningSupervisor[]> {
	const running: RunningSupervisor[] = [];
	try {
		for (const server of servers) {
			await askToMakeRoom(stack, server);
			const one = await runSupervisor(files, server, { staysWhenIdle: true });
			if (one === null) throw runsAlready(server, null);
			running.push(one);
		}
	} catch (error) {
		await Promise.all(running.map((one) => one.end()));
		throw error;
	}
	return running;
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

async function print(
	{ supervisor, paths }: RunningSupervisor,
	output: ForegroundOutput,
	signal: AbortSignal,
): Promise<void> {
	const query = { selectors: [], follow: true, lines: 0, since: null };
	for await (const chunks of readLogs(paths.logs, query, signal))
		await output.lines(supervisor.definition.name, chunks);
}

function report(
	{ supervisor, ended }: RunningSupervisor,
	{ exitOnFailure }: UpOptions,
	output: ForegroundOutput,
	end: (how: Ending) => void,
): void {
	const server = supervisor.definition.name;
	const before = new Map(supervisor.snapshot().instances.map((instance) => [instance.name, instance]));
	let wasUp = false;
	void ended.then((reason) => {
		if (reason === 'lock-lost')
			output.remark(server, 'system', 'lost the lock of this stack: another supervisor may take over');
		end('lost');
	});
	supervisor.listen((event: ServerEvent) => {
		if (event.kind === 'stack') {
			for (const { message } of event.problems) output.remark(server, 'system', message);
			if (event.power === 'up') wasUp = true;
			else if (event.power === 'down' && wasUp) end('down');
		}
		if (event.kind !== 'instances') return;
		for (const instance of event.changed) {
			const remark = whatHappened(before.get(instance.name), instance);
			before.set(instance.name, instance);
			if (remark !== null) output.remark(server, instance.name, remark);
			if (!exitOnFailure || remark === null || !isCrash(instance)) continue;
			output.remark(server, 'system', `${instance.name} failed: ending all`);
			end('failure');
		}
	}, false);
}

function isCrash({ state, lastExit, restarts }: InstanceObservation): boolean {
	return (
		lastExit !== null && (state === 'failed' || state === 'backoff' || (state === 'starting' && restarts > 0))
	);
}

/** What is worth a line, as foreman says it. */
function whatHappened(before: InstanceObservation | undefined, now: InstanceObservation): string | null {
	if (now.lastExit !== null && now.lastExit.at !== before?.lastExit?.at) {
		return `${exitInWords(now.lastExit)}${whatFollows(now)}`;
	}
	const pidIsNew = now.pid !== null && now.pid !== before?.pid && now.state !== 'stopping';
	return pidIsNew ? `started with pid ${now.pid}` : null;
}

function exitInWords(exit: NonNullable<InstanceObservation['lastExit']>): string {
	if (exit.reason !== undefined) return exit.reason;
	if (exit.signal !== null) return `ended by ${exit.signal}`;
	return exit.code === null ? exitText(exit) : `exited with code ${exit.code}`;
}

function whatFollows({ state, nextStartAt }: InstanceObservation): string {
	if (state === 'starting') return '; starting again';
	if (state !== 'backoff' || nextStartAt === null) return '';
	const seconds = Math.max(0, (Date.parse(nextStartAt) - Date.now()) / 1000);
	return `; next start in ${seconds.toFixed(1)} s`;
}

async function stopAll(running: readonly RunningSupervisor[], output: ForegroundOutput): Promise<void> {
	output.remark(running[0]?.supervisor.definition.name ?? '', 'system', 'stopping all; Ctrl-C again kills');
	await Promise.all(
		running.map(({ supervisor, recorded }) => {
			// What `up` starts is its own: a stack that was never started in the background stays so.
			const isDown = supervisor.state.formation.power === 'down' || recorded.state.formation.power === 'down';
			return supervisor
				.powerOff(isDown ? 'down' : 'never')
				.then(() => noteRun(supervisor, 'up', currentUser(), 'off'));
		}),
	);
}

/** One Ctrl-C may reach us twice, from the terminal and from a wrapper; no hand presses it twice this fast. */
const SAME_INTERRUPT_MS = 50;

/** Ctrl-C, TERM and HUP alike; a terminal that is gone is a HUP. */
function watchInterrupts(): { first: Promise<void>; second: Promise<void> } {
	const first = Promise.withResolvers<void>();
	const second = Promise.withResolvers<void>();
	let firstAt: number | null = null;
	const interrupt = () => {
		firstAt ??= performance.now();
		first.resolve();
		if (performance.now() - firstAt > SAME_INTERRUPT_MS) second.resolve();
	};
	for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt);
	return { first: first.promise, second: second.promise };
}
