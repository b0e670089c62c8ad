import { type Handlers, SocketService } from '../../wire/socket-service.ts';
import { carryOut } from '../carry-out.ts';
import { liveProcess } from '../plan/state.ts';
import { PROTOCOL_VERSION, type SupervisorProtocol } from './protocol.ts';
import type { Supervisor } from './supervisor.ts';

type Service = SocketService<SupervisorProtocol>;

/**
 * Offers a supervisor on its Unix socket.
 * @param onEnd told when a client asked the supervisor to end; the answer was sent by then
 * @param onClients told whenever clients come or go
 */
export function offer(
	supervisor: Supervisor,
	onEnd: (kind: 'hand-over' | 'leave') => void,
	onClients: () => void,
): Service {
	const service: Service = new SocketService({
		socket: supervisor.paths.socket,
		handlers: handlersOf(supervisor, () => service.clients),
		onAnswered(method, result) {
			if (method === 'handOver') onEnd('hand-over');
			if (method === 'leave' && (result as { readonly ends: boolean }).ends) onEnd('leave');
		},
		onClients,
	});
	return service;
}

function handlersOf(supervisor: Supervisor, clients: () => number): Handlers<SupervisorProtocol> {
	return {
		hello: async () => ({ protocol: PROTOCOL_VERSION, pid: process.pid, busy: isBusy(supervisor) }),
		async observe({ stats }, { tell, onUnobserved }) {
			await supervisor.watch.refreshIfTouched();
			tell({ kind: 'snapshot', observation: supervisor.observers.snapshot() });
			onUnobserved(supervisor.listen(tell, stats));
			return null;
		},
		apply: ({ change, options }, { progress }) =>
			carryOut(supervisor, change, { ...options, onProgress: progress }),
		stats: async () => supervisor.stats(),
		note: async (entry) => {
			supervisor.observers.tellHistory(entry);
			await supervisor.keep(entry);
			return null;
		},
		handOver: async () => null,
		leave: async () => ({ ends: !isBusy(supervisor) && clients() === 1 }),
	};
}

/** Whether there is anything that this supervisor has to stay for. */
export function isBusy({ state }: Supervisor): boolean {
	return (
		state.formation.power === 'up' ||
		[...state.instances.values()].some((instance) => liveProcess(instance) !== null)
	);
}
