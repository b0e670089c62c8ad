import { exitText } from '../model/exit-text.ts';
import type { InstanceObservation, ServerObservation } from '../model/observed.ts';
import type { ConsoleState, ServerEntry } from './console-store.ts';
import { cellOf, isChanging } from './selectors.ts';

/** Worst first; `stale` and `orphan` want a look but are not wrong. */
const KINDS = ['failed', 'backoff', 'crashed', 'unreachable', 'file', 'orphan', 'stale'] as const;
export type ProblemKind = (typeof KINDS)[number];

export interface Problem {
	readonly kind: ProblemKind;
	readonly server: string;
	readonly type: string | null;
	readonly instance: string | null;
	/** `mailer on jobs1` */
	readonly subject: string;
	/** One sentence without a full stop. */
	readonly text: string;
	/** More about it where there is more: the server's own words. */
	readonly detail: string | null;
}

/** Whether the problem counts as wrong, not only as worth a look. */
export function isWrong({ kind }: Problem): boolean {
	return kind !== 'orphan' && kind !== 'stale';
}

/** Whole seconds from `now` until the instance is started again, at least 0; null where no start is planned. */
export function secondsToNextStart(instance: InstanceObservation, now: number): number | null {
	if (instance.nextStartAt === null) return null;
	return Math.max(0, Math.ceil((Date.parse(instance.nextStartAt) - now) / 1000));
}

function howOften(instance: InstanceObservation): string {
	const { lastExit, recentExits } = instance;
	if (lastExit === null) return 'ended';
	const last = exitText(lastExit);
	const same = recentExits.length - recentExits.findLastIndex((exit) => exitText(exit) !== last) - 1;
	const first = recentExits[recentExits.length - same];
	if (same < 2 || first === undefined) return last;
	const seconds = Math.max(1, Math.round((Date.parse(lastExit.at) - Date.parse(first.startedAt)) / 1000));
	return `${last}, ${same} times in ${seconds} s`;
}

function backoffProblem(server: string, instance: InstanceObservation, now: number): Problem {
	const seconds = secondsToNextStart(instance, now);
	const next = seconds === null ? '' : `; next start in ${seconds} s`;
	return {
		kind: 'backoff',
		server,
		type: instance.type,
		instance: instance.name,
		subject: `${instance.name} on ${server}`,
		text: `${howOften(instance)}${next}`,
		detail: null,
	};
}

/** As long a life resets the back-off. */
const HEALTHY_MS = 10_000;

/** Whether it was started again after a crash a moment ago: in a crash loop its short lives are no health. */
function justCrashed({ state, restarts, lastExit }: InstanceObservation, now: number): boolean {
	if (state !== 'running' && state !== 'starting') return false;
	return restarts > 0 && lastExit !== null && now - Date.parse(lastExit.at) < HEALTHY_MS;
}

function crashedProblem(server: string, instance: InstanceObservation): Problem {
	return {
		kind: 'crashed',
		server,
		type: instance.type,
		instance: instance.name,
		subject: `${instance.name} on ${server}`,
		text: `${howOften(instance)}; started again`,
		detail: null,
	};
}

function failedProblem(server: string, instance: InstanceObservation): Problem {
	const exit = instance.lastExit;
	return {
		kind: 'failed',
		server,
		type: instance.type,
		instance: instance.name,
		subject: `${instance.name} on ${server}`,
		text: exit === null ? 'failed' : `failed: ${exitText(exit)}`,
		detail: null,
	};
}

function instanceProblems({ name, observation }: ServerEntry, now: number): Problem[] {
	const problems: Problem[] = [];
	for (const instance of observation?.instances ?? []) {
		if (instance.state === 'failed') problems.push(failedProblem(name, instance));
		if (instance.state === 'backoff') problems.push(backoffProblem(name, instance, now));
		if (justCrashed(instance, now)) problems.push(crashedProblem(name, instance));
	}
	return problems;
}

function typeProblems(state: ConsoleState, server: ServerEntry): Problem[] {
	const problems: Problem[] = [];
	for (const entry of server.observation?.types ?? []) {
		const cell = cellOf(state, server, entry.type);
		const common = {
			server: server.name,
			type: entry.type,
			instance: null,
			subject: `${entry.type} on ${server.name}`,
			detail: null,
		};
		if (entry.orphan) {
			const text = `left the Procfile, ${cell.running} still running; - or s ends it`;
			problems.push({ ...common, kind: 'orphan', text });
		}
		const stale = cell.instances.filter((instance) => instance.stale).length;
		if (stale > 0 && !entry.orphan && !isChanging(cell)) {
			const text = `${stale} of ${cell.instances.length} with an older command or environment; r takes the new one`;
			problems.push({ ...common, kind: 'stale', text });
		}
	}
	return problems;
}

/** Seconds since the server was last known to be as shown. */
export function secondsSinceSeen(observation: ServerObservation, now: number): number {
	return Math.max(0, Math.round((now - Date.parse(observation.asOf)) / 1000));
}

function serverProblems(server: ServerEntry, now: number): Problem[] {
	const { name, observation, connectionReason } = server;
	const common = { server: name, type: null, instance: null };
	if (observation === null) {
		if (connectionReason === null) return [];
		return [{ ...common, kind: 'unreachable', subject: name, text: connectionReason, detail: null }];
	}
	const files: Problem[] = observation.problems.map(({ file, line, message }) => ({
		...common,
		kind: 'file',
		subject: line === null ? file : `${file}:${line}`,
		text: message,
		detail: 'the last good version stays in use',
	}));
	if (observation.connection !== 'unreachable') return files;
	const text = `seen ${secondsSinceSeen(observation, now)} s ago; trying again`;
	return [{ ...common, kind: 'unreachable', subject: name, text, detail: connectionReason }, ...files];
}

function noticeProblems({ notices, servers }: ConsoleState): Problem[] {
	const server = servers[0]?.name ?? '';
	return notices.map((notice) => ({ kind: 'file', server, type: null, instance: null, ...notice }));
}

/** All that is wrong or worth a look, worst first; within a kind in the order of servers and types. */
export function problemsOf(state: ConsoleState): readonly Problem[] {
	const perServer = state.servers.flatMap((server) => [
		...serverProblems(server, state.now),
		...instanceProblems(server, state.now),
		...typeProblems(state, server),
	]);
	const problems = [...noticeProblems(state), ...perServer];
	// Several servers of one stack report the same broken file: once is enough.
	const distinct = problems.filter(
		(problem, position) =>
			problem.kind !== 'file' ||
			problems.findIndex(
				(other) => other.kind === 'file' && other.subject === problem.subject && other.text === problem.text,
			) === position,
	);
	return distinct.sort((a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind));
}
