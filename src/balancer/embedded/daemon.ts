import { closeSync } from 'node:fs';
import { ownedDirectory } from '../../files/private-files.ts';
import { acquireLock, type KernelLock } from '../../linux/lock.ts';
import type { Handlers } from '../../wire/socket-service.ts';
import { SocketService } from '../../wire/socket-service.ts';
import { LoadBalancer } from './load-balancer.ts';
import { type BalancerPaths, balancerPaths } from './paths.ts';
import { type BalancerProtocol, PROTOCOL_VERSION } from './protocol.ts';

/**
 * The load balancer whose configuration is in a folder, until it is told to end. Closes stdout once it can be asked, and
 * then is silent.
 * @returns the exit code: 0 when it was told to end, or another one is there already
 * @throws ProcdeckError when there is no configuration, or the folder cannot be used
 */
export async function runBalancer(directory: string): Promise<number> {
	// The terminal that it was started from may go away at any time.
	process.on('SIGHUP', () => {});
	const paths = balancerPaths(directory);
	ownedDirectory(directory);
	const lock = await acquireLock(paths.lock);
	if (lock === null) return 0;
	try {
		return await serve(paths, lock);
	} finally {
		lock.release();
	}
}

async function serve(paths: BalancerPaths, lock: KernelLock): Promise<number> {
	const balancer = await LoadBalancer.open(paths);
	let end = (_: 'asked' | 'lock-lost') => {};
	const ended = new Promise<'asked' | 'lock-lost'>((resolve) => {
		end = resolve;
	});
	const service = new SocketService<BalancerProtocol>({
		socket: paths.socket,
		handlers: handlersOf(balancer),
		onAnswered: (method) => {
			if (method === 'end') end('asked');
		},
	});
	await service.listen();
	sayReady();
	void lock.lost.then(() => end('lock-lost'));
	for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => end('asked'));
	const reason = await ended;
	await balancer.close();
	if (reason === 'lock-lost') service.drop();
	else await service.close();
	return reason === 'asked' ? 0 : 1;
}

function handlersOf(balancer: LoadBalancer): Handlers<BalancerProtocol> {
	return {
		hello: async () => ({ protocol: PROTOCOL_VERSION, pid: process.pid }),
		async observe(_, { tell, onUnobserved }) {
			onUnobserved(balancer.observers.add(tell));
			return null;
		},
		configure: async ({ configuration }) => nothing(balancer.configure(configuration)),
		setServing: ({ server, serving, withinMs }, { progress }) =>
			balancer.setServing(server, serving, { withinMs, onSessions: progress }),
		setBackends: ({ servers, backends, withinMs }, { progress }) =>
			balancer.setBackends(servers, backends, { withinMs, onSessions: progress }),
		drain: ({ backend, withinMs }, { progress }) =>
			balancer.drain(backend, { withinMs, onSessions: progress }),
		release: ({ backend, withinMs }) => nothing(balancer.release(backend, withinMs)),
		mend: () => nothing(balancer.mend()),
		end: async () => null,
	};
}

async function nothing(done: Promise<void>): Promise<null> {
	await done;
	return null;
}

/** Whoever started it waits for the end of this pipe. */
function sayReady(): void {
	try {
		closeSync(1);
	} catch {
		// It is gone already.
	}
}
