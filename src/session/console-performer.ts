import { servingWord } from '../model/serving.ts';
import { WEB_TYPE } from '../model/stack.ts';
import type { Server } from '../server/server.ts';
import type { ConsoleStore } from '../store/console-store.ts';
import type { CountTarget, Intent } from '../store/intent.ts';
import type { QuestionDesk } from '../store/question-desk.ts';
import { cellOf, serverNamed } from '../store/selectors.ts';
import type { BalancingOf } from './balanced-server.ts';
import type { Additions } from './console-additions.ts';
import { type ChangeRunner, selectorText } from './console-changes.ts';
import type { LogFeed } from './console-logs.ts';
import { saveLog } from './console-save.ts';
import type { Scaler } from './console-scaler.ts';
import type { VerbPage, VerbRunner } from './console-verbs.ts';

export interface PerformerOptions {
	/** As they are at any moment. */
	readonly servers: ReadonlyMap<string, Server>;
	readonly store: ConsoleStore;
	/** The caller's shell environment, which instances that start get. */
	readonly shell: Readonly<Record<string, string>>;
	readonly runner: ChangeRunner;
	readonly scaler: Scaler;
	readonly feed: LogFeed;
	readonly verbs: VerbRunner;
	readonly page: VerbPage;
	readonly questions: QuestionDesk;
	readonly additions: Additions;
	readonly lookUpPlace: (place: string) => Promise<void>;
	readonly balancingOf: BalancingOf;
	/** Has the load of these servers sampled all the time, and of others seldom. */
	readonly watchLoad: (servers: readonly string[]) => void;
	readonly leave: () => void;
}

type Perform = (intent: Intent) => void | Promise<void>;
type Of<Kind extends Intent['kind']> = Extract<Intent, { kind: Kind }>;

/** In the order of the stack file. */
function serversNamed(servers: ReadonlyMap<string, Server>, names: readonly string[]): readonly Server[] {
	return [...servers.values()].filter(({ definition }) => names.includes(definition.name));
}

type Change = (intent: Of<ChangeKind>) => Promise<void>;
type ChangeKind = 'restart' | 'start' | 'stop' | 'pause' | 'resume' | 'down';

/** Makes a change on several servers, and waits until it has settled. */
function changer({ servers, shell, runner }: PerformerOptions): Change {
	return (intent) => {
		const named = serversNamed(servers, intent.servers);
		const words =
			'selectors' in intent ? intent.selectors.map(selectorText) : 'types' in intent ? intent.types : [];
		switch (intent.kind) {
			case 'restart': {
				const { selectors, staleOnly, atOnce } = intent;
				return runner.apply('restart', words, named, {
					verb: 'restart',
					selectors,
					staleOnly,
					atOnce,
					shell,
				});
			}
			case 'start': {
				const { selectors } = intent;
				return runner.apply('start', words, named, { verb: 'start', selectors, formation: null, shell });
			}
			case 'stop':
				return runner.apply('stop', words, named, { verb: 'stop', selectors: intent.selectors });
			case 'pause':
			case 'resume':
				return runner.apply(intent.kind, words, named, { verb: intent.kind, types: intent.types });
			case 'down':
				return runner.apply('down', words, named, { verb: 'down' });
		}
	};
}

/** Has changes wait while a stack goes down: its supervisor takes what comes too late along. */
function afterDown(change: Change): Change {
	let down: Promise<void> | null = null;
	return async (intent) => {
		await down;
		const made = change(intent);
		if (intent.kind === 'down') down = made;
		await made;
	};
}

/** Sets a count that was asked for by key. */
function counter({ servers, store, scaler }: PerformerOptions): (intent: Of<'scale' | 'set-count'>) => void {
	return (intent) => {
		const server = servers.get(intent.server);
		const entry = serverNamed(store.getState(), intent.server);
		if (server === undefined || entry === null) return;
		const { wanted } = cellOf(store.getState(), entry, intent.type);
		scaler.scaleTo(
			server,
			intent.type,
			Math.max(0, intent.kind === 'scale' ? wanted + intent.by : intent.to),
		);
	};
}

