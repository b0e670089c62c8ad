import { type Found, isOk } from '../model/finding.ts';
import type { ServerObservation } from '../model/observed.ts';
import { WEB_TYPE } from '../model/stack.ts';
import { balancerProblems } from './balancer-problems.ts';
import type { ConsoleState, ServerEntry } from './console-store.ts';
import { perObject } from './derived.ts';
import { instanceProblems } from './instance-problems.ts';
import { KINDS, type Problem } from './problem.ts';
import { otherRelease } from './release-standing.ts';
import { cellsOf, isChanging } from './selectors.ts';
import { isAtWork } from './traffic.ts';

function typeProblems(state: ConsoleState, server: ServerEntry): Problem[] {
	const problems: Problem[] = [];
	for (const cell of cellsOf(state, server)) {
		const { type, known } = cell;
		const common = {
			server: server.name,
			type,
			instance: null,
			subject: `${type} on ${server.name}`,
			detail: null,
		};
		if (known?.orphan) {
			const text = `left the Procfile, ${cell.running} still running; - or s ends it`;
			problems.push({ ...common, kind: 'orphan', text });
		}
		const surplus = cell.running - cell.wanted;
		// Restarts behind a load balancer have one more for a while: what they leave behind is looked at apart.
		const isSurge = cell.type === WEB_TYPE && isAtWork(state.balancer);
		if (surplus > 0 && !isSurge && !known?.orphan && !isChanging(cell)) {
			const text = `${cell.running} run, ${cell.wanted} are wanted; = ${cell.wanted} ends the ${surplus === 1 ? 'other' : 'others'}`;
			problems.push({ ...common, kind: 'surplus', text });
		}
		const stale = cell.instances.filter((instance) => instance.stale).length;
		if (stale > 0 && !known?.orphan && !isChanging(cell)) {
			const text = `${stale} of ${cell.instances.length} with older code, command or environment; r takes the new one`;
			problems.push({ ...common, kind: 'stale', text });
		}
	}
	return problems;
}

/** `12 s`, `4 m`, `3 h`: how long ago the server was last known to be as shown. */
export function sinceSeenText({ asOf }: ServerObservation, now: number): string {
	return sinceText(asOf, now);
}

/**
 * `12 s`, `4 m`, `3 h`
 * @param asOf ISO 8601
 * @param now milliseconds since the epoch
 */
