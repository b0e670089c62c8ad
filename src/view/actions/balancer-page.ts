import { isAtWork } from '../../store/traffic.ts';
import { isWorkedOn, leftoversOf } from '../../store/unmended.ts';
import type { Model } from '../model.ts';
import { selectedInstance, selectedServer } from '../selection.ts';
import { ask, type Context, type Step, say, show } from '../steps.ts';
import { onWeb, pressOnWeb, selectedBackend, selectedTraffic, trafficRows } from '../traffic-selection.ts';
import { openPrompt } from '../ui.ts';
import { readOnly, restart, whyNoChange } from './change.ts';
import { openLogs } from './log-view.ts';
import { neighbour } from './navigate.ts';
import { switchTrafficOf, whyNoSwitch } from './traffic.ts';

/** Shows the load balancer, with the cursor where the deck has it. */
export function openBalancer({ model, ui }: Context): Step {
	const server = selectedServer(model, ui)?.name ?? trafficRows(model)[0]?.server ?? null;
	return show({ ...ui, page: 'balancer', server });
}

export function moveServer({ model, ui }: Context, by: number): Step {
	const names = trafficRows(model).map(({ server }) => server);
	const server = neighbour(names, selectedTraffic(model, ui)?.server ?? null, by);
	return show({ ...ui, server, instance: null });
}

export function moveBackend({ model, ui }: Context, by: number): Step {
	const names = selectedTraffic(model, ui)?.serving?.backends.map(({ instance }) => instance) ?? [];
	const instance = neighbour(names, selectedBackend(model, ui)?.instance ?? null, by);
	return show({ ...ui, instance });
}

/** One level deeper: the instances of the server under the cursor. */
export function openBackends({ model, ui }: Context): Step {
	const row = selectedTraffic(model, ui);
	if (row === null || (row.serving?.backends.length ?? 0) === 0)
		return say(ui, `the load balancer knows no instance of web on ${row?.server ?? 'any server'}`);
	return show({ ...ui, page: 'backends', server: row.server, instance: null });
}

/** Why the keys of the deck can do nothing here, or null. */
function whyNoServer({ model, ui }: Context): string | null {
	const row = selectedTraffic(model, ui);
	if (row === null) return 'there is no server';
	return row.isOurs ? null : `${row.server} is not one of the stack's servers`;
}

export function whyNoSwitchHere(context: Context): string | null {
	return readOnly(context) ?? whyNoServer(context) ?? whyNoSwitch(onWeb(context));
}

export function switchHere(context: Context): Step {
	const row = selectedTraffic(context.model, context.ui);
	return row === null ? show(context.ui) : switchTrafficOf(context, row.server);
}

export function whyNoRestartHere(context: Context): string | null {
	const at = onWeb(context);
	const blocked = whyNoServer(context) ?? whyNoChange(at);
	if (blocked !== null || at.ui.page !== 'backends') return blocked;
	const { instance, server } = at.ui;
	const isKnown = instance !== null && selectedInstance(at.model, at.ui)?.name === instance;
	return isKnown ? null : `${instance ?? 'web'} does not run on ${server}`;
}

export const restartHere: (context: Context) => Step = pressOnWeb(restart);
export const logsHere: (context: Context) => Step = pressOnWeb(openLogs);

export function whyNoAdd(context: Context): string | null {
	const { balancer, stack } = context.model.state;
	const blocked = readOnly(context);
	const isThere = balancer !== null && balancer.configuration !== null;
	if (blocked !== null || stack.loadBalancer === null || !isThere) return blocked;
	return `the load balancer is on ${stack.loadBalancer.server}; \`:lb remove\` takes it away`;
}

/** Offers the command that sets a load balancer up: which server, can still be said. */
export function offerBalancer({ model, ui }: Context): Step {
	const { loadBalancer } = model.state.stack;
	const server = loadBalancer?.server ?? selectedTraffic(model, ui)?.server ?? '';
	return show(openPrompt(ui, 'command', `lb add ${server}`));
}

/** Why there is nothing to be mended, or null. */
export function whyNoMend(context: Context): string | null {
	const { state } = context.model;
	const { balancer } = state;
	const blocked = readOnly(context);
	if (blocked !== null) return blocked;
	if (balancer === null || balancer.configuration === null) return 'there is no load balancer to be mended';
	if (balancer.connection === 'stopped') return null;
	if (!isAtWork(balancer)) return `the load balancer on ${balancer.server} cannot be reached`;
	const held = balancer.backends.filter((backend) => backend.state === 'held');
	const busy = held.find(({ server }) => isWorkedOn(state, server));
	if (busy !== undefined) return `${busy.instance} on ${busy.server} is being restarted`;
	const isWell = balancer.drift.length === 0 && held.length === 0 && leftoversOf(state).length === 0;
	return isWell ? 'the load balancer is as it should be' : null;
}

/** The servers on which what is wanted, what runs and what gets traffic differ: all but what the balancer mends alone. */
function serversAstray({ state }: Model): readonly string[] {
	const astray = leftoversOf(state).filter(({ kind }) => kind !== 'held');
	return [...new Set(astray.map(({ server }) => server))];
}

export function mend({ model, ui }: Context): Step {
	return ask(ui, { kind: 'mend-balancer', servers: serversAstray(model) });
}
