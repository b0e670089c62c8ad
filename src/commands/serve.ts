import { ProcdeckError } from '../model/errors.ts';
import { noBalancer } from '../model/serving.ts';
import { serverNamed } from '../session/choose-servers.ts';
import { applyToAll } from '../session/fan-out.ts';
import { changeOptions } from './apply-change.ts';
import { type Context, requireChangesAllowed } from './context.ts';
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
	const change = { verb: 'serve', on: how === 'on', force, expected: null } as const;
	const options = changeOptions({ wait: true, ...(timeout === undefined ? {} : { timeout }) });
	// The history of what is done with traffic is kept where the load balancer is.
	const definitions = [...new Set([server, home])].map((name) => serverNamed(stack.servers, name));
	const rows = await withServers(globals, stack, definitions, 'peek', ([target]) =>
		withProgress(output, `switching ${server} ${how}`, (onProgress) =>
			applyToAll([target!], change, { ...options, onProgress }),
		),
	);
	return reportChanges(context, stack, rows, '');
}