export function sinceText(asOf: string, now: number): string {
	const seconds = Math.max(0, Math.round((now - Date.parse(asOf)) / 1000));
	if (seconds < 100) return `${seconds} s`;
	const minutes = Math.round(seconds / 60);
	if (minutes < 100) return `${minutes} m`;
	const hours = Math.round(minutes / 60);
	return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} d`;
}

/** A connection that comes back at once is no problem. */
const PATIENCE_MS = 3_000;

/** Whether the server is out of reach, and has been for a moment where it is being connected to again. */
export function isOutOfReach({ observation, connectionReason }: ServerEntry, now: number): boolean {
	if (observation === null) return connectionReason !== null;
	if (observation.connection === 'connecting') return now - Date.parse(observation.asOf) >= PATIENCE_MS;
	return observation.connection === 'unreachable';
}

/** Why the server cannot be reached, without its name in front, which stands beside it; null where it can. */
export function reasonOf({ name, connectionReason }: ServerEntry): string | null {
	const lead = `${name}: `;
	return connectionReason?.startsWith(lead) ? connectionReason.slice(lead.length) : connectionReason;
}

function unreachableProblem(server: ServerEntry, now: number): Problem {
	const { name, observation } = server;
	const reason = reasonOf(server);
	const common = { kind: 'unreachable', server: name, type: null, instance: null, subject: name } as const;
	if (observation === null) return { ...common, text: reason ?? 'unreachable', detail: null };
	const next = observation.connection === 'connecting' ? 'connecting' : 'trying again';
	const text = `seen ${sinceSeenText(observation, now)} ago; ${next}`;
	return { ...common, text, detail: reason };
}

function fileProblems({ name, observation }: ServerEntry): Problem[] {
	return (observation?.problems ?? []).map(({ file, line, message }) => ({
		kind: 'file',
		server: name,
		type: null,
		instance: null,
		subject: line === null ? file : `${file}:${line}`,
		text: message,
		detail: 'the last good version stays in use',
	}));
}

/** What is on the server is not what it should be; one line of possibly many. */
function driftProblems({ name, observation }: ServerEntry): Problem[] {
	const [first, ...more] = observation?.drift ?? [];
	if (first === undefined) return [];
	const text = more.length === 0 ? first : `${first}, and ${more.length} more`;
	const common = { kind: 'drift', server: name, type: null, instance: null, subject: name } as const;
	return [{ ...common, text, detail: 'procdeck sync mends it' }];
}

/** Checks whose findings the console tells by itself, as they happen. */
const TOLD_ELSEWHERE = new Set(['connection', 'drift', 'journal', 'lingering', 'user manager']);

/** Warnings of what somebody has decided, such as to run instances as root: what never goes hides what comes. */
const DECIDED = new Set(['run user']);

/** What the doctor found of a server, the worst first, without what is told anyway. */
export function findingsToTell({ findings }: ServerEntry): readonly Found[] {
	return findings.filter(
		(finding) => !TOLD_ELSEWHERE.has(finding.check) && !(isOk(finding) && DECIDED.has(finding.check)),
	);
}

/** The worst of what the doctor found; the rest is told by it. */
function findingProblems(server: ServerEntry): Problem[] {
	const [worst, ...more] = findingsToTell(server);
	if (worst === undefined) return [];
	const { check, message, fix } = worst;
	const text = `${check}: ${message}${more.length === 0 ? '' : `; ${more.length} more by :doctor`}`;
	const kind = isOk(worst) ? 'advice' : 'finding';
	return [{ kind, server: server.name, type: null, instance: null, subject: server.name, text, detail: fix }];
}

function releaseProblems(state: ConsoleState, server: ServerEntry): Problem[] {
	const other = otherRelease(state, server);
	if (other === null) return [];
	const common = { kind: 'release', server: server.name, type: null, instance: null } as const;
	const text =
		other.has === null
			? `its code is in no release; others have ${other.latest}`
			: `has the release ${other.has}; others have ${other.latest}`;
	const detail = `procdeck release --server ${server.name} brings it in step`;
	return [{ ...common, subject: server.name, text, detail }];
}

function serverProblems(state: ConsoleState, server: ServerEntry): Problem[] {
	const lost = isOutOfReach(server, state.now) ? [unreachableProblem(server, state.now)] : [];
	// What is last known of a server that does not answer may have passed.
	const own =
		lost.length > 0
			? []
			: [
					...instanceProblems(server, state.now),
					...findingProblems(server),
					...driftProblems(server),
					...releaseProblems(state, server),
					...typeProblems(state, server),
				];
	return [...lost, ...fileProblems(server), ...own];
}

function noticeProblems({ notices, servers }: ConsoleState): Problem[] {
	const server = servers[0]?.name ?? '';
	return notices.map((notice) => ({ kind: 'file', server, type: null, instance: null, ...notice }));
}

/** Several servers of one stack report the same broken file: once is enough. */
function withoutRepeats(problems: readonly Problem[]): Problem[] {
	const seen = new Set<string>();
	return problems.filter(({ kind, subject, text }) => {
		const words = `${subject} ${text}`;
		const isNew = kind !== 'file' || !seen.has(words);
		if (kind === 'file') seen.add(words);
		return isNew;
	});
}

/** All that is wrong or worth a look, worst first; within a kind in the order of servers and types. */
export const problemsOf: (state: ConsoleState) => readonly Problem[] = perObject((state) => {
	const perServer = state.servers.flatMap((server) => serverProblems(state, server));
	const problems = withoutRepeats([...noticeProblems(state), ...perServer, ...balancerProblems(state)]);
	return problems.sort((a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind));
});
