import { selectedServer } from '../selection.ts';
import { ask, type Context, type Step, show } from '../steps.ts';
import { readOnly, whyNotOne } from './change.ts';

/** Why there is no shell to be had, or null. */
export function whyNoShell(context: Context): string | null {
	return readOnly(context) ?? whyNotOne(context);
}

/** Leaves the terminal to a shell on the server under the cursor. */
export function openShell({ model, ui }: Context): Step {
	const server = selectedServer(model, ui);
	return server === null ? show(ui) : ask(ui, { kind: 'hand-over', words: ['ssh', server.name] });
}
