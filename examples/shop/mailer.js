// Confirms orders by mail. It has a bug: an order of a guest has no account, and the process dies of it.
import { parseArgs } from 'node:util';
import { Queue } from './lib/queue.js';
import { onShutdown } from './lib/shutdown.js';

const { values } = parseArgs({ options: { from: { type: 'string' } } });
const queue = new Queue('mail');
const PAUSE = 200;
let stopping = false;

const rest = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

function recipientOf(order) {
	return order.account.email.toLowerCase();
}

async function confirm({ order }) {
	const recipient = recipientOf(order);
	const begun = Date.now();
	await rest(60 + Math.random() * 200);
	console.log(`order ${order.number} confirmed to ${recipient} in ${Date.now() - begun} ms`);
}

if (!values.from) throw new Error('cannot start: --from is empty (is MAIL_FROM set?)');
onShutdown(() => {
	stopping = true;
});
console.log(`sending as ${values.from}`);
while (!stopping) {
	const mail = queue.take();
	if (mail) await confirm(mail);
	else await rest(PAUSE);
}
