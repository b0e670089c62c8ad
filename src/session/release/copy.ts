import { PassThrough, type Readable } from 'node:stream';
import { stackEnvironment } from '../../model/launch.ts';
import { stopped } from './failure.ts';
import type { ReleaseOrder, Site } from './order.ts';

/** A server, and what has to be sent to it. */
export interface Lack {
	readonly site: Site;
	readonly paths: readonly string[];
}

/** Begins the copy on a server: what is there already is taken over. */
export async function beginOn(
	site: Site,
	{ record, source, stack, signal, reporter }: ReleaseOrder,
): Promise<Lack> {
	signal.throwIfAborted();
	const { manifest } = source;
	const { shared, setup } = stack.releases;
	const isWritten = setup.length > 0 || stack.release !== null;
	const paths = await site.work.begin({ id: record.id, manifest, shared, isWritten });
	const total = manifest.paths.length;
	reporter.step(site.name, `copying ${paths.length} of ${total} file${total === 1 ? '' : 's'}`);
	return { site, paths };
}

/** Those that lack the same get it from one archive, made once. */
export function byArchive(lacks: readonly Lack[], most: number): Lack[][] {
	const alike = [...Map.groupBy(lacks, ({ paths }) => paths.join('\0')).values()];
	return alike.flatMap((group) =>
		Array.from({ length: Math.ceil(group.length / most) }, (_, at) =>
			group.slice(at * most, (at + 1) * most),
		),
	);
}

/**
 * Sends to servers what all of them lack, at the pace of the slowest.
 * @returns what became of each, in their order
 */
export async function fillAll(
	lacks: readonly Lack[],
	{ record, source, signal }: ReleaseOrder,
): Promise<PromiseSettledResult<void>[]> {
	const paths = lacks[0]?.paths ?? [];
	const archive = paths.length === 0 ? null : source.archive(paths);
	const stop = () => archive?.destroy(stopped());
	signal.addEventListener('abort', stop, { once: true });
	const filling = lacks.map(({ site }) =>
		site.work.fill(record.id, archive === null ? null : branchOf(archive)),
	);
	const results = await Promise.allSettled(filling);
	signal.removeEventListener('abort', stop);
	return results;
}

/** One of several readers of a stream: one that ends early keeps nothing from the others. */
function branchOf(stream: Readable): Readable {
	const branch = new PassThrough();
	stream.on('error', (error) => branch.destroy(error));
	branch.on('error', () => {});
	return stream.pipe(branch);
}

/** Prepares the copy on a server. */
export async function setUpOn(site: Site, order: ReleaseOrder): Promise<void> {
	for (const command of order.stack.releases.setup) await runIn(site, order, 'setup', command);
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
