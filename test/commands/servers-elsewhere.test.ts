import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { type TempStack, tempStack } from '../support/temp-stack.ts';

const Procfile = 'web: sleep 1000\n';

async function stackElsewhere(port: number): Promise<TempStack> {
	const file = `stack: shop\nservers:\n  far: { host: 127.0.0.1, port: ${port} }\n`;
	return tempStack({ Procfile, 'procdeck.yml': file });
}

/** The port of a host that takes connections, and says nothing until it breaks them off. */
async function silentHost(breaksOffAfterMs: number): Promise<number> {
	const sockets = new Set<Socket>();
	const server = createServer((socket) => {
		sockets.add(socket.on('error', () => {}));
		setTimeout(() => socket.end('x\r\n'.repeat(2000)), breaksOffAfterMs).unref();
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	onTestFinished(() => {
		for (const socket of sockets) socket.destroy();
		server.close();
	});
	return (server.address() as AddressInfo).port;
}

it('says what it waits for where connecting takes a while, once', async () => {
	const stack = await stackElsewhere(await silentHost(2_000));
	const { stderr } = await stack.procdeck('servers');
	expect(stderr.match(/connecting to far \.\.\./g)).toHaveLength(1);
	for (const option of ['-q', '--json'])
		expect((await stack.procdeck('servers', option)).stderr).not.toContain('connecting');
}, 30_000);

it.each(['start', 'down'])('%s alone says where the servers are, and what to do', async (verb) => {
	const stack = await stackElsewhere(await freePort());
	const { exitCode, stderr } = await stack.procdeck('-e', 'production', verb);
	expect(exitCode).toBe(2);
	expect(stderr).toContain('shop (production) has its servers elsewhere: far');
	expect(stderr).toContain(`procdeck -e production ${verb} --all`);
});

it.each([['enable'], ['status', '--server', 'far']])(
	'boot %s says that there is nothing to enable',
	async (...args) => {
		const stack = await stackElsewhere(await freePort());
		const { exitCode, stderr } = await stack.procdeck('boot', ...args);
		expect(exitCode).toBe(2);
		expect(stderr).toMatch(/on far systemd starts with the machine what is wanted there/);
	},
);

it('names a server that cannot be reached once', async () => {
	const stack = await stackElsewhere(await freePort());
	const { stderr } = await stack.procdeck('servers');
	expect(stderr).toMatch(/^far cannot be reached: 127\.0\.0\.1 port \d+ refuses the connection$/m);
});
