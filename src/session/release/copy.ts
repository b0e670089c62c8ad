import { stackEnvironment } from '../../model/launch.ts';
import type { ReleaseOrder, Site } from './order.ts';

/** Copies the release to a server that does not have it, and prepares it there. It is not complete after that. */
export async function copyTo(site: Site, order: ReleaseOrder): Promise<void> {
	const { id } = order.record;
	const { manifest } = order.source;
	const { shared, setup } = order.stack.releases;
	const isWritten = setup.length > 0 || order.stack.release !== null;
	order.signal.throwIfAborted();
	const needed = await site.work.begin({ id, manifest, shared, isWritten });
	order.signal.throwIfAborted();
	const total = manifest.paths.length;
	order.reporter.step(site.name, `copying ${needed.length} of ${total} file${total === 1 ? '' : 's'}`);
	const archive = needed.length === 0 ? null : order.source.archive(needed);
	const stop = () => archive?.destroy(new Error('stopped'));
	order.signal.addEventListener('abort', stop, { once: true });
	try {
		await site.work.fill(id, archive);
	} finally {
		order.signal.removeEventListener('abort', stop);
	}
	order.signal.throwIfAborted();
	for (const command of setup) await runIn(site, order, 'setup', command);
}

/** Runs a command in the release on one server. */
export async function runIn(
	{ work, name, server }: Site,
	{ record, stack, reporter, signal }: ReleaseOrder,
	what: 'setup' | 'release',
	command: string,
): Promise<void> {
	reporter.step(name, `${what}: ${command}`);
	const environment = {
		...stackEnvironment(stack, {}),
		PROCDECK_STACK: stack.name,
		PROCDECK_SERVER: server.definition.name,
	};
	await work.run(record.id, {
		command,
		environment,
		onLine: (line) => reporter.line(name, line),
		signal,
	});
}
