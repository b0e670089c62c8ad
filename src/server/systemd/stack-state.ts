import { isDeepStrictEqual } from 'node:util';
import { lookUp } from '../../model/look-up.ts';
import type { PastExit } from '../../model/observed.ts';
import { portOf } from '../../model/ports.ts';
import type { Stack } from '../../model/stack.ts';
import {
	admittedOf,
	EMPTY_STATE,
	type Formation,
	type Instance,
	isHeld,
	newInstance,
	type Rollout,
	type SupervisorState,
	type TypeDefinition,
} from '../plan/state.ts';
import { type InstanceContext, instanceAfter, type Readiness } from './instance.ts';
import type { Jobs } from './jobs.ts';
import type { InstanceName } from './names.ts';
import type { FilesOnServer } from './read-files.ts';
import { NO_RELEASE, releaseAt } from './releases/current.ts';
import { NO_UNIT, type UnitState } from './unit-state.ts';
import type { SeenUnit } from './units.ts';

/** What an instance was started with that is not what it would be started with now. */
const OLDER_LAUNCH = 'older';

export interface Clocks {
	/** Milliseconds since the epoch by the server's clock. */
	readonly server: number;
	/** Monotonic milliseconds here. */
	readonly mono: number;
}

/** What is known of a stack on one server, put together from its files and what systemd says of its units. */
export class StackState {
	readonly #stack: () => Stack;
	readonly #jobs: Pick<Jobs, 'of'>;
	readonly #clocks: () => Clocks;
	readonly #units = new Map<string, UnitState>();
	readonly #readiness = new Map<string, Readiness>();
	/** Why systemd did not start instances. */
	readonly #refusals = new Map<string, string>();
	#files: FilesOnServer | null = null;
	#isChanging = false;
	#state: SupervisorState = EMPTY_STATE;

	constructor(stack: () => Stack, jobs: Pick<Jobs, 'of'>, clocks: () => Clocks) {
		this.#stack = stack;
		this.#jobs = jobs;
		this.#clocks = clocks;
	}

	get state(): SupervisorState {
		return this.#state;
	}

	get files(): FilesOnServer | null {
		return this.#files;
	}

	/** The server's files were read: what is wanted, held and run may have become another. */
	takeFiles(files: FilesOnServer): void {
		this.#files = files;
		const definitions = this.#define(files);
		const { surge } = this.#state.formation;
		// Nothing on the server says so: it is for as long as a restart lasts.
		const formation = { ...formationOf(files), ...(surge === undefined ? {} : { surge }) };
		this.#state = { ...this.#state, definitions, formation };
		this.#deriveAll();
	}

	/** Whether a change is under way here: what is read beside it may be older than what is known. */
	get isChanging(): boolean {
		return this.#isChanging;
	}

	/**
	 * What is about to be recorded is wanted from now on.
	 * @param record resolves when it is, and the files have been taken anew
	 */
	async expect(formation: Formation, record: () => Promise<void>): Promise<void> {
		this.#state = { ...this.#state, formation: { ...formation, ports: this.#state.formation.ports } };
		this.#isChanging = true;
		this.#deriveAll();
		try {
			await record();
		} finally {
			this.#isChanging = false;
		}
	}

