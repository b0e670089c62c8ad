import type { Duplex } from 'node:stream';
import { createClient, DBusError, type Message, type MessageBus, messageType } from 'dbus-native';
import { Gate } from '../../link/ssh/gate.ts';
import { ProcdeckError } from '../../model/errors.ts';
import { objectPath } from './names.ts';

const SERVICE = 'org.freedesktop.systemd1';
const MANAGER_PATH = '/org/freedesktop/systemd1';
const MANAGER = `${SERVICE}.Manager`;
const UNIT = `${SERVICE}.Unit`;
const UNIT_SERVICE = `${SERVICE}.Service`;
const PROPERTIES = 'org.freedesktop.DBus.Properties';

/** A change of an instance may take as long as its stop sequence; what systemd answers at once must not. */
/** A system bus refuses more than 128 calls of a connection that it has not answered. */
const MOST_CALLS = 100;
const CALL_TIMEOUT_MS = 20_000;

/** A unit as the list of units shows it. */
export interface ListedUnit {
	readonly unit: string;
	readonly loadState: string;
	readonly activeState: string;
	readonly subState: string;
}

/** Properties by name, as the bus sends them. */
export type Properties = Readonly<Record<string, unknown>>;

/** Names of properties that a unit has, and that the service has which it is. */
export interface AskedProperties {
	readonly unit: readonly string[];
	readonly service: readonly string[];
}

/** What systemd tells by itself. */
export type BusEvent =
	| { readonly kind: 'properties'; readonly path: string; readonly changed: Properties }
	| { readonly kind: 'unit-new'; readonly unit: string }
	| { readonly kind: 'unit-removed'; readonly unit: string }
	| { readonly kind: 'job-removed'; readonly unit: string; readonly job: string; readonly result: string }
	/** Links were made or taken away. */
	| { readonly kind: 'unit-files-changed' }
	/** All unit files are read again, and have been; between, every unit is told to be removed and new. */
	| { readonly kind: 'reloading' | 'reloaded' };

/** With these the library itself says that no answer came. */
const UNANSWERED: ReadonlySet<string | undefined> = new Set([
	'org.freedesktop.DBus.Error.NoReply',
	'org.freedesktop.DBus.Error.Disconnected',
]);

/** An error that systemd answered with. */
export class BusError extends Error {
	/** Such as `org.freedesktop.systemd1.NoSuchUnit`. */
	readonly errorName: string;

	constructor(errorName: string, message: string, options?: ErrorOptions) {
		super(message, options);
		this.name = 'BusError';
		this.errorName = errorName;
	}
}

/** systemd's own interface, through a stream that `systemd-stdio-bridge` is at the other end of. */
export class SystemdBus {
	readonly #client: MessageBus;
	readonly #stream: Duplex;
	readonly #direct: boolean;
	readonly #listener: (event: BusEvent) => void;
	readonly #watched = new Set<string>();
	readonly #calls = new Gate(MOST_CALLS);

