import type { RunningCommand } from '../link/link.ts';
import { joinWords } from '../model/split-words.ts';
import type { CommandOutput } from '../store/command-output.ts';
import type { Answer, Asked, QuestionDesk } from '../store/question-desk.ts';
import type { Tick } from '../store/tick.ts';

/** Asks what a verb has to know before it goes on. */
export type AskPerson = (asked: Asked) => Promise<Answer>;

/** Runs verbs of the command line that the console is a part of. */
export interface VerbRunner {
	/** Beside the console, without a terminal. */
	start(words: readonly string[], ask: AskPerson): Promise<RunningCommand>;
	/** On the console's terminal, which comes back when the verb has ended. */
	handOver(words: readonly string[]): Promise<void>;
}

/** One verb at a time beside the console; what it writes goes into the output. */
export interface VerbPage {
	run(words: readonly string[]): Promise<void>;
	/** Asks the verb that runs to end; a second time it knows to hurry. */
	interrupt(): void;
	stop(): void;
}

/** So much of a flood is taken at a time, and then the keys have their turn. */
const BYTES_AT_ONCE = 256 * 1024;
const PAUSE_MS = 20;

export function createVerbPage(
	runner: VerbRunner,
	output: CommandOutput,
	tick: Tick,
	questions: QuestionDesk,
): VerbPage {
	let current: RunningCommand | null = null;
	let latest = 0;

	const take = async (command: RunningCommand, isShown: () => boolean) => {
		let taken = 0;
		for await (const bytes of command.output) {
			if (isShown()) output.append(bytes);
			tick.mark();
			taken += bytes.length;
			if (taken < BYTES_AT_ONCE) continue;
			taken = 0;
			await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
		}
	};
	return {
		async run(words) {
			current?.kill('SIGINT');
			latest += 1;
			const turn = latest;
			const isShown = () => turn === latest;
			output.begin(joinWords(words));
			const over = new AbortController();
			const command = await runner.start(words, (asked) => questions.ask(asked, over.signal));
			if (!isShown()) command.kill('SIGINT');
			else current = command;
			await take(command, isShown);
			const exit = await command.ended;
			over.abort();
			if (!isShown()) return;
			current = null;
			output.end(exit);
			tick.mark();
		},
		interrupt() {
			current?.kill('SIGINT');
		},
		stop() {
			current?.kill('SIGTERM');
		},
	};
}
