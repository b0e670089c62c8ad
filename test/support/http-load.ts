import { Agent, get, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** Between an answer and the next request of a client: all together ask often, and leave the machine to what is tested. */
const PAUSE_MS = 5;

interface LoadOptions {
	/** Where to, with a path: `http://127.0.0.1:8080/`. */
	readonly url: string;
	/** Clients that ask at the same time (8). */
	readonly connections?: number;
	/** Connections are used again (true). */
	readonly keepAlive?: boolean;
}

/** What became of the requests of a load. */
export interface LoadResult {
	readonly answered: number;
	/** What went wrong with each of the others: `503 Service Unavailable`, `ECONNRESET`. */
	readonly failed: readonly string[];
	/** Answers by what said `x-instance`. */
	readonly byInstance: Readonly<Record<string, number>>;
}

/** Web clients that ask again soon after they are answered. */
export class HttpLoad {
	readonly #url: string;
	readonly #agent: Agent;
	readonly #clients: readonly Promise<void>[];
	readonly #failed: string[] = [];
	#byInstance: Record<string, number> = {};
	#answered = 0;
	#isOver = false;

	constructor({ url, connections = 8, keepAlive = true }: LoadOptions) {
		this.#url = url;
		this.#agent = new Agent({ keepAlive });
		this.#clients = Array.from({ length: connections }, () => this.#ask());
	}

	get result(): LoadResult {
		return { answered: this.#answered, failed: [...this.#failed], byInstance: { ...this.#byInstance } };
	}

	/** Counts the answers anew; what failed stays. */
	restartCount(): void {
		this.#answered = 0;
		this.#byInstance = {};
	}

	/** Lets what is under way end. */
	async stop(): Promise<LoadResult> {
		this.#isOver = true;
		await Promise.all(this.#clients);
		this.#agent.destroy();
		return this.result;
	}

	async #ask(): Promise<void> {
		while (!this.#isOver) {
			const outcome = await request(this.#url, this.#agent);
			if ('failure' in outcome) this.#failed.push(outcome.failure);
			else this.#count(outcome.instance);
			await sleep(PAUSE_MS);
		}
	}

	#count(instance: string): void {
		this.#answered += 1;
		this.#byInstance[instance] = (this.#byInstance[instance] ?? 0) + 1;
	}
}

type Outcome = { readonly instance: string } | { readonly failure: string };

function request(url: string, agent: Agent): Promise<Outcome> {
	return new Promise((resolve) => {
		const failed = (error: NodeJS.ErrnoException) => resolve({ failure: error.code ?? error.message });
		get(url, { agent }, (response) => {
			response.on('error', failed);
			response.on('end', () => resolve(outcomeOf(response)));
			response.resume();
		}).on('error', failed);
	});
}

function outcomeOf({ statusCode = 0, statusMessage, headers }: IncomingMessage): Outcome {
	if (statusCode >= 500) return { failure: `${statusCode} ${statusMessage}` };
	return { instance: String(headers['x-instance'] ?? '') };
}
