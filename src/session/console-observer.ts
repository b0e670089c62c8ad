import type { ServerEvent } from '../model/observed.ts';
import type { Server } from '../server/server.ts';
import { type ConsoleStore, receive, setNow } from '../store/console-store.ts';
import type { Tick } from '../store/tick.ts';

export interface ObserverOptions {
	readonly servers: readonly Server[];
	readonly store: ConsoleStore;
	readonly tick: Tick;
	/** A server told everything anew: it is there, or has come back. */
	readonly onSnapshot: (name: string) => void;
	readonly onChange: () => void;
	/** The first look at a server is over. */
	readonly onOpen: (name: string) => void;
}

/** A little longer than statistics take to come again. */
const CLOCK_MS = 1_100;

/** Takes in what the servers push: changes at once, statistics with the tick, and with them what time it is. */
export function observeServers(options: ObserverOptions): { stop(): void } {
	const { servers, store, tick, onSnapshot, onChange, onOpen } = options;
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
		if (!stopped) onOpen(name);
	};
	// A screen that is painted for the statistics need not be painted for the time as well.
	const clock = setInterval(() => setNow(store, Date.now()), CLOCK_MS);
	const takeSamples = () => {
		if (samples.size === 0) return;
		clock.refresh();
		for (const [name, event] of samples) receive(store, name, event, Date.now());
		samples.clear();
		setNow(store, Date.now());
	};
	unsubscribes.push(tick.subscribe(takeSamples));
	for (const server of servers) void open(server);
	return {
		stop() {
			stopped = true;
			clearInterval(clock);
			for (const unsubscribe of unsubscribes) unsubscribe();
		},
	};
}