	/** The app's files became others. */
	redefine(): void {
		if (this.#files !== null) this.takeFiles(this.#files);
	}

	/** What systemd says of all units of the stack; those that are not among them are at rest. */
	takeUnits(units: readonly SeenUnit[]): void {
		const seen = new Set(units.map(({ of }) => of.name));
		for (const instance of this.#state.instances.values()) {
			if (!seen.has(instance.name)) this.takeUnit(instance, NO_UNIT);
		}
		for (const { of, state } of units) this.takeUnit(of, state);
	}

	/** @returns whether it made a difference to the instance */
	takeUnit({ name, type, index }: InstanceName, unit: UnitState): boolean {
		const { formation, instances } = this.#state;
		const instance = instances.get(name) ?? newInstance(formation, type, index);
		const before = this.#units.get(name) ?? NO_UNIT;
		this.#units.set(name, unit);
		if (unit.active === 'activating' || unit.active === 'active') this.#refusals.delete(name);
		// What was checked was another process.
		if (unit.startedAt !== before.startedAt && this.readinessOf(name) !== 'awaited')
			this.#readiness.delete(name);
		return this.#put(instanceAfter(instance, before, unit, this.#contextOf(instance)));
	}

	/** What was read of exits that nobody here has seen. */
	takeExits(exits: ReadonlyMap<string, readonly PastExit[]>): void {
		for (const [name, recentExits] of exits) {
			const instance = this.#state.instances.get(name);
			const latest = recentExits.at(-1);
			if (instance === undefined || latest === undefined) continue;
			const { startedAt: _, waitedMs: __, ...lastExit } = latest;
			this.#put({ ...instance, recentExits, lastExit });
		}
	}

	unit(name: string): UnitState {
		return this.#units.get(name) ?? NO_UNIT;
	}

	/** What its readiness check says, of who checks it: until it is ready it counts as starting. */
	setReadiness(name: string, readiness: Readiness): void {
		this.#readiness.set(name, readiness);
		this.refresh(name);
	}

	/** What is known of its readiness; null: nobody here has checked it since it started. */
	readinessOf(name: string): Readiness | null {
		return this.#readiness.get(name) ?? null;
	}

	/** Instances that run and whose readiness check has not come to an end; of others it is over. */
	stillAwaited(): string[] {
		const awaited = [...this.#readiness].flatMap(([name, is]) => (is === 'awaited' ? [name] : []));
		const isGone = (name: string) => this.unit(name).mainPid === 0;
		for (const name of awaited.filter(isGone)) this.#readiness.delete(name);
		return awaited.filter((name) => !isGone(name));
	}

	/**
	 * Time has passed, or what is known beside its unit has changed.
	 * @returns whether it made a difference to the instance
	 */
	refresh(name: string): boolean {
		const instance = this.#state.instances.get(name);
		if (instance === undefined) return false;
		const unit = this.unit(name);
		return this.#put(instanceAfter(instance, unit, unit, this.#contextOf(instance)));
	}

	/** What systemd answered instead of doing what was asked. */
	fail(name: string, reason: string): void {
		this.#refusals.set(name, reason);
		const instance = this.#state.instances.get(name);
		if (instance !== undefined) this.#put({ ...instance, phase: { kind: 'failed', reason } });
	}

	roll(rollouts: readonly Rollout[]): void {
		this.#state = { ...this.#state, rollouts };
	}

	#deriveAll(): void {
		const { formation, definitions } = this.#state;
		for (const type of definitions.keys()) {
			for (let index = 1; index <= admittedOf(formation, type); index++) {
				const name = `${type}.${index}`;
				if (!this.#state.instances.has(name)) this.#put(newInstance(formation, type, index));
			}
		}
		for (const name of this.#state.instances.keys()) this.refresh(name);
	}

	/** Keeps an instance while it is wanted or something of it is there. */
	#put(instance: Instance): boolean {
		const { formation, instances } = this.#state;
		const isWanted = instance.index <= admittedOf(formation, instance.type);
		const port = portOf(lookUp(formation.ports, instance.type), instance.index);
		const kept = isWanted || instance.phase.kind !== 'idle' ? { ...instance, port } : undefined;
		if (isDeepStrictEqual(instances.get(instance.name), kept)) return false;
		const next = new Map(instances);
		if (kept === undefined) next.delete(instance.name);
		else next.set(instance.name, kept);
		this.#state = { ...this.#state, instances: next };
		return true;
	}

	#contextOf(instance: Instance): InstanceContext {
		const { formation, definitions } = this.#state;
		const { server, mono } = this.#clocks();
		return {
			shouldRun:
				formation.power === 'up' &&
				instance.index <= admittedOf(formation, instance.type) &&
				!isHeld(formation, instance.name),
			restart: definitions.get(instance.type)?.settings.restart ?? 'always',
			readiness: this.readinessOf(instance.name),
			refusal: this.#refusals.get(instance.name) ?? null,
			asked: this.#jobs.of(instance.name),
			fingerprintAt: (startedAt) => this.#fingerprintAt(instance.type, startedAt),
			serverNow: server,
			mono,
		};
	}

	#fingerprintAt(type: string, startedAt: number): string | null {
		const { record = null, release = NO_RELEASE } = this.#files ?? {};
		const known = record === null ? undefined : lookUp(record.types, type);
		if (record === null || known === undefined) return null;
		const isOfCurrent = releaseAt(release, startedAt) === (release.current?.id ?? null);
		if (!isOfCurrent || startedAt < record.environment.changedAt) return OLDER_LAUNCH;
		const launch = [known, ...(known.before ?? [])].find(({ changedAt }) => changedAt <= startedAt);
		return launch?.fingerprint ?? OLDER_LAUNCH;
	}

	/** What the types run there; what the Procfile says beyond that is drift. */
	#define({ record }: FilesOnServer): Map<string, TypeDefinition> {
		const definitions = this.#stack().processTypes.map(({ name: type, command, settings }) => {
			const fingerprint = lookUp(record?.types ?? {}, type)?.fingerprint ?? '';
			return [type, { type, command, settings, fingerprint, launch: type }] as const;
		});
		return new Map(definitions);
	}
}

function formationOf({ power, enabled, held, record, types }: FilesOnServer): Formation {
	const set = types.map((type) => [type, lookUp(enabled, type)?.length ?? 0] as const);
	const known = Object.entries(record?.types ?? {});
	const ports = known.flatMap(([type, { firstPort }]) => (firstPort === null ? [] : [[type, firstPort]]));
	return {
		power,
		wanted: Object.fromEntries(set),
		paused: record?.paused ?? {},
		ports: Object.fromEntries(ports),
		held,
		override: null,
	};
}
