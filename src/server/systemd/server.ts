import { setTimeout as sleep } from 'node:timers/promises';
import type { Link } from '../../link/link.ts';
import { Reconnecting } from '../../link/reconnect.ts';
import { monotonicNow } from '../../linux/proc.ts';
import type { Change, ChangeOptions, ChangeRow, HistoryEntry, SupervisorChange } from '../../model/change.ts';
import { type FileMessage, ProcdeckError } from '../../model/errors.ts';
import type { Found } from '../../model/finding.ts';
import type { MachineMend } from '../../model/mend.ts';
import type { ServerEvent, ServerStats } from '../../model/observed.ts';
import type { ServerDefinition } from '../../model/stack.ts';
import { type Begun, type ChangeTarget, carryOut } from '../carry-out.ts';
import type { ServerMachine } from '../machine.ts';
import { type Observed, Observers } from '../observers.ts';
import { goalState } from '../plan/goals.ts';
import { initialCounts } from '../plan/initial.ts';
import type { Instance, SupervisorState } from '../plan/state.ts';
import type { ServerReleases } from '../releases.ts';
import type { LogChunk, LogQuery, ObserveOptions, Server, ServerSetup } from '../server.ts';
import { Settling } from '../settling.ts';
import type { StackSource } from '../stack-source.ts';
import { forSupervisor } from '../supervisor-change.ts';
import { Announcer } from './announcer.ts';
import { beginDespiteLoss } from './begin.ts';
import type { BusEvent } from './bus.ts';
import type { ChangeContext } from './changes.ts';
import { examine } from './examine.ts';
import { limitsOf } from './facts.ts';
import { FilesWatch } from './files-watch.ts';
import { readHistory, writeHistory } from './history.ts';
import { HistoryWatch } from './history-watch.ts';
import { Jobs } from './jobs.ts';
import { type Live, openLive, ServerClock } from './live.ts';
import { type LogSource, readLogs } from './logs.ts';
import { systemdMachine } from './machine.ts';
import { type Mending, mendMachine } from './mend.ts';
import { instanceOf } from './names.ts';
import { type CurrentRelease, NO_RELEASE, releaseAt } from './releases/current.ts';
import { systemdReleases } from './releases/releases.ts';
import type { Replacement } from './rolling.ts';
import { rush } from './rush.ts';
import { Sampler } from './sampler.ts';
import { systemdSetup } from './setup.ts';
import { StackState } from './stack-state.ts';

export interface SystemdServerOptions {
	readonly source: StackSource;
	readonly definition: ServerDefinition;
	/**
	 * Makes a new link to the server.
	 * @throws ProcdeckError `unreachable`
	 */
	readonly connect: (signal: AbortSignal) => Promise<Link>;
}

/** So long it is tried to finish a change that a broken connection interrupted, where its verb has no time of its own. */
const LONGEST_LOSS_MS = 60_000;

/** For what is to be noted at the end over a connection that may be dead. */
const LONGEST_GOODBYE_MS = 2_000;

/** A stack on a server whose systemd runs its instances. */
export function systemdServer(options: SystemdServerOptions): Server {
	return new SystemdServer(options);
}

class SystemdServer implements Server, ChangeTarget, Observed {
	readonly definition: ServerDefinition;
	readonly settling = new Settling();
	readonly observers: Observers;
	readonly setup: ServerSetup;
	readonly releases: ServerReleases | null;
	readonly machine: ServerMachine;
	readonly rollsAlone = false;
	readonly #options: SystemdServerOptions;
	readonly #jobs = new Jobs();
	readonly #known: StackState;
	readonly #announcer: Announcer;
	readonly #sampler: Sampler;
	readonly #connection: Reconnecting<Live>;
	readonly #closing = new AbortController();
	readonly #listeners = new Set<(event: ServerEvent) => void>();
	readonly #files: FilesWatch;
	readonly #history: HistoryWatch;
	readonly #clock = new ServerClock();

