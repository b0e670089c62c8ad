// asks-web.js PORT CONNECTIONS MILLISECONDS keep|close: asks for / again and again, each connection as soon as it is answered,
// and prints {"answered", "failed", "p99"} as JSON. It takes little CPU, so that what it asks has the rest.
import { connect } from 'node:net';

const [port, connections, milliseconds] = process.argv.slice(2, 5).map(Number);
const keeps = process.argv[5] === 'keep';
const request = `GET / HTTP/1.1\r\nHost: localhost\r\n${keeps ? '' : 'Connection: close\r\n'}\r\n`;
const end = performance.now() + milliseconds;
const times = [];
let failed = 0;

/** How many bytes an answer has, once its head is there; a failure has none. */
function lengthOf(head) {
	if (!head.startsWith('HTTP/1.1 200')) return null;
	return head.indexOf('\r\n\r\n') + 4 + Number(/content-length: (\d+)/i.exec(head)[1]);
}

function open() {
	if (performance.now() > end) return;
	const socket = connect({ port, host: '127.0.0.1', noDelay: true });
	let begun = performance.now();
	let received = '';
	const next = () => {
		times.push(performance.now() - begun);
		if (!keeps || performance.now() > end) return socket.destroy();
		received = '';
		begun = performance.now();
		socket.write(request);
	};
	socket.on('connect', () => socket.write(request));
	socket.on('data', (chunk) => {
		received += chunk.toString('latin1');
		if (!received.includes('\r\n\r\n')) return;
		const length = lengthOf(received);
		if (length === null) failed += 1;
		if (length === null || received.length > length) socket.destroy();
		else if (received.length === length) next();
	});
	socket.on('error', () => {
		failed += 1;
	});
	socket.on('close', open);
}

for (let count = 0; count < connections; count += 1) open();
process.on('exit', () => {
	times.sort((a, b) => a - b);
	const p99 = times[Math.floor(times.length * 0.99)] ?? null;
	process.stdout.write(JSON.stringify({ answered: times.length, failed, p99 }));
});
