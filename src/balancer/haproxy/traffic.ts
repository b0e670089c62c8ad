import { setTimeout as sleep } from 'node:timers/promises';
import type { BalancerSettings } from '../../model/balancer.ts';
import { ProcdeckError } from '../../model/errors.ts';
import type { Drained } from '../balancer.ts';
import { closeCommand, cutCommand, openCommand, probeCommands, removeCommands } from './commands.ts';
import type { RuntimeServer, RuntimeState } from './runtime-state.ts';
import type { BalancerSession } from './session.ts';

const POLL_EVERY_MS = 50;
/** A check begins within a second, and takes two at most. */
const CHECKED_WITHIN_MS = 5_000;
/** Connections that HAProxy keeps for later go within a few seconds. */
const REMOVED_WITHIN_MS = 7_000;

/** Gives servers of a running HAProxy traffic, and takes it from them. Whatever it was told is read back. */
export class Traffic {
	readonly #session: BalancerSession;
	readonly #onState: (state: RuntimeState) => void;

	/** @param onState told of all that is seen on the way */
	constructor(session: BalancerSession, onState: (state: RuntimeState) => void) {
		this.#session = session;
		this.#onState = onState;
	}

	async state(): Promise<RuntimeState> {
		const state = await this.#session.state();
		this.#onState(state);
		return state;
	}

	/** No new requests for them. Those that HAProxy does not know are passed over. */
	async close(names: readonly string[], settings: Pick<BalancerSettings, 'sticky'>): Promise<void> {
		await this.#must(
			names.map((name) => closeCommand(name, settings)),
			names,
			({ admin }) => admin !== 'ready',
		);
	}

	/**
	 * Waits until nothing goes on any more with servers that are closed, and cuts what takes too long.
	 * @param onSessions told of the sessions that are left, whenever their number changes
	 */
	async drained(
		names: readonly string[],
		withinMs: number,
		onSessions: (left: number) => void = () => {},
	): Promise<Drained> {
		const deadline = performance.now() + withinMs;
		let before: number | null = null;
		for (let isLast = false; ; ) {
			const servers = chosen(await this.state(), names);
			const left = servers.reduce((sum, { sessions }) => sum + sessions, 0);
			if (left !== before) onSessions(left);
			// A request that was given out just before may be counted a moment later: so it is looked twice.
			if (left === 0 && before === 0) return { cut: 0 };
			before = left;
			if (isLast && left > 0) return this.#cut(servers, left, onSessions);
			isLast = performance.now() >= deadline;
			await sleep(Math.max(1, Math.min(POLL_EVERY_MS, deadline - performance.now())));
		}
	}

	/**
	 * Gives servers traffic once they were checked, whatever came of it: from then on their health decides by itself.
	 * @param isFresh whether only a check from now on will do
	 * @param known what was seen a moment ago
	 */
	async open(
		names: readonly string[],
		{ isFresh, known = null }: { readonly isFresh: boolean; readonly known?: RuntimeState | null },
	): Promise<void> {
		const first = known ?? (await this.state());
		const closed = chosen(first, names).filter(({ admin }) => admin !== 'ready');
		const probed = closed.filter(({ admin, check }) => isFresh || admin === 'maint' || check === null);
		if (probed.length > 0) await this.#tell(probed.flatMap(({ name }) => probeCommands(name)));
		const waiting = new Set(probed.map(({ name }) => name));
		await this.#ready(closed.filter(({ name }) => !waiting.has(name)));
		const deadline = performance.now() + CHECKED_WITHIN_MS;
		while (waiting.size > 0) {
			await sleep(POLL_EVERY_MS);
			const isLate = performance.now() > deadline;
			const servers = chosen(await this.state(), [...waiting]);
			const checked = servers.filter(({ check, admin }) => check !== null || admin === 'ready' || isLate);
			await this.#ready(checked);
			const left = servers.filter((server) => !checked.includes(server));
			waiting.clear();
			for (const { name } of left) waiting.add(name);
		}
	}

	/**
	 * Takes servers out of HAProxy that nothing is connected to.
	 * @returns whether they are gone
	 */
	async remove(names: readonly string[]): Promise<boolean> {
		const deadline = performance.now() + REMOVED_WITHIN_MS;
		for (let there = chosen(await this.state(), names); there.length > 0; ) {
			const { state } = await this.#tell(there.flatMap(({ name }) => removeCommands(name)));
			there = chosen(state, names);
			if (performance.now() > deadline) return there.length === 0;
			if (there.length > 0) await sleep(POLL_EVERY_MS);
		}
		return true;
	}

	async #ready(servers: readonly RuntimeServer[]): Promise<void> {
		const names = servers.map(({ name }) => name);
		await this.#must(names.map(openCommand), names, ({ admin }) => admin === 'ready');
	}

	async #cut(
		servers: readonly RuntimeServer[],
		left: number,
		onSessions: (left: number) => void,
	): Promise<Drained> {
		await this.#tell(servers.map(({ name }) => cutCommand(name)));
		onSessions(0);
		return { cut: left };
	}

	async #must(
		commands: readonly string[],
		names: readonly string[],
		isDone: (server: RuntimeServer) => boolean,
	): Promise<void> {
		if (commands.length === 0) return;
		const { said, state } = await this.#tell(commands);
		if (!chosen(state, names).every(isDone)) throw refusal(said);
	}

	async #tell(commands: readonly string[]): Promise<{ readonly said: string; readonly state: RuntimeState }> {
		const told = await this.#session.tell(commands);
		this.#onState(told.state);
		return told;
	}
}

function chosen({ servers }: RuntimeState, names: readonly string[]): RuntimeServer[] {
	return servers.filter(({ name }) => names.includes(name));
}

export function refusal(said: string): ProcdeckError {
	return new ProcdeckError('refused', `HAProxy does not do it: ${said || 'it says nothing of why'}`);
}
