// The shop's pages, its health check and its figures.
import { createServer } from 'node:http';
import { products, randomOrder } from './lib/catalogue.js';
import { Queue } from './lib/queue.js';
import { onShutdown } from './lib/shutdown.js';

const port = Number(process.env.PORT ?? 5100);
const queues = { default: new Queue('default'), mail: new Queue('mail') };
const startedAt = Date.now();
let requests = 0;

function page() {
	const rows = products.map(
		({ sku, name, price }) => `<li><a href="/products/${sku}">${name}</a> ${price.toFixed(2)}</li>`,
	);
	return `<!doctype html><meta charset="utf-8"><title>Shop</title><h1>Shop</h1><ul>${rows.join('')}</ul>
<form method="post" action="/orders"><button>Order something</button></form><p><a href="/stats.json">figures</a></p>\n`;
}

function productPage(sku) {
	const product = products.find((candidate) => String(candidate.sku) === sku);
	if (!product) return [404, 'text/plain', 'No such product\n'];
	return [200, 'text/html', `<!doctype html><title>${product.name}</title><h1>${product.name}</h1>\n`];
}

function stats() {
	const waiting = { default: queues.default.length, mail: queues.mail.length };
	return { requests, waiting, uptimeSeconds: Math.round((Date.now() - startedAt) / 1000), pid: process.pid };
}

function order() {
	const id = queues.mail.put({ name: 'OrderConfirmation', order: randomOrder() });
	return id
		? [303, 'text/plain', 'Thank you\n', { location: '/' }]
		: [503, 'text/plain', 'Too many orders wait\n'];
}

function respond(method, path) {
	if (method === 'POST' && path === '/orders') return order();
	if (method !== 'GET') return [405, 'text/plain', 'Method not allowed\n'];
	if (path === '/') return [200, 'text/html', page()];
	if (path === '/health') return [200, 'text/plain', 'ok\n'];
	if (path === '/stats.json') return [200, 'application/json', `${JSON.stringify(stats())}\n`];
	if (path.startsWith('/products/')) return productPage(path.slice('/products/'.length));
	return [404, 'text/plain', 'Not found\n'];
}

const server = createServer((request, response) => {
	const begun = process.hrtime.bigint();
	requests += 1;
	const { pathname } = new URL(request.url, 'http://shop');
	const [status, type, body, headers] = respond(request.method, pathname);
	response.writeHead(status, { 'content-type': type, ...headers });
	response.end(body, () => {
		if (pathname === '/health') return;
		const took = Number(process.hrtime.bigint() - begun) / 1e6;
		console.log(
			`${request.method} ${pathname} ${status} ${Buffer.byteLength(body)} bytes in ${took.toFixed(1)} ms`,
		);
	});
});

server.on('error', (error) => {
	console.error(`cannot listen: ${error.message}`);
	process.exitCode = 1;
});
server.listen(port, () => console.log(`listening on http://127.0.0.1:${port}`));
onShutdown(() => {
	server.close();
	server.closeIdleConnections();
});
