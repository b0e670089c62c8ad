import { withServers as openServers } from '../../src/commands/open-stack.ts';
import { loadStack } from '../../src/files/load-stack.ts';
import { observe, type ServerObservation } from '../../src/model/observed.ts';
import type { Asker } from '../../src/model/question.ts';
import type { Server } from '../../src/server/server.ts';
import type { App } from './app.ts';

const NOBODY: Asker = { trust: async () => false, answer: async () => null };
const GLOBALS = { environment: null, procfile: null, json: true, colour: false, quiet: true, readOnly: true };
const LONGEST_WAIT_MS = 20_000;

/** What a client of Procdeck's knows of one server, without a screen. */
export class Watcher {
	#observation: ServerObservation | null = null;
	readonly #waiting = new Set<() => void>();

	private constructor() {}

	/** Runs `use` while it watches a server of the app's. */
	static async on<T>(app: App, name: string, use: (watcher: Watcher) => Promise<T>): Promise<T> {
		const globals = { ...GLOBALS, directory: app.directory };
		const stack = await loadStack(globals);
		const definitions = stack.servers.filter((server) => server.name === name);
		const opening = { mode: 'peek', asker: NOBODY } as const;
		return openServers(globals, stack, definitions, opening, async ([server]) => {
			const watcher = new Watcher();
			const stop = await watcher.#watch(server!);
			try {
				return await use(watcher);
			} finally {
				stop();
			}
		});
	}

	/** @returns when it came to know that an instance is in one of these states (`performance.now()`) */
	async knows(instance: string, states: readonly string[]): Promise<number> {
		const { promise, resolve, reject } = Promise.withResolvers<number>();
		const look = () => {
			const found = this.#observation?.instances.find(({ name }) => name === instance);
			if (states.includes(found?.state ?? 'none')) resolve(performance.now());
		};
		const late = () => reject(new Error(`${instance} was not seen as ${states.join(' or ')}`));
		const deadline = setTimeout(late, LONGEST_WAIT_MS);
		this.#waiting.add(look);
		look();
		try {
			return await promise;
		} finally {
			clearTimeout(deadline);
			this.#waiting.delete(look);
		}
	}

	#watch(server: Server): Promise<() => void> {
		return server.observe(
			(event) => {
				if (event.kind === 'snapshot') this.#observation = event.observation;
				else if (this.#observation !== null)
					this.#observation = observe(this.#observation, event, new Date().toISOString());
				for (const look of this.#waiting) look();
			},
			{ stats: false },
		);
	}
}
