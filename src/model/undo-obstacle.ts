import type { HistoryEntry } from './change.ts';
import type { ServerObservation, TypeObservation } from './observed.ts';
import { servingWord } from './serving.ts';

/**
 * Why a part of a change cannot be taken back: `gone` for good, since what it changed is not there any more or went on by
 * itself; or a `conflict`, since that would undo what somebody else did.
 */
export interface Obstacle {
	readonly kind: 'gone' | 'conflict';
	readonly reason: string;
}

/** What stands in the way of taking back one part, or null. */
export function obstacleTo(part: HistoryEntry, observations: readonly ServerObservation[]): Obstacle | null {
	if (part.verb === 'serve') return obstacleToServe(part, observations);
	const observation = observations.find(({ name }) => name === part.server);
	if (!observation) return gone(`${part.server} is not a server of the stack any more`);
	const type = observation.types.find((each) => each.type === part.type);
	if (!type) return gone(`${part.type} left the Procfile`);
	if (type.orphan && !addedInstances(part)) {
		return gone(`${part.type} left the Procfile and can only become fewer`);
	}
	if (part.instance !== undefined && !observation.instances.some(({ name }) => name === part.instance)) {
		return gone(`there is no ${part.instance} any more`);
	}
	const moved = whatMoved(part, type, observation);
	if (moved === null) return null;
	const other = observation.history.findLast((entry) => isLaterByOther(entry, part));
	return other ? { kind: 'conflict', reason: `changed since by ${other.who}: ${moved}` } : gone(moved);
}

/** Web traffic needs nothing of the server itself; its history is with the load balancer. */
function obstacleToServe(part: HistoryEntry, observations: readonly ServerObservation[]): Obstacle | null {
	const later = observations.flatMap(({ history }) => history).filter(({ at }) => at > part.at);
	if (later.some(({ verb }) => verb === 'lb remove')) return gone('the load balancer was removed since');
	const serving = observations.find(({ name }) => name === part.server)?.serving ?? null;
	if (serving === null) {
		const reason = `whether ${part.server} gets web traffic is not known now`;
		return { kind: 'conflict', reason };
	}
	const now = servingWord(serving);
	if (now === part.to) return null;
	const moved = `web traffic of ${part.server} is ${now}`;
	const other = later.findLast(
		({ who, verb, server }) => verb === 'serve' && server === part.server && who !== part.who,
	);
	return other ? { kind: 'conflict', reason: `changed since by ${other.who}: ${moved}` } : gone(moved);
}

/** Whether taking it back ends instances. */
export function addedInstances({ verb, from, to }: HistoryEntry): boolean {
	return (verb === 'scale' || verb === 'move') && Number(to) > Number(from);
}

function gone(reason: string): Obstacle {
	return { kind: 'gone', reason };
}

/** How a type differs from how the part left it; null: it does not. */
function whatMoved(part: HistoryEntry, type: TypeObservation, observation: ServerObservation): string | null {
	switch (part.verb) {
		case 'pause':
			return type.paused === part.from ? null : `${type.type} is ${type.wanted} and not paused`;
		case 'stop':
			return isStopped(part, type, observation) ? null : `${part.instance ?? type.type} is not stopped`;
		default:
			return type.wanted === part.to ? null : `${type.type} is ${type.wanted}, not ${part.to}`;
	}
}

function isStopped(part: HistoryEntry, type: TypeObservation, { instances }: ServerObservation): boolean {
	if (part.instance === undefined) return type.stopped;
	const state = instances.find(({ name }) => name === part.instance)?.state;
	return state === 'stopped' || state === 'stopping';
}

function isLaterByOther(entry: HistoryEntry, part: HistoryEntry): boolean {
	return entry.who !== part.who && entry.at > part.at && (entry.type === part.type || entry.type === null);
}
