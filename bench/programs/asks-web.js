// asks-web.js HOST PORT CONNECTIONS keep|close [PAUSE_MS]: asks for / again and again, each connection as soon as it is
// answered, or after a pause. For each line on stdin it prints as JSON what became of the requests since the line before;
// at the end of stdin it lets what is under way end. It takes little CPU, so that what it asks has the rest.
import { connect } from 'node:net';
import { createInterface } from 'node:readline';

const [host, port, connections, kind, pauseMs = '0'] = process.argv.slice(2);
const keeps = kind === 'keep';
const request = `GET / HTTP/1.1\r\nHost: localhost\r\n${keeps ? '' : 'Connection: close\r\n'}\r\n`;
let isOver = false;
let tally = empty();

function empty() {
	return { since: performance.now(), times: [], failed: [], begun: new Map() };
}

const wallTime = (at) => performance.timeOrigin + at;

/** Of an answer whose head is there: how many bytes it has, who gave it and whether its connection is used again. */
function readHead(head) {
	if (!head.startsWith('HTTP/1.1 200')) return null;
	return {
		length: head.indexOf('\r\n\r\n') + 4 + Number(/\r\ncontent-length: (\d+)/i.exec(head)[1]),
		instance: /\r\nx-instance: ([^\r]*)/i.exec(head)?.[1] ?? '',
		isLast: !keeps || /\r\nconnection: close/i.test(head),
	};
}

function answered(instance, begun) {
	tally.times.push(performance.now() - begun);
	const seen = tally.begun.get(instance) ?? { count: 0, first: begun, last: begun };
	tally.begun.set(instance, {
		count: seen.count + 1,
		first: Math.min(seen.first, begun),
		last: Math.max(seen.last, begun),
	});
}

function open() {
	if (isOver) return;
	const socket = connect({ port: Number(port), host, noDelay: true });
	/** Of the request that is under way; null: none is. */
	let begun = performance.now();
	let received = '';
	const ask = () => {
		if (isOver) return socket.destroy();
		begun = performance.now();
		socket.write(request);
	};
	const fail = (why) => {
		if (begun !== null)
			tally.failed.push({ why, begun: wallTime(begun), ended: wallTime(performance.now()) });
		begun = null;
		socket.destroy();
	};
	socket.on('connect', () => socket.write(request));
	socket.on('data', (chunk) => {
		received += chunk.toString('latin1');
		if (!received.includes('\r\n\r\n')) return;
		const head = readHead(received);
		if (head === null || received.length > head.length)
			return fail(received.slice(0, received.indexOf('\r')));
		if (received.length < head.length) return;
		answered(head.instance, begun);
		received = '';
		begun = null;
		if (head.isLast) socket.destroy();
		else if (pauseMs === '0') ask();
		else setTimeout(ask, Number(pauseMs));
	});
	socket.on('error', ({ code }) => fail(code));
	socket.on('close', () => {
		fail('closed without an answer');
		if (pauseMs === '0') open();
		else setTimeout(open, Number(pauseMs));
	});
}

function print() {
	const { since, times, failed, begun } = tally;
	tally = empty();
	times.sort((a, b) => a - b);
	const byInstance = [...begun].map(([instance, { count, first, last }]) => [
		instance,
		{ count, first: wallTime(first), last: wallTime(last) },
	]);
	const report = {
		forMs: tally.since - since,
		answered: times.length,
		failed,
		p99: times[Math.floor(times.length * 0.99)] ?? null,
		byInstance: Object.fromEntries(byInstance),
	};
	process.stdout.write(`${JSON.stringify(report)}\n`);
}

for (let count = 0; count < Number(connections); count += 1) open();
const lines = createInterface({ input: process.stdin });
lines.on('line', print);
lines.on('close', () => {
	isOver = true;
});
process.on('exit', print);