	constructor(options: SystemdServerOptions) {
		const { source, definition } = options;
		this.#options = options;
		this.definition = definition;
		const clocks = () => ({ server: this.#clock.now, mono: monotonicNow() });
		this.#known = new StackState(() => source.stack, this.#jobs, clocks);
		this.observers = new Observers(this, []);
		this.#announcer = new Announcer(this.#known, this.observers, this.settling);
		this.#sampler = new Sampler(this.#known, (event) => this.observers.tell(event));
		this.#connection = new Reconnecting({
			connect: () => rush.during(this.#open()),
			onOpen: (live) => this.#opened(live),
			onFailure: ({ message }) => this.#tellConnection('unreachable', message),
		});
		const session = async () => (await this.#connection.open()).session;
		const stack = () => source.stack;
		// What cannot be read now is when there is a connection again.
		const onChange = () => this.#files.read().catch(() => {});
		const onActivated = (release: CurrentRelease) => this.#files.takeRelease(release);
		const mend = (asked: MachineMend) => mendMachine(this.#machine, asked);
		this.setup = systemdSetup({ stack, definition, session, onChange, mend });
		this.releases =
			definition.kind === 'local'
				? null
				: systemdReleases({ stack, definition, session, onChange, onActivated });
		this.machine = systemdMachine({ stack, definition, session });
		this.#files = new FilesWatch({
			source,
			definition,
			known: this.#known,
			announcer: this.#announcer,
			session: () => this.#connection.current?.session ?? null,
		});
		this.#history = new HistoryWatch({
			current: () => this.#connection.current,
			isWanted: () => this.#listeners.size > 0,
			onEntry: (entry) => this.observers.tellHistory(entry),
			onChange: () => this.#files.readSoon(),
		});
	}

	get state(): SupervisorState {
		return this.#known.state;
	}

	projection(): ReturnType<Observed['projection']> {
		return {
			definition: this.definition,
			initial: this.#initial,
			problems: this.#problems,
			drift: this.#files.drift,
			clock: { mono: monotonicNow(), wall: Date.now() },
			supervisorPid: null,
			readinessOf: (instance) => this.#readinessOf(instance),
			commandOf: (type) => this.#known.files?.record?.types[type]?.command ?? '',
			release: this.#known.files?.release.current ?? null,
			releaseOf: (startedAt) => releaseAt(this.#known.files?.release ?? NO_RELEASE, startedAt),
		};
	}

	async observe(
		listener: (event: ServerEvent) => void,
		{ stats, withHistory = false }: ObserveOptions,
	): Promise<() => void> {
		const guarded = (event: ServerEvent) => {
			if (this.#listeners.has(guarded) && (stats !== false || event.kind !== 'stats')) listener(event);
		};
		this.#listeners.add(guarded);
		this.#history.soon();
		try {
			const isOpen = this.#connection.current !== null;
			const { session } = await this.#connection.open();
			if (withHistory) this.observers.recall(await readHistory(session));
			if (isOpen || withHistory) guarded({ kind: 'snapshot', observation: this.observers.snapshot() });
		} catch (error) {
			if (!(error instanceof ProcdeckError)) throw error;
			guarded({ kind: 'connection', connection: 'unreachable', reason: error.message });
			void this.#connection.keepTrying(1);
		}
		const stopTelling = this.observers.add(guarded);
		const stopSampling = stats === false ? () => {} : this.#sampler.want(stats === true ? () => true : stats);
		return () => {
			this.#listeners.delete(guarded);
			stopTelling();
			stopSampling();
		};
	}

	async apply(change: Change, options: ChangeOptions): Promise<ChangeRow[]> {
		const asked = forSupervisor(change);
		await this.#connection.open();
		return carryOut(this, asked, options);
	}

	logs(query: LogQuery, signal: AbortSignal): AsyncIterable<LogChunk[]> {
		const until = AbortSignal.any([signal, this.#closing.signal]);
		const source: LogSource = {
			open: async () => (await this.#connection.open()).session,
			next: async (ended) => (await this.#connection.next(ended))?.session ?? null,
		};
		return readLogs(source, this.#namingTypes(query), until);
	}

	async stats(): Promise<ServerStats> {
		await this.#connection.open();
		return this.#sampler.sample();
	}

	examine(): Promise<readonly Found[]> {
		return examine({ ...this.#machine, session: this.#connection.current?.session ?? null });
	}

	async note(entry: HistoryEntry): Promise<void> {
		await this.#connection.open();
		this.observers.tellHistory(entry);
		await this.keep(entry);
	}

	async close(): Promise<void> {
		await Promise.race([this.settling.leave(), sleep(LONGEST_GOODBYE_MS, undefined, { ref: false })]);
		this.#closing.abort();
		this.#files.close();
		this.#sampler.close();
		this.#announcer.close();
		const live = await this.#connection.close();
		live?.actions.close();
		await live?.session.close();
	}

	async begin(change: SupervisorChange, timeoutMs: number | null): Promise<Begun> {
		const begun = await beginDespiteLoss(() => this.#changeContext(), change, timeoutMs ?? LONGEST_LOSS_MS);
		this.#files.taken();
		return begun;
	}

	async keep(entry: HistoryEntry): Promise<void> {
		const session = this.#connection.current?.session;
		// What cannot be written stops nothing: the rows of the answer say what became of the change.
		if (session !== undefined) await writeHistory(session, entry).catch(() => {});
	}

	/** The machine by a connection of its own. */
	get #machine(): Mending {
		const { source, definition, connect } = this.#options;
		return { stack: source.stack, definition, connect: () => connect(this.#closing.signal) };
	}

	/** A user's journal can be asked for types alone. */
	#namingTypes(query: LogQuery): LogQuery {
		if (this.definition.scope === 'system' || query.selectors.length > 0) return query;
		const inProcfile = this.#options.source.stack.processTypes.map(({ name }) => name);
		const types = new Set([...inProcfile, ...(this.#known.files?.types ?? [])]);
		return { ...query, selectors: [...types].map((type) => ({ type, index: null })) };
	}

	get #initial(): Record<string, number> {
		return initialCounts(this.#options.source.stack, this.definition);
	}

	get #problems(): readonly FileMessage[] {
		const facts = this.#connection.current?.session.facts;
		const { name, scope } = this.definition;
		const limits = facts === undefined ? [] : limitsOf(facts, scope);
		return [
			...this.#options.source.problems,
			...limits.map((message) => ({ file: name, line: null, message })),
		];
	}

	#readinessOf({ name }: Instance): boolean | null {
		const readiness = this.#known.readinessOf(name);
		return readiness === null ? null : readiness === 'ready';
	}

	#open(): Promise<Live> {
		const { source, definition, connect } = this.#options;
		return openLive({
			stack: source.stack,
			definition,
			connect: () => connect(this.#closing.signal),
			known: this.#known,
			jobs: this.#jobs,
			announcer: this.#announcer,
			clock: this.#clock,
			isCurrent: (session) => this.#connection.current?.session === session,
			onEvent: (event) => this.#take(event),
			settled: (name) => this.#settled(name),
		});
	}

	async #changeContext(): Promise<ChangeContext> {
		const { session, actions } = await this.#connection.open();
		return {
			stack: this.#options.source.stack,
			definition: this.definition,
			initial: this.#initial,
			session,
			lock: await session.lock(),
			known: this.#known,
			perform: (plan) => actions.perform(plan),
		};
	}

	#opened(live: Live): void {
		const { session } = live;
		this.#files.lookForDrift();
		void session.lost.then((reason) => this.#lost(live, reason));
		this.#history.soon();
		const snapshot: ServerEvent = { kind: 'snapshot', observation: this.observers.snapshot() };
		for (const listener of this.#listeners) listener(snapshot);
		this.#announcer.soon([...this.state.instances.keys()]);
		this.#sampler.connect(session);
		live.actions.checkAgain();
		void this.#resume(live);
	}

	/** What was under way when the connection broke is judged as soon as nothing of it can reach the server any more. */
	async #resume(live: Live): Promise<void> {
		if (this.settling.isAwaited) await live.session.untilNobodyChanges().catch(() => {});
		if (this.#connection.current === live) this.settling.resume(this.state);
	}

	#lost(live: Live, reason: string): void {
		if (this.#connection.current !== live || this.#closing.signal.aborted) return;
		this.settling.interrupt(reason);
		this.#jobs.forget();
		this.#sampler.disconnect();
		live.actions.close();
		void live.session.close();
		this.#tellConnection('connecting', reason, live.session.link.heardAt);
		this.#connection.lost(live);
	}

	#tellConnection(connection: 'connecting' | 'unreachable', reason: string, heardAt?: number): void {
		this.observers.tell({
			kind: 'connection',
			connection,
			reason,
			...(heardAt !== undefined && { heardAt: new Date(heardAt).toISOString() }),
		});
	}

	#take(event: BusEvent): void {
		if (event.kind === 'job-removed') {
			this.#jobs.ended(event.job, event.result);
			const of = instanceOf(this.#connection.current?.session.layout.prefix ?? '', event.unit);
			if (of !== null && this.#known.refresh(of.name)) this.#announcer.soon([of.name]);
		} else if (event.kind === 'unit-files-changed' || event.kind === 'reloaded') {
			this.#files.readSoon();
		}
	}

	async #settled(name: string): Promise<Replacement> {
		const goal = { kind: 'runs', name, startsAfter: -1, rolling: false } as const;
		const [state] = await this.settling.wait([goal], this.state, 2 ** 31 - 1, () => {});
		return state?.kind === 'done' || goalState(goal, this.state).kind === 'done' ? 'settled' : 'failed';
	}
}
