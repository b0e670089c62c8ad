import type { Drained } from '../balancer.ts';
import type { Member } from './member.ts';
import type { Session } from './sessions.ts';

interface Drain {
	readonly members: readonly Member[];
	readonly onSessions: (left: number) => void;
	readonly finish: () => void;
	left: number;
}

/** Waits until backends that take no part have no sessions, and cuts those that take too long. */
export class Drains {
	readonly #drains = new Set<Drain>();

	/**
	 * @param members which are out; one that takes part again is not waited for
	 * @param onSessions told how many are left, at once and whenever that changes
	 */
	async drain(
		members: readonly Member[],
		withinMs: number,
		onSessions: (left: number) => void,
	): Promise<Drained> {
		let cut = 0;
		await new Promise<void>((resolve) => {
			const patience = setTimeout(() => {
				cut = cutAll(members);
			}, withinMs);
			const finish = () => {
				clearTimeout(patience);
				resolve();
			};
			const drain: Drain = { members, onSessions, finish, left: -1 };
			this.#drains.add(drain);
			this.#look(drain);
		});
		for (const member of drained(members)) member.agent.destroy();
		return { cut };
	}

	/** A session has ended, or a backend takes part again. */
	look(): void {
		for (const drain of this.#drains) this.#look(drain);
	}

	#look(drain: Drain): void {
		const left = sessionsOf(drain.members).length;
		if (left === drain.left) return;
		drain.left = left;
		drain.onSessions(left);
		if (left > 0) return;
		this.#drains.delete(drain);
		drain.finish();
	}
}

function sessionsOf(members: readonly Member[]): Session[] {
	return members.filter(({ isOut }) => isOut).flatMap(({ sessions }) => [...sessions]);
}

function drained(members: readonly Member[]): Member[] {
	return members.filter(({ isOut, sessions }) => isOut && sessions.size === 0);
}

/** @returns how many were cut */
function cutAll(members: readonly Member[]): number {
	const sessions = sessionsOf(members);
	for (const session of sessions) {
		session.isCut = true;
		session.end();
	}
	return sessions.length;
}
