import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { waitFor } from '../../test/support/wait-for.ts';
import { PROGRAMS } from './tools.ts';

/** Whether connections are used again. */
export const CONNECTION_KINDS = ['keep', 'close'] as const;
export type ConnectionKind = (typeof CONNECTION_KINDS)[number];

/** A request that had no answer with status 200. All times are in milliseconds since the epoch. */
export interface FailedRequest {
	readonly why: string;
	readonly begun: number;
	readonly ended: number;
}

/** What became of the requests of some time. */
export interface Tally {
	readonly forMs: number;
	readonly answered: number;
	readonly failed: readonly FailedRequest[];
	/** Milliseconds; null: none was answered. */
	readonly p99: number | null;
	/** By what said `x-instance`: how many it answered, and when the first and the last of them had begun. */
	readonly byInstance: Readonly<
		Record<string, { readonly count: number; readonly first: number; readonly last: number }>
	>;
}

export interface WebLoadOptions {
	readonly host?: string;
	readonly port: number;
	readonly connections: number;
	readonly kind: ConnectionKind;
	/** How long each connection waits after an answer (0). */
	readonly pauseMs?: number;
}

/** Web clients in a process of their own, which ask again as soon as they are answered. */
export class WebLoad {
	readonly #child: ChildProcess;
	readonly #lines: AsyncIterator<string>;

	constructor({ host = '127.0.0.1', port, connections, kind, pauseMs = 0 }: WebLoadOptions) {
		const args = [host, port, connections, kind, pauseMs].map(String);
		this.#child = spawn(process.execPath, [join(PROGRAMS, 'asks-web.js'), ...args], {
			stdio: ['pipe', 'pipe', 'inherit'],
		});
		this.#lines = createInterface({ input: this.#child.stdout! })[Symbol.asyncIterator]();
	}

	/** What became of the requests that have ended since it was asked before. */
	tally(): Promise<Tally> {
		this.#child.stdin!.write('\n');
		return this.#next();
	}

	/** Lets what is under way end. */
	stop(): Promise<Tally> {
		this.#child.stdin!.end();
		return this.#next();
	}

	async #next(): Promise<Tally> {
		const { value, done } = await this.#lines.next();
		if (done === true) throw new Error('the load ended by itself');
		return JSON.parse(value) as Tally;
	}
}

/** Runs `use` under a load that has begun to be answered. */
export async function underLoad<T>(options: WebLoadOptions, use: (load: WebLoad) => Promise<T>): Promise<T> {
	const load = new WebLoad(options);
	try {
		await waitFor(async () => (await load.tally()).answered > 0, 'an answer');
		return await use(load);
	} finally {
		await load.stop();
	}
}
