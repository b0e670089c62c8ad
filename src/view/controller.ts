import type { Stack } from '../model/stack.ts';
import type { CommandOutput } from '../store/command-output.ts';
import type { ConsoleStore } from '../store/console-store.ts';
import type { Intent } from '../store/intent.ts';
import type { LogBuffer } from '../store/log-buffer.ts';
import type { QuestionDesk } from '../store/question-desk.ts';
import type { Tick } from '../store/tick.ts';
import { takeNewServer } from './actions/add-server.ts';
import { startAtWorst } from './actions/navigate.ts';
import { pasteText, typeKey } from './actions/prompts.ts';
import { takeQuestion } from './actions/question.ts';
import { followServers } from './actions/servers-changed.ts';
import { takeSaved } from './actions/submit.ts';
import type { CommandTree } from './command-tree.ts';
import { press } from './dispatch.ts';
import type { Model } from './model.ts';
import { createPainter } from './painter.ts';
import { frame, serversInSight } from './presentation/frame.ts';
import type { Glyphs } from './presentation/glyphs.ts';
import { isTooSmall } from './presentation/too-small.ts';
import { logSources } from './selection.ts';
import type { Context, Step } from './steps.ts';
import { paint, type Theme } from './theme.ts';
import { FIRST_UI, type UiState } from './ui.ts';

export interface ScreenSize {
	readonly columns: number;
	readonly rows: number;
}

/** Keys in, painted lines out: everything of the view that is not React. */
export interface Controller {
	/** The painted lines of the screen; the same array while nothing changed. */
	readonly lines: () => readonly string[];
	readonly subscribe: (listener: () => void) => () => void;
	press(keys: readonly string[]): void;
	paste(text: string): void;
	resize(size: ScreenSize): void;
	stop(): void;
}

export interface ControllerOptions {
	readonly store: ConsoleStore;
	readonly logs: LogBuffer;
	/** Of the verb that runs beside the console. */
	readonly output: CommandOutput;
	readonly tick: Tick;
	/** What connections ask. */
	readonly questions: QuestionDesk;
	readonly commandTree: CommandTree;
	readonly dispatch: (intent: Intent) => void;
	readonly glyphs: Glyphs;
	readonly theme: Theme;
	readonly size: ScreenSize;
}

/** What the view remembers between keys, and what of it the session is told. */
class Interaction {
	#ui: UiState = FIRST_UI;
	/** What was last said to be on the screen, by kind of intent. */
	readonly #watched = new Map<Intent['kind'], string>();
	#saved = null as ReturnType<ConsoleStore['getState']>['saved'];
	#stack: Stack;
	readonly #options: ControllerOptions;

	constructor(options: ControllerOptions) {
		this.#options = options;
		this.#stack = options.store.getState().stack;
	}

	get ui(): UiState {
		return this.#ui;
	}

	model(): Model {
		const { store, logs, output, commandTree, glyphs, theme } = this.#options;
		return {
			state: store.getState(),
			log: logs.window(),
			output: output.view(),
			commandTree,
			glyphs,
			appColours: theme.appColours,
		};
	}

	press(key: string, size: ScreenSize): void {
		const tooSmall = isTooSmall(size.columns, size.rows);
		if (tooSmall && key !== 'q' && key !== 'ctrl-c') return;
		const context = this.#context(size);
		if (tooSmall) this.#options.dispatch({ kind: 'quit' });
		else this.#take(this.#ui.prompt === null ? press(context, key) : typeKey(context, key));
	}

	paste(text: string, size: ScreenSize): void {
		if (!isTooSmall(size.columns, size.rows)) this.#take(pasteText(this.#context(size), text));
	}

	/** Takes notice of what has changed outside of the view. */
	follow(size: ScreenSize): void {
		const { store, questions } = this.#options;
		const { saved, newServer, stack } = store.getState();
		this.#followStack(stack);
		if (saved !== this.#saved) this.#ui = takeSaved(this.#ui, saved);
		this.#saved = saved;
		this.#ui = takeQuestion(this.#ui, questions.questions());
		this.#ui = takeNewServer(this.#ui, newServer, stack.environment === 'production');
		this.#ui = startAtWorst(this.model(), this.#ui, size.columns);
		this.watch(size);
	}

	/** The cursor goes with its server. */
	#followStack(stack: Stack): void {
		const [before, now] = [this.#stack, stack].map(({ servers }) => servers.map(({ name }) => name));
		if (before!.join() !== now!.join()) this.#ui = followServers(this.#ui, before!, now!);
		this.#stack = stack;
	}

	/** Has the logs read and the load sampled that the screen shows now. */
	watch({ columns, rows }: ScreenSize): void {
		const model = this.model();
		this.#watch({ kind: 'watch-logs', sources: logSources(model, this.#ui) });
		this.#watch({ kind: 'watch-load', servers: serversInSight(model, this.#ui, columns, rows) });
	}

	#watch(intent: Intent): void {
		const key = JSON.stringify(intent);
		if (key === this.#watched.get(intent.kind)) return;
		this.#watched.set(intent.kind, key);
		this.#options.dispatch(intent);
	}

	#context({ columns, rows }: ScreenSize): Context {
		return { model: this.model(), ui: this.#ui, width: columns, height: rows };
	}

	#take(step: Step): void {
		const { dispatch, output } = this.#options;
		const isLeft = this.#ui.page === 'output' && step.ui.page !== 'output';
		this.#ui = step.ui;
		// A verb that nobody looks at any more has nothing to do.
		if (isLeft && output.view()?.exit === null) dispatch({ kind: 'interrupt-verb' });
		for (const intent of step.intents) dispatch(intent);
		this.#ui = takeQuestion(this.#ui, this.#options.questions.questions());
	}
}

export function createController(options: ControllerOptions): Controller {
	const { store, tick, theme, questions } = options;
	let { size } = options;
	const interaction = new Interaction(options);
	const paintAll = () => {
		const rows = frame(interaction.model(), interaction.ui, size.columns, size.rows);
		return rows.map((row) => paint(row, theme));
	};
	const painter = createPainter(paintAll, () => interaction.follow(size));
	const unsubscribes = [store, tick, questions].map((source) => source.subscribe(painter.publishSoon));
	interaction.watch(size);
	return {
		lines: painter.lines,
		subscribe: painter.subscribe,
		press(keys) {
			for (const key of keys) interaction.press(key, size);
			painter.publish();
		},
		paste(text) {
			interaction.paste(text, size);
			painter.publish();
		},
		resize(resized) {
			size = resized;
			painter.publish();
		},
		stop() {
			for (const unsubscribe of unsubscribes) unsubscribe();
			painter.stop();
		},
	};
}
