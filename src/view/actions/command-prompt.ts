import { completeLine } from '../command-completion.ts';
import { type Context, type Step, show } from '../steps.ts';
import type { Prompt, UiState } from '../ui.ts';

const REMEMBERED = 50;

/** The commands that were typed, with the newest at the end; one that is repeated is there once. */
export function remember(commands: readonly string[], line: string): readonly string[] {
	return [...commands.filter((other) => other !== line), line].slice(-REMEMBERED);
}

/** An older command, or a newer one up to what was being typed. */
export function recall(ui: UiState, prompt: Prompt, by: number): Step {
	const present = ui.commands.length;
	const draft = prompt.recalled === null ? prompt.text : prompt.draft;
	const recalled = Math.min(present, Math.max(0, (prompt.recalled ?? present) + by));
	const text = ui.commands[recalled] ?? draft;
	return show({ ...ui, prompt: { ...prompt, text, draft, recalled, error: null, choices: [] } });
}

/** As much of the last word as is certain; where it could become several, they are shown. */
export function completeCommand(context: Context, prompt: Prompt): Step {
	const { text, choices } = completeLine(prompt.text, context);
	return show({ ...context.ui, prompt: { ...prompt, text, choices, error: null, recalled: null } });
}
