import type { ServerEvent } from '../model/observed.ts';
import type { Server } from '../server/server.ts';
import { type ConsoleStore, receive, setNow } from '../store/console-store.ts';
import { changesSomething, type Intent } from '../store/intent.ts';
import type { LogBuffer } from '../store/log-buffer.ts';
import { cellOf, serverNamed } from '../store/selectors.ts';
import type { Tick } from '../store/tick.ts';
import { createChangeRunner, selectorText } from './console-changes.ts';
import { createLogFeed } from './console-logs.ts';
import { createScaler } from './console-scaler.ts';

export interface ConsoleSession {
	dispatch(intent: Intent): void;
	/** Resolves when the user has asked to leave. */
	readonly left: Promise<void>;
	stop(): void;
}

export interface ConsoleSessionOptions {
	readonly servers: readonly Server[];
	readonly store: ConsoleStore;
	readonly logs: LogBuffer;
	readonly tick: Tick;
	/** The caller's shell environment, which instances that start get. */
	readonly shell: Readonly<Record<string, string>>;
}

/** Opens the console's one loop: what servers push goes into the store, what the user intends goes to the servers. */
export function startConsoleSession(options: ConsoleSessionOptions): ConsoleSession {
	const { store, tick, servers } = options;
	const byName = new Map(servers.map((server) => [server.definition.name, server]));
	const scaler = createScaler(store);
	const feed = createLogFeed(byName, options.logs, tick);
	let leave = () => {};
	const left = new Promise<void>((resolve) => {
		leave = resolve;
	});
	const perform = performer({ ...options, byName, scaler, feed, leave });
	const onSnapshot = (name: string) => feed.resume(name);
	const observer = observeServers({ ...options, onSnapshot, onChange: scaler.settle, perform });
	const clock = setInterval(() => setNow(store, Date.now()), 1000);
	return {
		dispatch(intent) {
			if (store.getState().readOnly && changesSomething(intent)) return;
			void perform(intent);
		},
		left,
		stop() {
			clearInterval(clock);
			feed.stop();
			scaler.stop();
			observer.stop();
		},
	};
}

interface Performer extends ConsoleSessionOptions {
	readonly byName: ReadonlyMap<string, Server>;
	readonly scaler: ReturnType<typeof createScaler>;
	readonly feed: ReturnType<typeof createLogFeed>;
	readonly leave: () => void;
}

/** What each intent does. */
function performer({ servers, store, shell, byName, scaler, feed, leave }: Performer) {
	const runner = createChangeRunner(store);
	const named = (names: readonly string[]) => names.flatMap((name) => byName.get(name) ?? []);
	const scale = (name: string, type: string, target: (wanted: number) => number) => {
		const server = byName.get(name);
		const entry = serverNamed(store.getState(), name);
		if (server === undefined || entry === null) return;
		scaler.scaleTo(server, type, Math.max(0, target(cellOf(store.getState(), entry, type).wanted)));
	};
	const moveTo = async ({ from, to, type, count }: Extract<Intent, { kind: 'move' }>) => {
		const [source, target] = [byName.get(from), byName.get(to)];
		if (source !== undefined && target !== undefined) await runner.move(source, target, type, count);
	};
	return async (intent: Intent): Promise<void> => {
		switch (intent.kind) {
			case 'scale':
				return scale(intent.server, intent.type, (wanted) => wanted + intent.by);
			case 'set-count':
				return scale(intent.server, intent.type, () => intent.to);
			case 'restart': {
				const { selectors, staleOnly, atOnce } = intent;
				const change = { verb: 'restart', selectors, staleOnly, atOnce, shell } as const;
				return runner.apply('restart', selectors.map(selectorText), named(intent.servers), change);
			}
			case 'start': {
				const { selectors } = intent;
				const change = { verb: 'start', selectors, formation: null, shell } as const;
				return runner.apply('start', selectors.map(selectorText), named(intent.servers), change);
			}
			case 'stop': {
				const { selectors } = intent;
				return runner.apply('stop', selectors.map(selectorText), named(intent.servers), {
					verb: 'stop',
					selectors,
				});
			}
			case 'pause':
			case 'resume': {
				const { kind: verb, types } = intent;
				return runner.apply(verb, types, named(intent.servers), { verb, types });
			}
			case 'move':
				return moveTo(intent);
			case 'undo':
				return runner.undo(servers);
			case 'watch-logs':
				return feed.watch(intent.sources);
			case 'save-log':
				return runner.saveLog(intent.path, intent.lines);
			case 'quit':
				return leave();
		}
	};
}

interface Observer extends ConsoleSessionOptions {
	/** A server told everything anew: it has come back. */
	readonly onSnapshot: (name: string) => void;
	readonly onChange: () => void;
	readonly perform: (intent: Intent) => Promise<void>;
}

/** Takes in what the servers push: changes at once, statistics with the tick. */
function observeServers({ servers, store, tick, onSnapshot, onChange, perform }: Observer): { stop(): void } {
	const unsubscribes: (() => void)[] = [];
	const samples = new Map<string, ServerEvent>();
	let stopped = false;

	const onEvent = (name: string, event: ServerEvent) => {
		if (event.kind === 'stats') {
			samples.set(name, event);
			tick.mark();
			return;
		}
		receive(store, name, event, Date.now());
		if (event.kind === 'snapshot') onSnapshot(name);
		onChange();
	};
	const open = async (server: Server): Promise<void> => {
		const { name } = server.definition;
		try {
			const unsubscribe = await server.observe((event) => onEvent(name, event), { stats: true });
			if (stopped) unsubscribe();
			else unsubscribes.push(unsubscribe);
		} catch (error) {
			const reason = error instanceof Error ? error.message : String(error);
			onEvent(name, { kind: 'connection', connection: 'unreachable', reason });
			return;
		}
		const { readOnly } = store.getState();
		const power = serverNamed(store.getState(), name)?.observation?.power;
		// To run a stack that was never started is what the console was opened for.
		if (power === 'never' && !readOnly && !stopped)
			await perform({ kind: 'start', servers: [name], selectors: [] });
	};
	unsubscribes.push(
		tick.subscribe(() => {
			if (samples.size === 0) return;
			for (const [name, event] of samples) receive(store, name, event, Date.now());
			samples.clear();
			setNow(store, Date.now());
		}),
	);
	for (const server of servers) void open(server);
	return {
		stop() {
			stopped = true;
			for (const unsubscribe of unsubscribes) unsubscribe();
		},
	};
}
