import type { SshTarget } from '../model/ssh-target.ts';
import type { Server } from '../server/server.ts';
import type { StackSource } from '../server/stack-source.ts';
import type { CommandOutput } from '../store/command-output.ts';
import { type ConsoleStore, receiveBalancer } from '../store/console-store.ts';
import { changesSomething, type Intent } from '../store/intent.ts';
import type { LogBuffer } from '../store/log-buffer.ts';
import type { QuestionDesk } from '../store/question-desk.ts';
import { serverNamed } from '../store/selectors.ts';
import type { Tick } from '../store/tick.ts';
import type { BalancingOf } from './balanced-server.ts';
import type { WatchBalancer } from './balancer-watch.ts';
import { createAdditions, type OpenAddition } from './console-additions.ts';
import { createChangeRunner } from './console-changes.ts';
import { createCheckups, withCheckups } from './console-checkups.ts';
import { createLoadInterest } from './console-load.ts';
import { createLogFeed } from './console-logs.ts';
import { observeServers } from './console-observer.ts';
import { createPerformer } from './console-performer.ts';
import { createRoster, type ServerPool } from './console-roster.ts';
import { createScaler } from './console-scaler.ts';
import { createVerbPage, type VerbRunner } from './console-verbs.ts';
import { placeLookup, type Way } from './look-up-place.ts';

export interface ConsoleSession {
	dispatch(intent: Intent): void;
	/** Resolves when the user has asked to leave. */
	readonly left: Promise<void>;
	stop(): void;
}

export interface ConsoleSessionOptions {
	/** Those at the start. */
	readonly servers: readonly Server[];
	/** The stack as its files say. */
	readonly files: StackSource;
	readonly pool: ServerPool;
	readonly store: ConsoleStore;
	readonly logs: LogBuffer;
	/** Of the verb that runs beside the console. */
	readonly output: CommandOutput;
	readonly tick: Tick;
	/** The caller's shell environment, which instances that start get. */
	readonly shell: Readonly<Record<string, string>>;
	readonly verbs: VerbRunner;
	/** What the connections of the servers ask. */
	readonly questions: QuestionDesk;
	readonly openAddition: OpenAddition;
	/** What ~/.ssh/config makes of a place. @throws ProcdeckError for what ssh does not take */
	readonly wayTo: (target: SshTarget) => Promise<Way>;
	readonly watchBalancer: WatchBalancer;
	readonly balancingOf: BalancingOf;
}

/** Opens the console's one loop: what servers push goes into the store, what the user intends goes to the servers. */
export function startConsoleSession(options: ConsoleSessionOptions): ConsoleSession {
	const { store, tick, verbs } = options;
	const atStart = new Set(options.servers.map(({ definition }) => definition.name));
	const scaler = createScaler(store);
	const load = createLoadInterest();
	const observer = observeServers({
		...options,
		wantsLoad: load.wants,
		onSnapshot: (name) => {
			feed.resume(name);
			checkups.connected(name);
		},
		onChange: () => scaler.settle(),
		onOpen(name) {
			// To run a stack that was never started is what the console was opened for; on other machines it only looks.
			const { power, kind } = serverNamed(store.getState(), name)?.observation ?? {};
			if (power === 'never' && kind === 'local' && atStart.has(name))
				dispatch({ kind: 'start', servers: [name], selectors: [] });
		},
	});
	const roster = createRoster({ ...options, observer });
	const { servers } = roster;
	const feed = createLogFeed(servers, options.logs, tick);
	const checkups = createCheckups({ servers, store });
	const page = withCheckups(createVerbPage(verbs, options.output, tick, options.questions), checkups);
	const runner = createChangeRunner(store);
	const { promise: left, resolve: leave } = Promise.withResolvers<void>();
	const watchLoad = load.watch;
	const additions = createAdditions({ ...options, runner, join: (server) => roster.join(server) });
	const perform = createPerformer({
		...options,
		servers,
		runner,
		scaler,
		feed,
		page,
		watchLoad,
		leave,
		additions,
		lookUpPlace: placeLookup(store, options.wayTo),
	});
	const dispatch = (intent: Intent) => {
		if (!store.getState().readOnly || !changesSomething(intent)) void perform(intent);
	};
	roster.start();
	const stopTraffic = options.watchBalancer((observation) => receiveBalancer(store, observation, Date.now()));
	return {
		dispatch,
		left,
		stop() {
			stopTraffic();
			for (const each of [roster, feed, scaler, observer, checkups, page]) each.stop();
			options.questions.close();
		},
	};
}
