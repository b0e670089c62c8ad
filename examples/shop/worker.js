// Works through a queue, one job at a time.
import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { parseArgs } from 'node:util';
import { deflateSync } from 'node:zlib';
import { pick, products } from './lib/catalogue.js';
import { Queue } from './lib/queue.js';
import { onShutdown } from './lib/shutdown.js';

const { values } = parseArgs({ options: { queue: { type: 'string', default: 'default' } } });
const queue = new Queue(values.queue);
const SLOW = 1000;
const PAUSE = 100;
let stopping = false;

const rest = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

function visit(path) {
	return new Promise((resolve, reject) => {
		const call = request(new URL(path, process.env.WEB_URL), { agent: false, timeout: 2000 }, (response) => {
			response.resume().on('end', () => resolve(response.statusCode));
		});
		call.on('timeout', () => call.destroy(new Error('no answer in 2 s')));
		call.on('error', reject);
		call.end();
	});
}

const photo = randomBytes(128 * 1024);

/** Work for the processor, some photos more than others. */
async function resizeImages() {
	const photos = 2 + Math.floor(Math.random() * 40);
	for (let count = 0; count < photos; count += 1) deflateSync(photo);
}

const jobs = {
	ResizeImages: resizeImages,
	UpdateStock: () => rest(5 + Math.random() * 30),
	// The supplier's API takes its time now and then.
	ImportProducts: () => rest(Math.random() < 0.15 ? SLOW + Math.random() * 1500 : 40 + Math.random() * 80),
	WarmCache: () => visit(pick(['/', `/products/${pick(products).sku}`])),
};

async function work({ id, name, sku }) {
	const begun = Date.now();
	try {
		await jobs[name]();
	} catch (error) {
		console.error(`job ${id} failed: ${name} (${error.message})`);
		return;
	}
	const took = Date.now() - begun;
	if (took >= SLOW) console.log(`job ${id} slow: ${took} ms in ${name} (sku ${sku}); ${queue.length} wait`);
	else console.log(`job ${id} done in ${took} ms: ${name}`);
}

onShutdown(() => {
	stopping = true;
});
console.log(`working on queue ${values.queue}`);
while (!stopping) {
	const job = queue.take();
	if (job) await work(job);
	else await rest(PAUSE);
}
