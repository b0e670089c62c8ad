// A queue in a folder: a job is a file, and taking it is a rename, which only one process can win.
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const MOST_WAITING = 200;
const root = join(import.meta.dirname, '../tmp/queues');

export class Queue {
	#waiting;
	#taken;

	constructor(name) {
		this.#waiting = join(root, name, 'waiting');
		this.#taken = join(root, name, 'taken');
		mkdirSync(this.#waiting, { recursive: true });
		mkdirSync(this.#taken, { recursive: true });
	}

	get length() {
		return this.#names().length;
	}

	/** The job's id, or null where too many wait already. */
	put(job) {
		if (this.length >= MOST_WAITING) return null;
		const id = randomBytes(2).toString('hex');
		const name = `${Date.now()}-${id}`;
		const draft = join(this.#taken, `${name}.draft`);
		writeFileSync(draft, JSON.stringify({ id, ...job }));
		renameSync(draft, join(this.#waiting, name));
		return id;
	}

	/** The oldest job, or null where none waits. */
	take() {
		for (const name of this.#names()) {
			const path = join(this.#taken, `${name}.${process.pid}`);
			try {
				renameSync(join(this.#waiting, name), path);
			} catch {
				continue; // Another process took it.
			}
			const job = JSON.parse(readFileSync(path, 'utf8'));
			rmSync(path);
			return job;
		}
		return null;
	}

	#names() {
		return readdirSync(this.#waiting).sort();
	}
}
