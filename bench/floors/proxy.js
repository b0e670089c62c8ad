// The bare library: one agent that keeps its connections, and nothing else. UPSTREAM is a port, PORT where it listens.
import { Agent, createServer } from 'node:http';
import { createProxyServer } from 'httpxy';

const target = { host: '127.0.0.1', port: Number(process.env.UPSTREAM) };
const proxy = createProxyServer({ agent: new Agent({ keepAlive: true }), target, xfwd: true });
createServer((request, response) => {
	proxy.web(request, response).catch(() => response.destroy());
}).listen(Number(process.env.PORT));
