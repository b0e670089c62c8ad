import { exitText } from '../model/exit-text.ts';
import type { InstanceObservation } from '../model/observed.ts';
import type { ServerEntry } from './console-store.ts';
import type { Problem } from './problem.ts';

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
export function justCrashed({ state, restarts, lastExit }: InstanceObservation, now: number): boolean {
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

/** What is wrong with the instances of a server. */
export function instanceProblems({ name, observation }: ServerEntry, now: number): Problem[] {
	const problems: Problem[] = [];
	for (const instance of observation?.instances ?? []) {
		if (instance.state === 'failed') problems.push(failedProblem(name, instance));
		if (instance.state === 'backoff') problems.push(backoffProblem(name, instance, now));
		if (justCrashed(instance, now)) problems.push(crashedProblem(name, instance));
	}
	return problems;
}