function targetText(target: CountTarget): string {
	return 'to' in target ? `to ${target.to}` : target.by < 0 ? `by ${target.by}` : `by +${target.by}`;
}

/** Sets counts on several servers, each based on what is wanted there now. */
function manyCounter({
	servers,
	store,
	runner,
}: PerformerOptions): (intent: Of<'scale-many'>) => Promise<void> {
	return (intent) => {
		const named = serversNamed(servers, intent.servers);
		const words = intent.targets.map(({ type }) => type);
		const action = `scale ${intent.targets.map(targetText).join(', ')}`;
		return runner.apply(action, words, named, ({ definition }) => {
			const entry = serverNamed(store.getState(), definition.name);
			const targets = intent.targets.map((target) => {
				const { type } = target;
				const { wanted, known } = cellOf(store.getState(), entry!, type);
				const to = 'to' in target ? target.to : Math.max(0, wanted + target.by);
				return { type, to, expected: known === null ? null : wanted };
			});
			return { verb: 'scale', targets };
		});
	};
}

function mover({ servers, runner }: PerformerOptions): (intent: Of<'move'>) => Promise<void> {
	return async ({ from, to, type, count }) => {
		const [source, target] = [servers.get(from), servers.get(to)];
		if (source !== undefined && target !== undefined) await runner.move(source, target, type, count);
	};
}

function switcher({ servers, runner }: PerformerOptions): (intent: Of<'serve'>) => Promise<void> {
	return ({ server, on, force }) => {
		const named = serversNamed(servers, [server]);
		const change = { verb: 'serve', on, force, expected: !on } as const;
		return runner.apply(`traffic ${servingWord(on)}`, [WEB_TYPE], named, change);
	};
}

/** Mends what is wrong with web traffic. */
function mender({
	servers,
	store,
	runner,
	balancingOf,
}: PerformerOptions): (intent: Of<'mend-balancer'>) => Promise<void> {
	return async ({ servers: astray }) => {
		const home = servers.get(store.getState().balancer?.server ?? '');
		if (home === undefined) return;
		await runner.mend(home.definition.name, async (options) => {
			const { mendTraffic } = await import('./mend-traffic.ts');
			return mendTraffic(home, serversNamed(servers, astray), balancingOf, options);
		});
	};
}

/** What each intent does. */
export function createPerformer(options: PerformerOptions): Perform {
	const [change, count, move] = [afterDown(changer(options)), counter(options), mover(options)];
	const [switchTraffic, mend] = [switcher(options), mender(options)];
	const countMany = manyCounter(options);
	return (intent) => {
		switch (intent.kind) {
			case 'scale':
			case 'set-count':
				return count(intent);
			case 'scale-many':
				return countMany(intent);
			case 'move':
				return move(intent);
			case 'serve':
				return switchTraffic(intent);
			case 'undo':
				return options.runner.undo([...options.servers.values()]);
			case 'mend-balancer':
				return mend(intent);
			case 'check-server':
				return options.additions.check(intent.name, intent.place);
			case 'add-server':
				return options.additions.add();
			case 'retry-server':
				return options.additions.goOn();
			case 'look-up-place':
				return options.lookUpPlace(intent.place);
			case 'leave-server':
				return options.additions.leave();
			case 'watch-logs':
				return options.feed.watch(intent.sources);
			case 'watch-load':
				return options.watchLoad(intent.servers);
			case 'save-log':
				return saveLog(options.store, intent.path, intent.lines);
			case 'run-verb':
				return options.page.run(intent.words);
			case 'hand-over':
				return options.verbs.handOver(intent.words);
			case 'interrupt-verb':
				return options.page.interrupt();
			case 'answer':
				return options.questions.answer(intent.id, intent.answer);
			case 'quit':
				return options.leave();
			default:
				return change(intent);
		}
	};
}
