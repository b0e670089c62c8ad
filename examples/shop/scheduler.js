// Puts jobs into the queue by a timetable.
import { pick, products, randomOrder } from './lib/catalogue.js';
import { Queue } from './lib/queue.js';
import { onShutdown } from './lib/shutdown.js';

const queue = new Queue('default');
const mail = new Queue('mail');
const timetable = [
	{ name: 'UpdateStock', every: 700 },
	{ name: 'ResizeImages', every: 900 },
	{ name: 'WarmCache', every: 1300 },
	{ name: 'ImportProducts', every: 2100 },
];

function enqueue(name) {
	const { sku } = pick(products);
	const id = queue.put({ name, sku });
	if (!id) console.warn(`queue is full, left out ${name} (sku ${sku})`);
	else if (name === 'ImportProducts')
		console.log(`enqueued ${id}: ${name} (sku ${sku}), ${queue.length} wait`);
}

const timers = timetable.map(({ name, every }) => setInterval(enqueue, every, name));
// Orders of the day, which the mailer confirms.
timers.push(setInterval(() => mail.put({ name: 'OrderConfirmation', order: randomOrder() }), 2500));

console.log(`timetable: ${timetable.map(({ name, every }) => `${name} each ${every / 1000} s`).join(', ')}`);
onShutdown(() => timers.forEach(clearInterval));
