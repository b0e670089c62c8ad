import { selectedServer } from '../selection.ts';
import { type Context, type Step, show } from '../steps.ts';
import { intend, readOnly, whyNotOne } from './change.ts';

/** Why no traffic can be switched now, or null. */
function whyNoTraffic({ model: { state } }: Context): string | null {
	const { balancer, stack } = state;
	if (balancer === null && stack.loadBalancer !== null) return 'the load balancer has not answered yet';
	const home = stack.loadBalancer?.server ?? balancer?.server;
	if (balancer?.connection === 'unreachable')
		return `the load balancer on ${home} cannot be reached: nothing was changed`;
	if (balancer === null || balancer.configuration === null)
		return 'there is no load balancer: b, then a, sets one up';
	return null;
}

/** Why the traffic of the server under the cursor cannot be switched, or null. */
export function whyNoSwitch(context: Context): string | null {
	return readOnly(context) ?? whyNotOne(context) ?? whyNoTraffic(context);
}

/** Switches the traffic of the server under the cursor. */
export function switchTraffic(context: Context): Step {
	const server = selectedServer(context.model, context.ui);
	return server === null ? show(context.ui) : switchTrafficOf(context, server.name);
}

export function switchTrafficOf(context: Context, server: string): Step {
	const on = context.model.state.balancer?.configuration?.serving[server] !== true;
	return intend(context, { kind: 'serve', server, on, force: false });
}
