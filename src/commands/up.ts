import type { StackLocation } from '../files/locate-stack.ts';
import { ProcdeckError } from '../model/errors.ts';
import { exitText } from '../model/exit-text.ts';
import type { InstanceObservation, ServerEvent } from '../model/observed.ts';
import { shellEnvironment } from '../model/shell-environment.ts';
import type { Stack } from '../model/stack.ts';
import { type Foreground, takeOver } from '../server/embedded/foreground.ts';
import { createForegroundOutput, type ForegroundOutput } from './output/foreground.ts';
import { currentUser } from './who.ts';

export interface UpOptions {
	readonly stack: Stack;
	readonly files: StackLocation;
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

type Ending = 'asked' | 'failure' | 'down' | 'lock-lost' | 'hand-over';

/**
 * Is the supervisor of the stack's local servers, in the foreground with their logs, until it is told to stop.
 * @returns 0, or 1 after a failure that was to end it
 * @throws ProcdeckError `usage` while another supervisor runs, `conflict` when another one took its place
 */
export async function up(options: UpOptions): Promise<number> {
	// Before the first instance starts: a Ctrl-C from now on leaves nothing behind.
	const interrupts = watchInterrupts();
	const running = await takeOver(options.stack, options.servers, options.files);
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
	for (const one of running) await one.start(options.formation, shellEnvironment(process.env), currentUser());
	const how = await ending;
	void interrupts.second.then(() => {
		for (const one of running) one.kill();
	});
	const isReplaced = how === 'lock-lost' || how === 'hand-over';
	if (!isReplaced) await stopAll(running, output);
	logs.abort();
	await Promise.all(printed);
	await Promise.all(running.map((one) => one.end()));
	if (isReplaced) throw replaced(how);
	return how === 'failure' ? 1 : 0;
}

function replaced(how: 'lock-lost' | 'hand-over'): ProcdeckError {
	const message =
		how === 'hand-over'
			? 'another supervisor has taken over'
			: 'the lock of this stack is gone: another supervisor may have taken over';
	return new ProcdeckError('conflict', message, 'what runs goes on; `procdeck ps` shows it');
}

async function print(one: Foreground, output: ForegroundOutput, signal: AbortSignal): Promise<void> {
	for await (const chunks of one.logs(signal)) await output.lines(one.server, chunks);
}

function report(
	one: Foreground,
	{ exitOnFailure }: UpOptions,
	output: ForegroundOutput,
	end: (how: Ending) => void,
): void {
	const { server } = one;
	const before = new Map<string, InstanceObservation>();
	let wasUp = false;
	void one.ended.then((reason) => end(reason === 'lock-lost' ? 'lock-lost' : 'hand-over'));
	one.observe((event: ServerEvent) => {
		if (event.kind === 'snapshot') {
			for (const instance of event.observation.instances) before.set(instance.name, instance);
		}
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
	});
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

async function stopAll(running: readonly Foreground[], output: ForegroundOutput): Promise<void> {
	output.remark(running[0]?.server ?? '', 'system', 'stopping all; Ctrl-C again kills');
	await Promise.all(running.map((one) => one.stop(currentUser())));
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