	private constructor(
		client: MessageBus,
		stream: Duplex,
		direct: boolean,
		listener: (event: BusEvent) => void,
	) {
		this.#client = client;
		this.#stream = stream;
		this.#direct = direct;
		this.#listener = listener;
		client.connection.on('message', (message) => this.#take(message));
	}

	/**
	 * @param direct the stream ends at systemd's own socket, with no bus between
	 * @throws ProcdeckError `unreachable` when systemd does not answer, as everything that asks it
	 */
	static async open(
		stream: Duplex,
		{ direct, listener }: { readonly direct: boolean; readonly listener: (event: BusEvent) => void },
	): Promise<SystemdBus> {
		const client = createClient({
			stream,
			direct,
			authMethods: ['EXTERNAL'],
			returnBigInt: false,
			ayBuffer: true,
			timeout: CALL_TIMEOUT_MS,
		});
		// What fails is told by the calls; the stream's end by the link.
		client.connection.on('error', () => stream.destroy());
		const bus = new SystemdBus(client, stream, direct, listener);
		try {
			await bus.#call(MANAGER_PATH, MANAGER, 'Subscribe');
			await bus.#match(`type='signal',sender='${SERVICE}',path='${MANAGER_PATH}',interface='${MANAGER}'`);
		} catch (error) {
			if (error instanceof ProcdeckError) throw error;
			const message = `systemd does not answer: ${(error as Error).message}`;
			throw new ProcdeckError('unreachable', message, null, { cause: error });
		}
		return bus;
	}

	/** Whether nothing can be asked any more. */
	get isClosed(): boolean {
		return this.#stream.destroyed || this.#stream.readableEnded;
	}

	/** The loaded units whose names match a pattern such as `procdeck.shop.*`. */
	async list(pattern: string): Promise<ListedUnit[]> {
		const units = await this.#call(MANAGER_PATH, MANAGER, 'ListUnitsByPatterns', 'asas', [[], [pattern]]);
		return (units as unknown[][]).map(([unit, , loadState, activeState, subState]) => ({
			unit: String(unit),
			loadState: String(loadState),
			activeState: String(activeState),
			subState: String(subState),
		}));
	}

	/** From now on tells when properties of a unit change, whether it is loaded or not. */
	async watch(unit: string): Promise<void> {
		if (this.#watched.has(unit)) return;
		this.#watched.add(unit);
		const path = objectPath(unit);
		await this.#match(
			`type='signal',sender='${SERVICE}',path='${path}',interface='${PROPERTIES}',member='PropertiesChanged'`,
		);
	}

	/** Some properties of a unit, those of the unit itself and of the service that it is. A unit that is not loaded has none. */
	async properties(unit: string, names: AskedProperties): Promise<Properties> {
		const path = objectPath(unit);
		const asked = [
			...names.unit.map((name) => [UNIT, name] as const),
			...names.service.map((name) => [UNIT_SERVICE, name] as const),
		];
		const values = await Promise.all(
			asked.map(([of, name]) => this.#call(path, PROPERTIES, 'Get', 'ss', [of, name])),
		);
		return Object.fromEntries(asked.map(([, name], position) => [name, values[position]]));
	}

	/** @returns the job, whose end a `job-removed` tells */
	async start(unit: string): Promise<string> {
		return this.#job('StartUnit', unit);
	}

	/** Starts a unit and nothing that it wants. */
	async startAlone(unit: string): Promise<void> {
		await this.#manager('StartUnit', 'ss', [unit, 'ignore-dependencies']);
	}

	async stop(unit: string): Promise<string> {
		return this.#job('StopUnit', unit);
	}

	async restart(unit: string): Promise<string> {
		return this.#job('RestartUnit', unit);
	}

	/** Forgets failures, so that they do not count toward a limit of starts. */
	async resetFailed(unit: string): Promise<void> {
		await this.#manager('ResetFailedUnit', 's', [unit]);
	}

	async enable(units: readonly string[]): Promise<void> {
		if (units.length > 0) await this.#manager('EnableUnitFiles', 'asbb', [units, false, true]);
	}

	/** Names must be those of instances: a template's takes the links of all of them away. */
	async disable(units: readonly string[]): Promise<void> {
		if (units.length > 0) await this.#manager('DisableUnitFiles', 'asb', [units, false]);
	}

	/** Makes systemd read its unit files again; takes some 200 ms. */
	async reload(): Promise<void> {
		await this.#manager('Reload', '', []);
	}

	close(): void {
		void this.#client.close();
	}

	async #job(member: string, unit: string): Promise<string> {
		const job = await this.#manager(member, 'ss', [unit, 'replace']);
		return String(job);
	}

	#manager(member: string, signature: string, body: readonly unknown[]): Promise<unknown> {
		return this.#call(MANAGER_PATH, MANAGER, member, signature, body);
	}

	/** A connection without a bus has all signals sent to it. */
	async #match(rule: string): Promise<void> {
		if (!this.#direct) await this.#inTurn(() => this.#client.addMatch(rule));
	}

	async #call(
		path: string,
		of: string,
		member: string,
		signature = '',
		body: readonly unknown[] = [],
	): Promise<unknown> {
		const message: Message = {
			...(this.#direct ? {} : { destination: SERVICE }),
			path,
			interface: of,
			member,
			...(signature === '' ? {} : { signature, body: [...body] }),
		};
		try {
			return await this.#inTurn(() => this.#client.invoke<unknown>(message));
		} catch (error) {
			throw error instanceof DBusError ? this.#errorOf(error) : error;
		}
	}

	async #inTurn<T>(call: () => PromiseLike<T>): Promise<T> {
		const leave = await this.#calls.enter();
		try {
			return await call();
		} finally {
			leave();
		}
	}

	#errorOf(error: DBusError): Error {
		if (!UNANSWERED.has(error.dbusName))
			return new BusError(error.dbusName ?? error.name, error.message, { cause: error });
		const ended = this.#stream.errored?.message ?? 'the connection to systemd ended';
		const message = this.isClosed ? ended : 'systemd does not answer';
		return new ProcdeckError('unreachable', message, null, { cause: error });
	}

	#take({ type, path = '', interface: of, member, body = [] }: Message): void {
		if (type !== messageType.signal) return;
		if (of === PROPERTIES && member === 'PropertiesChanged') {
			this.#listener({ kind: 'properties', path, changed: (body[1] ?? {}) as Properties });
		} else if (of === MANAGER) {
			const event = managerEvent(member, body);
			if (event !== null) this.#listener(event);
		}
	}
}

function managerEvent(member: string | undefined, body: readonly unknown[]): BusEvent | null {
	switch (member) {
		case 'UnitNew':
			return { kind: 'unit-new', unit: String(body[0]) };
		case 'UnitRemoved':
			return { kind: 'unit-removed', unit: String(body[0]) };
		case 'JobRemoved':
			return { kind: 'job-removed', job: String(body[1]), unit: String(body[2]), result: String(body[3]) };
		case 'UnitFilesChanged':
			return { kind: 'unit-files-changed' };
		case 'Reloading':
			return { kind: body[0] === true ? 'reloading' : 'reloaded' };
		default:
			return null;
	}
}
