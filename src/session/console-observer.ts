import type { ServerEvent, ServerStats } from '../model/observed.ts';
import type { Server } from '../server/server.ts';
import { type ConsoleStore, receive, receiveStats, setNow } from '../store/console-store.ts';
import type { Tick } from '../store/tick.ts';
import { keepTrying } from './keep-trying.ts';

export interface Observer {
	/** Takes in what a server pushes, until the returned function is called. */
	watch(server: Server): () => void;
	stop(): void;
}

export interface ObserverOptions {
	readonly store: ConsoleStore;
	readonly tick: Tick;
	/** Whether the load of a server is worth a sample now. */
	readonly wantsLoad: (name: string) => boolean;
	/** A server told everything anew: it is there, or has come back. */
	readonly onSnapshot: (name: string) => void;
	readonly onChange: () => void;
	/** The first look at a server is over. */
	readonly onOpen: (name: string) => void;
}

/** A little longer than statistics take to come again. */
const CLOCK_MS = 1_100;
/** The samples of more servers than this come at any time, and are taken together. */
const FEW_SERVERS = 3;

/** Takes in what the servers push: changes at once, statistics with the tick, and with them what time it is. */
export function observeServers(options: ObserverOptions): Observer {
	const { store, tick, wantsLoad, onSnapshot, onChange, onOpen } = options;
	const over = new AbortController();
	const samples = new Map<string, ServerStats>();
	const sampled = new Set<string>();

	const onEvent = (name: string, event: ServerEvent) => {
		if (event.kind === 'stats') {
			samples.set(name, event.stats);
			if (store.getState().servers.length <= FEW_SERVERS || !sampled.has(name)) tick.mark();
			sampled.add(name);
			return;
		}
		receive(store, name, event, Date.now());
		if (event.kind === 'snapshot') onSnapshot(name);
		onChange();
	};
	const takeSamples = () => {
		if (samples.size === 0) return;
		// A screen that is painted for the statistics need not be painted for the time as well.
		clock.refresh();
		receiveStats(store, samples);
		samples.clear();
		setNow(store, Date.now());
	};
	const clock = setInterval(() => {
		takeSamples();
		setNow(store, Date.now());
	}, CLOCK_MS);
	const stopTaking = tick.subscribe(takeSamples);
	const watch = (server: Server) => {
		const left = new AbortController();
		const end = AbortSignal.any([over.signal, left.signal]);
		const { name } = server.definition;
		const listener = (event: ServerEvent) => {
			if (!end.aborted) onEvent(name, event);
		};
		const stats = () => wantsLoad(name);
		const observe = () => server.observe(listener, { stats });
		const onFailure = (reason: string) => listener({ kind: 'connection', connection: 'unreachable', reason });
		// Once it could be reached it comes back by itself.
		void keepTrying(observe, onFailure, end).then((unsubscribe) => {
			if (unsubscribe === null) return;
			if (end.aborted) {
				unsubscribe();
				return;
			}
			end.addEventListener('abort', unsubscribe);
			onOpen(name);
		});
		return () => left.abort();
	};
	return {
		watch,
		stop() {
			over.abort();
			clearInterval(clock);
			stopTaking();
		},
	};
}
