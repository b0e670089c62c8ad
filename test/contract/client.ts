import type { Change, ChangeOptions, ChangeRow, ScaleTarget, Selector } from '../../src/model/change.ts';
import type {
	InstanceObservation,
	ServerEvent,
	ServerObservation,
	ServerStats,
	TypeObservation,
} from '../../src/model/observed.ts';
import { observe } from '../../src/model/observed.ts';
import type { LogChunk, LogQuery, Server } from '../../src/server/server.ts';
import { waitFor } from '../support/wait-for.ts';

/** What instances of the tests find in their shell. */
const SHELL = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '/' };

const OPTIONS: ChangeOptions = { wait: true, timeoutMs: null, who: 'tester@here', changeId: 'change' };

/** Selects types (`worker`) and instances (`worker.2`) by name. */
export function select(...names: string[]): Selector[] {
	return names.map((name) => {
		const [type = name, index] = name.split('.');
		return { type, index: index === undefined ? null : Number(index) };
	});
}

/** The verbs, short. Each returns the rows of its answer. */
export class Client {
	readonly server: Server;
	readonly #shell: Readonly<Record<string, string>>;

	/** @param own what the shell of this client has besides the usual */
	constructor(server: Server, own: Readonly<Record<string, string>> = {}) {
		this.server = server;
		this.#shell = { ...SHELL, ...own };
	}

	apply(change: Change, options: Partial<ChangeOptions> = {}): Promise<ChangeRow[]> {
		return this.server.apply(change, { ...OPTIONS, ...options });
	}

	start(...names: string[]): Promise<ChangeRow[]> {
		return this.apply({ verb: 'start', selectors: select(...names), formation: null, shell: this.#shell });
	}

	stop(...names: string[]): Promise<ChangeRow[]> {
		return this.apply({ verb: 'stop', selectors: select(...names) });
	}

	scale(...targets: ScaleTarget[]): Promise<ChangeRow[]> {
		return this.apply({ verb: 'scale', targets });
	}

	scaleTo(type: string, to: number, options: Partial<ChangeOptions> = {}): Promise<ChangeRow[]> {
		return this.apply({ verb: 'scale', targets: [{ type, to, expected: null }] }, options);
	}

	restart(
		names: readonly string[],
		how: { atOnce?: boolean; staleOnly?: boolean } = {},
	): Promise<ChangeRow[]> {
		const { atOnce = false, staleOnly = false } = how;
		return this.apply({
			verb: 'restart',
			selectors: select(...names),
			staleOnly,
			atOnce,
			shell: this.#shell,
		});
	}

	/** Everything that is in the logs now, as text. */
	async log(query: Partial<LogQuery> = {}): Promise<string> {
		return textOf(await this.chunks(query));
	}

	async chunks(query: Partial<LogQuery> = {}): Promise<LogChunk[]> {
		const all = { selectors: [], follow: false, lines: null, since: null, ...query };
		const batches = await collect(this.server.logs(all, new AbortController().signal));
		return batches.flat();
	}

	async watch(options: { stats: boolean } = { stats: false }): Promise<Watch> {
		const watch = new Watch();
		watch.stop = await this.server.observe((event) => watch.take(event), options);
		return watch;
	}

	/** What the server says now. */
	async observation(): Promise<ServerObservation> {
		const watch = await this.watch();
		watch.stop();
		return watch.observation;
	}

	async instance(name: string): Promise<InstanceObservation> {
		return instanceIn(await this.observation(), name);
	}
}

export async function collect(batches: AsyncIterable<LogChunk[]>): Promise<LogChunk[][]> {
	const collected: LogChunk[][] = [];
	for await (const batch of batches) collected.push(batch);
	return collected;
}

export function textOf(chunks: readonly LogChunk[]): string {
	return Buffer.concat(chunks.map(({ bytes }) => bytes)).toString();
}

export function instanceIn({ instances }: ServerObservation, name: string): InstanceObservation {
	const found = instances.find((instance) => instance.name === name);
	if (found === undefined) throw new Error(`there is no ${name}`);
	return found;
}

export function typeIn({ types }: ServerObservation, type: string): TypeObservation {
	const found = types.find((each) => each.type === type);
	if (found === undefined) throw new Error(`there is no type ${type}`);
	return found;
}

/** The pids of what runs, by instance name. */
export function pidsIn({ instances }: ServerObservation): Record<string, number> {
	const running = instances.flatMap(({ name, pid }) => (pid === null ? [] : [[name, pid] as const]));
	return Object.fromEntries(running);
}

/** Follows what a server pushes. */
export class Watch {
	readonly events: ServerEvent[] = [];
	stats: ServerStats = {};
	stop: () => void = () => {};
	/** Called with every new observation. */
	onObservation: (observation: ServerObservation) => void = () => {};
	#observation: ServerObservation | null = null;

	get observation(): ServerObservation {
		if (this.#observation === null) throw new Error('there was no snapshot');
		return this.#observation;
	}

	take(event: ServerEvent): void {
		this.events.push(event);
		if (event.kind === 'stats') this.stats = event.stats;
		if (event.kind === 'snapshot') this.#observation = event.observation;
		else this.#observation = observe(this.observation, event, new Date().toISOString());
		this.onObservation(this.#observation);
	}

	async instance(
		name: string,
		isIt: (instance: InstanceObservation) => boolean,
		what: string,
	): Promise<InstanceObservation> {
		return waitFor(() => {
			const instance = this.observation.instances.find((each) => each.name === name);
			return instance !== undefined && isIt(instance) && instance;
		}, `${name} ${what}`);
	}
}
