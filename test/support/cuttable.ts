import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A way to a port of this machine that can be cut like a network cable: neither end is told anything. */
export interface Cuttable {
	readonly port: number;
	cut(): void;
	/** What was on its way comes through now. */
	heal(): void;
	close(): void;
}

export async function cuttable(target: number): Promise<Cuttable> {
	const sockets = new Set<Socket>();
	let isCut = false;
	const server = createServer({ pauseOnConnect: true }, (near) => {
		const far = connect(target, '127.0.0.1');
		for (const [from, to] of [
			[near, far],
			[far, near],
		] as const) {
			sockets.add(from);
			from.setNoDelay(true);
			from.on('error', () => {});
			from.on('data', (chunk) => to.write(chunk));
			from.on('close', () => {
				sockets.delete(from);
				if (!isCut) to.destroy();
			});
		}
		if (!isCut) near.resume();
	}).listen(0, '127.0.0.1');
	await once(server, 'listening');
	return {
		port: (server.address() as { port: number }).port,
		cut() {
			isCut = true;
			for (const socket of sockets) socket.pause();
		},
		heal() {
			isCut = false;
			for (const socket of sockets) socket.resume();
		},
		close() {
			server.close();
			for (const socket of sockets) socket.destroy();
		},
	};
}
