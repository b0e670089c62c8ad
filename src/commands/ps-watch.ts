import { once } from 'node:events';
import type { BalancerObservation } from '../model/balancer.ts';
import { observe, type ServerEvent } from '../model/observed.ts';
import type { ServerDefinition, Stack } from '../model/stack.ts';
import type { Server } from '../server/server.ts';
import { watchBalancer, withServing } from './balancer-report.ts';
import type { Context } from './context.ts';
import { withServers } from './open-stack.ts';
import { psJson, type ServerReport } from './output/ps-json.ts';
import { psText } from './output/ps-text.ts';
import { unreachable } from './output/unreachable.ts';

/** Ages and statistics move on the screen at this rate even when nothing else does. */
const TICK_MS = 1000;
const HOME_AND_CLEAR = '\x1b[H\x1b[J';

/** Shows `ps` again at every change until SIGINT: in place on a terminal, else one after the other. */
export async function watch(
	context: Context,
	stack: Stack,
	definitions: readonly ServerDefinition[],
): Promise<number> {
	const reports = new Map<string, ServerReport>(
		definitions.map((definition) => [definition.name, unreachable(definition, null, 'connecting')]),
	);
	let loadBalancer: BalancerObservation | null = null;
	const seen = () => ({
		loadBalancer,
		reports: [...reports.values()].map((report) => withServing(report, loadBalancer)),
	});
	const show = painter(context, stack, seen);
	const stopWatching = await watchBalancer(stack, (observation) => {
		loadBalancer = observation;
		show('stack');
	});
	await withServers(context.globals, stack, definitions, 'peek', async (servers) => {
		const update = (server: Server, event: ServerEvent) => {
			const { name } = server.definition;
			reports.set(name, after(reports.get(name)!, event));
			show(event.kind);
		};
		await Promise.all(
			servers.map((server) => server.observe((event) => update(server, event), { stats: true })),
		);
		const timer = setInterval(() => show('tick'), TICK_MS);
		await once(process, 'SIGINT');
		clearInterval(timer);
	});
	await stopWatching();
	return 0;
}

function after({ observation, stats, reason }: ServerReport, event: ServerEvent): ServerReport {
	switch (event.kind) {
		case 'stats':
			return { observation, stats: event.stats, reason };
		case 'connection':
			return { observation: { ...observation, connection: event.connection }, stats, reason: event.reason };
		default:
			return { observation: observe(observation, event, new Date().toISOString()), stats, reason: null };
	}
}

/** That nothing has changed until now is no news. */
function withoutAge(key: string, value: unknown): unknown {
	return key === 'asOf' ? null : value;
}

interface Seen {
	readonly reports: readonly ServerReport[];
	readonly loadBalancer: BalancerObservation | null;
}

type Occasion = ServerEvent['kind'] | 'tick';

/** Paints once for all events of a turn of the event loop, and never twice the same. */
function painter({ globals, output }: Context, stack: Stack, seen: () => Seen): (occasion: Occasion) => void {
	const { isTTY } = process.stdout;
	let pending = false;
	const inPlace = isTTY && !output.json;
	let shown = '';
	const paint = () => {
		pending = false;
		const { reports, loadBalancer } = seen();
		const value = psJson(stack, reports, loadBalancer);
		const before = shown;
		shown = JSON.stringify(value, withoutAge);
		if (!inPlace && shown === before) return;
		if (output.json) return output.value(value);
		const text = psText(stack, reports, Date.now(), { ...output, aim: globals });
		output.print(inPlace ? `${HOME_AND_CLEAR}${text}` : `${text}\n`);
	};
	return (occasion) => {
		// A file or a script wants what changed, not a second hand.
		const worthIt = inPlace || (occasion !== 'tick' && (output.json || occasion !== 'stats'));
		if (!worthIt || pending) return;
		pending = true;
		setImmediate(paint);
	};
}
