import { ProcdeckError } from '../model/errors.ts';
import { balancerNow } from '../session/balancer-now.ts';
import { serverNamed } from '../session/choose-servers.ts';
import { noBalancer, switchServing } from '../session/load-balancer.ts';
import { noteTraffic } from '../session/note-traffic.ts';
import { changeOptions } from './apply-change.ts';
import { type Context, requireChangesAllowed } from './context.ts';
import { withBalancer } from './open-balancer.ts';
import { openStackOrLastGood, withServers } from './open-stack.ts';
import { reportChanges } from './output/changes.ts';
import { withProgress } from './output/progress.ts';

export interface ServeFlags {
	readonly force?: boolean;
	/** Milliseconds. */
	readonly timeout?: number;
}

/** Switches a server's web traffic on or off. */
export async function serve(
	context: Context,
	[server = '', how]: readonly string[],
	{ force = false, timeout }: ServeFlags,
): Promise<number> {
	const { globals, output } = context;
	requireChangesAllowed(context, 'serve');
	const stack = await openStackOrLastGood(context);
	serverNamed(stack.servers, server);
	if (how !== 'on' && how !== 'off') {
		throw new ProcdeckError('usage', 'it is: procdeck serve SERVER on|off', 'see procdeck serve --help');
	}
	const home = stack.loadBalancer?.server;
	if (home === undefined) throw noBalancer('refused');
	const request = { server, isOn: how === 'on', force };
	const options = changeOptions({ wait: true, ...(timeout === undefined ? {} : { timeout }) });
	const rows = await withBalancer(stack, async (balancer) => {
		const { configuration } = await balancerNow(balancer!);
		if (configuration === null) throw noBalancer('refused');
		return withProgress(output, `switching ${server} ${how}`, (onProgress) =>
			switchServing(balancer!, configuration, request, { ...options, onProgress }),
		);
	});
	await withServers(globals, stack, [serverNamed(stack.servers, home)], 'peek', ([opened]) =>
		noteTraffic(opened!, 'serve', rows, options),
	);
	return reportChanges(context, stack, rows, '');
}
