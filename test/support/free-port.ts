import { createServer } from 'node:net';

/** A port that nobody listens on: the wanted one, or else any. */
export async function freePort(wanted = 0): Promise<number> {
	const server = createServer();
	const listening = new Promise<boolean>((resolve) => {
		server.once('error', () => resolve(false));
		server.listen(wanted, () => resolve(true));
	});
	if (!(await listening)) return freePort();
	const { port } = server.address() as { port: number };
	await new Promise((resolve) => server.close(resolve));
	return port;
}
