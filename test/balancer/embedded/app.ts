import { type ChildProcess, spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { createServer, get } from 'node:http';
import { onTestFinished } from 'vitest';
import type { Balancer } from '../../../src/balancer/balancer.ts';
import { embeddedBalancer } from '../../../src/balancer/embedded/client.ts';
import { balancerPaths } from '../../../src/balancer/embedded/paths.ts';
import { connectTo } from '../../../src/balancer/embedded/protocol.ts';
import type { Backend } from '../../../src/model/balancer.ts';
import type { BalancerApp, Upstream } from '../../contract/balancer-app.ts';
import { type EmbeddedApp, embeddedApp } from '../../server/embedded/app.ts';
import { fixture } from '../../support/binary.ts';
import { freePort } from '../../support/free-port.ts';
import { isAlive } from '../../support/processes.ts';
import { waitFor } from '../../support/wait-for.ts';

export interface EmbeddedBalancerApp extends BalancerApp {
	/** The stack under whose supervisor it is; started. */
	readonly app: EmbeddedApp;
	/** The folder of the load balancer. */
	readonly directory: string;
	/** The pid of the process that listens; fails where none runs. */
	pid(): Promise<number>;
	/** Kills it and waits until it is gone. */
	kill(): Promise<void>;
}

/** A stack of its own under the supervisor of the built binary, and web programs beside it. */
export async function embeddedBalancerApp(): Promise<EmbeddedBalancerApp> {
	const app = await embeddedApp({ Procfile: `idle: ${fixture('runs')}\n` });
	await (await app.connect()).start();
	const directory = app.paths.balancer;
	const port = await freePort();
	const url = `http://127.0.0.1:${port}`;
	const supervisorSocket = app.paths.socket.path;
	const connect = async (): Promise<Balancer> =>
		embeddedBalancer({ server: 'local', directory, supervisorSocket });
	const pid = async () => (await hello(directory)).pid;
	const kill = async () => {
		const killed = await pid();
		process.kill(killed, 'SIGKILL');
		await waitFor(() => !isAlive(killed), 'the load balancer to be gone');
	};
	return {
		app,
		directory,
		port,
		url,
		connect,
		pid,
		kill,
		upstream,
		async restart() {
			await kill();
			await waitFor(() => listens(port), 'the load balancer to be back');
		},
		async meddle(backend) {
			await writeFile(balancerPaths(directory).configuration, 'edited by hand');
			const other = await connect();
			await other.drain(backend, { withinMs: null });
			await other.close();
		},
		async takePort() {
			const server = createServer().listen(port);
			onTestFinished(() => void server.close());
			await waitFor(() => server.listening, 'the port to be taken');
		},
	};
}

async function hello(directory: string): Promise<{ readonly pid: number }> {
	const connection = await connectTo(balancerPaths(directory).socket.path);
	if (connection === null) throw new Error('no load balancer runs');
	const answer = await connection.request('hello', null);
	connection.close();
	return answer;
}

async function upstream(server: string, instance: string): Promise<Upstream> {
	const port = await freePort();
	const backend: Backend = { server, instance, address: '127.0.0.1', port };
	let child = await start(backend);
	onTestFinished(() => void child.kill('SIGKILL'));
	return {
		backend,
		url: `http://127.0.0.1:${port}`,
		async kill(signal) {
			child.kill(signal);
			await waitFor(() => child.exitCode !== null || child.signalCode !== null, `${instance} to end`);
		},
		async restart() {
			child = await start(backend);
		},
	};
}

async function start({ server, instance, port }: Backend): Promise<ChildProcess> {
	const env = { ...process.env, PORT: String(port), INSTANCE: `${instance}@${server}` };
	const child = spawn(process.execPath, [fixture('serves-web.js')], { env, stdio: 'ignore' });
	await waitFor(() => listens(port), `${instance} of ${server} to listen`);
	return child;
}

function listens(port: number): Promise<boolean> {
	return new Promise((resolve) => {
		get({ host: '127.0.0.1', port, agent: false }, (response) => {
			response.resume();
			resolve(true);
		}).on('error', () => resolve(false));
	});
}
