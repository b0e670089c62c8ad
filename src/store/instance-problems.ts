import { exitText } from '../model/exit-text.ts';
import type { InstanceObservation } from '../model/observed.ts';
import type { ServerEntry } from './console-store.ts';
import type { Problem } from './problem.ts';

/** `6 s`, `3 min`, `4 h`, `3 d` */
function durationText(milliseconds: number): string {
	const seconds = Math.round(milliseconds / 1000);
	if (seconds < 120) return `${seconds} s`;
	if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
	const hours = Math.round(seconds / 3600);
	return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} d`;
}

/** Whole seconds from `now` until the instance is started again, at least 0; null where no start is planned. */
export function secondsToNextStart(instance: InstanceObservation, now: number): number | null {
	if (instance.nextStartAt === null) return null;
	// The clock of the screen is behind by up to a second.
	return Math.max(0, Math.floor((Date.parse(instance.nextStartAt) - now) / 1000));
}

/** How often it ended since it was last started by hand: what waits to be started again has ended once more. */
export function exitCount({ state, restarts }: InstanceObservation): number {
	return restarts + (state === 'backoff' || state === 'failed' ? 1 : 0);
}

function howOften(instance: InstanceObservation): string {
	const { lastExit, recentExits } = instance;
	if (lastExit === null) return 'ended';
	const last = exitText(lastExit);
	const same = recentExits.length - recentExits.findLastIndex((exit) => exitText(exit) !== last) - 1;
	const first = recentExits[recentExits.length - same];
	const count = exitCount(instance);
	// Of those before the latest it is not known what they were.
	if (count > recentExits.length && recentExits.length > 1) return `${last}, ${count} exits by now`;
	if (same < 2 || first === undefined) return last;
	const lasted = Date.parse(lastExit.at) - Date.parse(first.startedAt);
	return `${last}, ${same} times in ${durationText(Math.max(1000, lasted))}`;
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
