import { setTimeout as sleep } from 'node:timers/promises';
import type { ReadyCheck } from '../../model/stack.ts';
import type { Goal } from '../plan/goals.ts';
import { indexOf, typeOf } from '../plan/names.ts';
import type { Plan } from '../plan/plan.ts';
import type { Instance } from '../plan/state.ts';
import type { Asked, Jobs } from './jobs.ts';
import { unitName } from './names.ts';
import { isReadyInTime } from './readiness.ts';
import { type Replacement, Rolling } from './rolling.ts';
import type { Session } from './session.ts';
import type { StackState } from './stack-state.ts';

export interface ActionsContext {
	readonly session: Session;
	readonly known: StackState;
	readonly jobs: Jobs;
	/** Told which instances are to be looked at again. */
	readonly onChange: (names: readonly string[]) => void;
	/** Resolves when an instance has settled, or will not. */
	readonly settled: (name: string) => Promise<Replacement>;
}

/** What takes longer to start is begun by then. */
const STARTED_WITHIN_MS = 100;

/** Does with units what plans want of instances. */
export class Actions {
	readonly #context: ActionsContext;
	readonly #rolling: Rolling;
	readonly #over = new AbortController();

	constructor(context: ActionsContext) {
		this.#context = context;
		this.#rolling = new Rolling({
			onProgress: (rollouts) => {
				context.known.roll(rollouts);
				context.onChange([]);
			},
			startsOf: (name) => this.#instance(name)?.starts ?? 0,
			replace: (name) => this.#replace(name),
		});
	}

	/**
	 * Sets going what a plan wants; what becomes of it is seen in the instances.
	 * @returns resolves when those that are started run, or are about to
	 */
	async perform({ rows, restarts }: Plan): Promise<void> {
		const restarted = new Set(restarts.flatMap(({ names }) => names));
		const goals = rows.flatMap((row) => row.goals).filter(({ name }) => !restarted.has(name));
		const asked = goals.map(({ name, kind }) => ({ kind, done: this.#ask(name, askedBy(kind)) }));
		for (const restart of restarts) {
			if (restart.width !== null) this.#rolling.add(restart);
			else for (const name of restart.names) void this.#ask(name, 'restart');
		}
		const starts = asked.filter(({ kind }) => kind === 'runs').map(({ done }) => done);
		await Promise.race([Promise.all(starts), sleep(STARTED_WITHIN_MS, undefined, { ref: false })]);
	}

	/** Goes on with the readiness checks that a lost connection interrupted. */
	checkAgain(): void {
		for (const name of this.#context.known.stillAwaited()) {
			const check = this.#readyCheck(name);
			if (check !== null) void this.#check(name, check);
		}
	}

	/** The connection is gone: what was not begun is not done. */
	close(): void {
		this.#over.abort();
		this.#rolling.giveUp();
	}

	async #replace(name: string): Promise<Replacement> {
		if (this.#over.signal.aborted) return 'failed';
		await this.#ask(name, 'restart');
		return this.#context.settled(name);
	}

	/** Asks systemd for something, and waits until that is done. Whether it is ready is seen in the instance. */
	async #ask(name: string, asked: Asked): Promise<void> {
		const check = asked === 'stop' ? null : this.#readyCheck(name);
		if (check !== null) this.#context.known.setReadiness(name, 'awaited');
		const isAnswered = await this.#order(name, asked);
		if (isAnswered && check !== null) void this.#check(name, check);
	}

	/** @returns false: the connection broke, and what systemd was asked over it is seen over the next one */
	async #order(name: string, asked: Asked): Promise<boolean> {
		const { session, known, jobs, onChange } = this.#context;
		const unit = unitName(session.layout.prefix, typeOf(name), indexOf(name));
		try {
			void session.units.know(unit);
			// A start counts toward limits and remembers failures, unless they are forgotten first.
			if (asked !== 'stop') session.bus.resetFailed(unit).catch(() => {});
			const job = jobs.run(session.bus, name, unit, asked);
			known.refresh(name);
			onChange([name]);
			this.#ended(name, asked, await job);
		} catch (error) {
			if (session.bus.isClosed) return false;
			known.fail(name, (error as Error).message);
		}
		onChange([name]);
		return true;
	}

	#ended(name: string, asked: Asked, result: string): void {
		const { known } = this.#context;
		known.refresh(name);
		const isTold = ['failed', 'backoff'].includes(this.#instance(name)?.phase.kind ?? '');
		if (result === 'done' || result === 'canceled' || result === 'lost' || isTold) return;
		if (asked !== 'stop') known.fail(name, `systemd says ${result}`);
	}

	async #check(name: string, check: ReadyCheck): Promise<void> {
		const { session, known, onChange } = this.#context;
		const { startedAt } = known.unit(name);
		const target = { name, port: this.#instance(name)?.port ?? null, startedAt };
		const isReady = await isReadyInTime(session, check, target, this.#over.signal).catch(() => false);
		if (this.#over.signal.aborted) return;
		known.setReadiness(name, isReady ? 'ready' : 'not-ready');
		if (!isReady) known.fail(name, `not ready in ${check.timeoutMs / 1000} s`);
		onChange([name]);
	}

	#readyCheck(name: string): ReadyCheck | null {
		return this.#context.known.state.definitions.get(typeOf(name))?.settings.ready ?? null;
	}

	#instance(name: string): Instance | undefined {
		return this.#context.known.state.instances.get(name);
	}
}

function askedBy(kind: Goal['kind']): Asked {
	return kind === 'runs' ? 'start' : 'stop';
}
