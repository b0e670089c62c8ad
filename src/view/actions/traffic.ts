import { parseCommand } from '../command-line.ts';
import { selectedServer } from '../selection.ts';
import { type Context, type Step, show } from '../steps.ts';
import { openPrompt } from '../ui.ts';
import { readOnly, whyNotOne } from './change.ts';

const NO_BALANCER = 'there is no load balancer: `:lb add SERVER` sets one up';

/** Why the traffic of the server under the cursor cannot be switched, or null. */
export function whyNoSwitch(context: Context): string | null {
	const blocked = readOnly(context) ?? whyNotOne(context);
	if (blocked !== null) return blocked;
	return selectedServer(context.model, context.ui)?.observation?.serving == null ? NO_BALANCER : null;
}

/** Offers the command that switches the traffic of the server under the cursor: Enter does it. */
export function offerSwitch({ model, ui }: Context): Step {
	const server = selectedServer(model, ui);
	if (server === null) return show(ui);
	const how = server.observation?.serving === true ? 'off' : 'on';
	return show(openPrompt(ui, 'command', `serve ${server.name} ${how}`));
}

/** Shows the load balancer. */
export function showBalancer(context: Context): Step {
	const parsed = parseCommand('lb', context);
	return 'step' in parsed ? parsed.step(context) : show(context.ui);
}
