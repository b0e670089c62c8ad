import type { BackendObservation } from '../model/balancer.ts';
import type { Serving } from '../model/serving.ts';
import { WEB_TYPE } from '../model/stack.ts';
import { servingByServer, servingOn } from '../store/serving.ts';
import type { Model } from './model.ts';
import type { Context, Step } from './steps.ts';
import type { UiState } from './ui.ts';

/** A server on the page of the load balancer. */
export interface TrafficRow {
	readonly server: string;
	/** Whether the stack file names it; a load balancer may know others. */
	readonly isOurs: boolean;
	/** null: the load balancer does not know it, so that it is Off. */
	readonly serving: Serving | null;
}

/** First the servers that web traffic can go to, in the order of the stack file, then strangers, then the others. */
export function trafficRows({ state }: Model): readonly TrafficRow[] {
	const { balancer, servers } = state;
	const ours = servers.map(({ name }) => ({
		server: name,
		isOurs: true,
		serving: servingOn(state, name),
	}));
	const names = new Set(servers.map(({ name }) => name));
	const known = balancer === null ? [] : [...servingByServer(balancer).values()];
	const strangers = known
		.filter(({ server }) => !names.has(server))
		.map((serving) => ({ server: serving.server, isOurs: false, serving }));
	const takesPart = ({ serving }: TrafficRow) =>
		serving !== null && (serving.serving || serving.instances > 0);
	return [...ours.filter(takesPart), ...strangers, ...ours.filter((row) => !takesPart(row))];
}

/** The server under the cursor of the page; null: there is none. */
export function selectedTraffic(model: Model, ui: UiState): TrafficRow | null {
	const rows = trafficRows(model);
	return rows.find(({ server }) => server === ui.server) ?? rows[0] ?? null;
}

/** The backend under the cursor, one level deeper; null: there is none. */
export function selectedBackend(model: Model, ui: UiState): BackendObservation | null {
	const backends = selectedTraffic(model, ui)?.serving?.backends ?? [];
	return backends.find(({ instance }) => instance === ui.instance) ?? backends[0] ?? null;
}

/** What a key of the deck would be pressed in, were its cursor on the web type where the one of this page is. */
export function onWeb(context: Context): Context {
	const { model, ui } = context;
	const server = selectedTraffic(model, ui)?.server ?? ui.server;
	const instance = ui.page === 'backends' ? (selectedBackend(model, ui)?.instance ?? null) : null;
	return { ...context, ui: { ...ui, filter: '', server, type: WEB_TYPE, instance } };
}

/** Presses such a key; what the deck is filtered by stays. */
export function pressOnWeb(press: (context: Context) => Step): (context: Context) => Step {
	return (context) => {
		const { ui, intents } = press(onWeb(context));
		return { intents, ui: { ...ui, filter: context.ui.filter } };
	};
}
