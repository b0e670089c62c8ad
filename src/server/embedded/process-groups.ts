import { listPids, readStat } from '../../linux/proc.ts';
import type { ProcessIdentity } from '../plan/state.ts';

/** Whether anything but zombies is left of the process group that this process leads or led. */
export function groupLives(
	leader: ProcessIdentity,
	hasMembers = (group: number) => groupMembers(group).length > 0,
): boolean {
	const now = readStat(leader.pid);
	// A pid is not given to another process while it names a group.
	if (now !== null && now.startTime !== leader.startTime) return false;
	try {
		process.kill(-leader.pid, 0);
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === 'EPERM';
	}
	if (now !== null && now.state !== 'Z') return true;
	return hasMembers(leader.pid);
}

/** A child of ours that ended and is about to tell us how: its tree is not gone before that. */
export function isOurZombie(pid: number): boolean {
	const stat = readStat(pid);
	return stat !== null && stat.state === 'Z' && stat.parent === process.pid;
}

/** Every process group that has more than zombies. */
export function liveGroups(): ReadonlySet<number> {
	const groups = new Set<number>();
	for (const pid of listPids()) {
		const stat = readStat(pid);
		if (stat !== null && stat.state !== 'Z') groups.add(stat.group);
	}
	return groups;
}

export function groupMembers(group: number): number[] {
	return listPids().filter((pid) => {
		const stat = readStat(pid);
		return stat !== null && stat.group === group && stat.state !== 'Z';
	});
}

/** A group's id cannot be reused while it has members, so a leader that is gone leaves it ours as long as its session is. */
export function isStillGroupOf(leader: ProcessIdentity): boolean {
	const now = readStat(leader.pid);
	return now === null
		? groupMembers(leader.pid).some((pid) => isOfItsSession(pid, leader))
		: now.startTime === leader.startTime;
}

/** The members of our group sit in the session that its leader made. */
function isOfItsSession(pid: number, leader: ProcessIdentity): boolean {
	const stat = readStat(pid);
	return stat !== null && stat.session === leader.pid && stat.startTime >= leader.startTime;
}
