import type { BusEvent, ListedUnit, SystemdBus } from './bus.ts';
import { type InstanceName, instanceOf, objectPath } from './names.ts';
import { NO_UNIT, OBSERVED_PROPERTIES, type UnitState, withProperties } from './unit-state.ts';

/** A unit of the stack and what systemd says of it. */
export interface SeenUnit {
	readonly of: InstanceName;
	readonly state: UnitState;
}

/** The units of a stack over one connection to the bus, kept up to date by what systemd tells. */
export class Units {
	readonly #bus: SystemdBus;
	readonly #prefix: string;
	readonly #onChange: (unit: SeenUnit) => void;
	readonly #seen = new Map<string, SeenUnit>();
	readonly #unitOfPath = new Map<string, string>();
	/** Units that are being looked at, and whether something was told of them meanwhile. */
	readonly #looking = new Map<string, { isOutdated: boolean }>();
	#isReloading = false;

	constructor(bus: SystemdBus, prefix: string, onChange: (unit: SeenUnit) => void) {
		this.#bus = bus;
		this.#prefix = prefix;
		this.#onChange = onChange;
	}

	/** Looks at all that are loaded and at those that are named, and goes on watching them. */
	async open(named: readonly string[]): Promise<readonly SeenUnit[]> {
		const loaded = (await this.#list()).map(({ unit }) => unit);
		await Promise.all([...new Set([...loaded, ...named])].map((unit) => this.look(unit)));
		return [...this.#seen.values()];
	}

	/** As {@link look}, where it is not watched yet. */
	async know(unit: string): Promise<void> {
		if (!this.#seen.has(unit)) await this.look(unit).catch(() => {});
	}

	/** Reads what systemd says of a unit now, and goes on watching it. */
	async look(unit: string): Promise<void> {
		const of = instanceOf(this.#prefix, unit);
		if (of === null || this.#looking.has(unit)) return;
		const look = { isOutdated: true };
		this.#looking.set(unit, look);
		this.#unitOfPath.set(objectPath(unit), unit);
		try {
			// Watched first, so that nothing is missed between.
			await this.#bus.watch(unit);
			// What changes while it is read may be older or newer than what was read.
			while (look.isOutdated) {
				look.isOutdated = false;
				const properties = await this.#bus.properties(unit, OBSERVED_PROPERTIES);
				this.#set(unit, { of, state: merged(this.#stateOf(unit), withProperties(NO_UNIT, properties)) });
			}
		} finally {
			this.#looking.delete(unit);
		}
	}

	/** @returns whether the event was about a unit of the stack */
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
		const loaded = new Set((await this.#list()).map(({ unit }) => unit));
		for (const unit of this.#seen.keys()) if (!loaded.has(unit)) this.#removed(unit);
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
