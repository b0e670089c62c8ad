import { isDeepStrictEqual } from 'node:util';
import type { BusEvent, ListedUnit, Properties, SystemdBus } from './bus.ts';
import { type InstanceName, instanceOf, objectPath } from './names.ts';
import {
	NO_UNIT,
	OBSERVED_PROPERTIES,
	PROPERTIES_OF_RUNNING,
	type UnitState,
	withProperties,
} from './unit-state.ts';

/** A unit of the stack and what systemd says of it. */
export interface SeenUnit {
	readonly of: InstanceName;
	readonly state: UnitState;
}

/** What is asked of systemd here. */
type Bus = Pick<SystemdBus, 'list' | 'watch' | 'properties'>;

/** Units by name. */
type Listing = ReadonlyMap<string, ListedUnit>;

/** A unit that is being looked at. */
interface Look {
	/** Something of it changed meanwhile. */
	isOutdated: boolean;
	done: Promise<void>;
}

/** The units of a stack over one connection to the bus, kept up to date by what systemd tells. */
export class Units {
	readonly #bus: Bus;
	readonly #prefix: string;
	readonly #onChange: (unit: SeenUnit) => void;
	readonly #seen = new Map<string, SeenUnit>();
	readonly #unitOfPath = new Map<string, string>();
	readonly #looking = new Map<string, Look>();
	#isReloading = false;

	constructor(bus: Bus, prefix: string, onChange: (unit: SeenUnit) => void) {
		this.#bus = bus;
		this.#prefix = prefix;
		this.#onChange = onChange;
	}

	/** What systemd says of them by now. */
	get seen(): readonly SeenUnit[] {
		return [...this.#seen.values()];
	}

	/** Looks at all that are loaded and at those that are named, and goes on watching them. */
	async open(named: readonly string[]): Promise<void> {
		const loaded = (await this.#list()).map(({ unit }) => unit);
		await this.#lookAtAll([...new Set([...loaded, ...named])]);
	}

	/** As {@link look}, where it is not watched yet. */
	async know(unit: string): Promise<void> {
		if (!this.#seen.has(unit)) await this.look(unit).catch(() => {});
	}

	/**
	 * Reads what systemd says of a unit now, and goes on watching it.
	 * @param listing a list of units that is asked for after this call
	 */
	look(unit: string, listing: Promise<Listing> | null = null): Promise<void> {
		const of = instanceOf(this.#prefix, unit);
		if (of === null) return Promise.resolve();
		const underWay = this.#looking.get(unit);
		if (underWay !== undefined) {
			underWay.isOutdated = true;
			return underWay.done;
		}
		const look: Look = { isOutdated: false, done: Promise.resolve() };
		this.#looking.set(unit, look);
		this.#unitOfPath.set(objectPath(unit), unit);
		look.done = this.#read(unit, of, look, listing).finally(() => this.#looking.delete(unit));
		return look.done;
	}

	/** One list tells of all of them much that else would be asked of each. */
	async #lookAtAll(units: readonly string[]): Promise<void> {
		const { promise: listing, resolve, reject } = Promise.withResolvers<Listing>();
		const looks = units.map((unit) => this.look(unit, listing));
		this.#list().then((listed) => resolve(new Map(listed.map((each) => [each.unit, each]))), reject);
		await Promise.all([listing, ...looks]);
	}

	async #read(unit: string, of: InstanceName, look: Look, listing: Promise<Listing> | null): Promise<void> {
		// Watched first, so that nothing is missed between.
		await this.#bus.watch(unit);
		for (let listed = (await listing)?.get(unit); ; listed = undefined) {
			const properties = await this.#properties(unit, listed);
			const known = this.#stateOf(unit);
			const state = merged(known, withProperties(NO_UNIT, properties));
			// Of what was told meanwhile a part may be newer than what was read. That reading loads a unit, which is told too.
			if (!look.isOutdated || isDeepStrictEqual(state, known)) return this.#set(unit, { of, state });
			look.isOutdated = false;
		}
	}

	async #properties(unit: string, listed: ListedUnit | undefined): Promise<Properties> {
		if (listed?.activeState !== 'active' || listed.subState !== 'running')
			return this.#bus.properties(unit, OBSERVED_PROPERTIES);
		const { activeState: ActiveState, subState: SubState } = listed;
		return { ActiveState, SubState, ...(await this.#bus.properties(unit, PROPERTIES_OF_RUNNING)) };
	}

	take(event: BusEvent): void {
		switch (event.kind) {
			case 'properties':
				this.#changed(event.path, event.changed);
				break;
			case 'unit-new':
				void this.know(event.unit);
				break;
			case 'unit-removed':
				if (!this.#isReloading) this.#removed(event.unit);
				break;
			case 'reloading':
				this.#isReloading = true;
				break;
			case 'reloaded':
				this.#isReloading = false;
				void this.#forgetUnloaded().catch(() => {});
				break;
		}
	}

	/** While it read its files systemd may have forgotten units that are at rest. */
	async #forgetUnloaded(): Promise<void> {
		const before = new Map(this.#seen);
		const loaded = new Set((await this.#list()).map(({ unit }) => unit));
		let isOutdated = false;
		for (const [unit, seen] of before) {
			if (loaded.has(unit)) continue;
			// What was told since then is newer than the list: it may have been started.
			if (this.#seen.get(unit) === seen) this.#removed(unit);
			else isOutdated = true;
		}
		if (isOutdated) await this.#forgetUnloaded();
	}

	#list(): Promise<ListedUnit[]> {
		return this.#bus.list(`${this.#prefix}.*@*.service`);
	}

	#changed(path: string, changed: Readonly<Record<string, unknown>>): void {
		const unit = this.#unitOfPath.get(path);
		if (unit === undefined) return;
		const look = this.#looking.get(unit);
		if (look !== undefined) look.isOutdated = true;
		const of = instanceOf(this.#prefix, unit);
		if (of !== null) this.#set(unit, { of, state: withProperties(this.#stateOf(unit), changed) });
	}

	/** A unit that is at rest and that nothing wants is forgotten by systemd. */
	#removed(unit: string): void {
		const seen = this.#seen.get(unit);
		if (seen === undefined) return;
		this.#set(unit, { ...seen, state: { ...seen.state, active: 'inactive', sub: 'dead', mainPid: 0 } });
	}

	#stateOf(unit: string): UnitState {
		return this.#seen.get(unit)?.state ?? NO_UNIT;
	}

	#set(unit: string, seen: SeenUnit): void {
		this.#seen.set(unit, seen);
		this.#onChange(seen);
	}
}

/** A unit that systemd had forgotten and has loaded anew has forgotten how it ended. */
function merged(before: UnitState, read: UnitState): UnitState {
	if (read.startedAt !== 0 || before.startedAt === 0) return read;
	return { ...before, active: read.active, sub: read.sub, mainPid: 0 };
}
