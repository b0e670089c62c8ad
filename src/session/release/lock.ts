import { ProcdeckError } from '../../model/errors.ts';
import type { Server } from '../../server/server.ts';
import { named } from './failure.ts';
import type { Site } from './order.ts';

/**
 * Takes the locks of all servers, for as long as the work goes on: then nobody else releases on any of them.
 * @throws ProcdeckError `usage` for a server without releases, `conflict`, `refused`, `unreachable`: nothing is held then
 */
export async function withSites<T>(
	servers: readonly Server[],
	who: string,
	work: (sites: readonly Site[]) => Promise<T>,
): Promise<T> {
	const results = await Promise.allSettled(servers.map((server) => siteOf(server, who)));
	const sites = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
	try {
		const failed = results.find((result) => result.status === 'rejected');
		if (failed !== undefined) throw failed.reason;
		return await work(sites);
	} finally {
		await Promise.all(sites.map((site) => site.work.end().catch(() => {})));
	}
}

async function siteOf(server: Server, who: string): Promise<Site> {
	const { name } = server.definition;
	if (server.releases === null)
		throw new ProcdeckError('usage', `${name} runs the code in the app's folder, and has no releases`);
	return { server, name, work: await server.releases.begin(who).catch(named(name)) };
}
