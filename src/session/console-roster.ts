import { basename } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { ServerDefinition, Stack } from '../model/stack.ts';
import type { Server } from '../server/server.ts';
import type { StackSource } from '../server/stack-source.ts';
import { announce, type ConsoleStore, joinServer, setStack } from '../store/console-store.ts';
import type { Observer } from './console-observer.ts';

/** Opens servers of the stack, and closes them. */
export interface ServerPool {
	open(definition: ServerDefinition): Promise<Server>;
	/** Does nothing the second time. */
	close(server: Server): Promise<void>;
}

/** The servers of a console while it runs, which are those that the stack file names. */
export interface Roster {
	/** As they are now, in the order of the stack file. */
	readonly servers: ReadonlyMap<string, Server>;
	/** Watches the servers and the stack file from now on. */
	start(): void;
	/** Takes in one that this console has added to the stack file. */
	join(server: Server): void;
	stop(): void;
}

export interface RosterOptions {
	/** Those at the start. */
	readonly servers: readonly Server[];
	readonly files: StackSource;
	readonly pool: ServerPool;
	readonly store: ConsoleStore;
	readonly shell: Readonly<Record<string, string>>;
	readonly observer: Observer;
}

class FollowingRoster implements Roster {
	readonly servers: Map<string, Server>;
	readonly #options: RosterOptions;
	readonly #stopWatching = new Map<string, () => void>();
	#updating: Promise<void> = Promise.resolve();
	#stopListening = () => {};
	#isOver = false;

	constructor(options: RosterOptions) {
		this.#options = options;
		this.servers = new Map(options.servers.map((server) => [server.definition.name, server]));
	}

	start(): void {
		for (const server of this.servers.values()) this.#watch(server);
		this.#stopListening = this.#options.files.listen(() => this.#updateSoon());
	}

	join(server: Server): void {
		const { store, pool } = this.#options;
		const { name } = server.definition;
		// The file may have been read already.
		if (this.servers.has(name)) {
			void pool.close(server);
			return;
		}
		joinServer(store, server.definition);
		this.servers.set(name, server);
		this.#watch(server);
	}

	stop(): void {
		this.#isOver = true;
		this.#stopListening();
	}

	#watch(server: Server): void {
		this.#stopWatching.set(server.definition.name, this.#options.observer.watch(server));
	}

	#updateSoon(): void {
		this.#updating = this.#updating.then(() => this.#update());
	}

	async #update(): Promise<void> {
		const { files, pool, store, shell } = this.#options;
		const { stack } = files;
		if (this.#isOver || stack === store.getState().stack) return;
		const before = [...this.servers.values()].map(({ definition }) => definition);
		const difference = differenceOf(before, stack.servers);
		const opened = await Promise.all(difference.opened.map((definition) => pool.open(definition)));
		if (this.#isOver) return;
		for (const name of difference.closed) this.#leave(name);
		setStack(store, stack, shell, difference.closed);
		for (const server of opened) this.servers.set(server.definition.name, server);
		this.#sort(stack);
		for (const server of opened) this.#watch(server);
		const words = wordsOf(difference, stack);
		if (words !== null) announce(store, words, Date.now());
	}

	#leave(name: string): void {
		const server = this.servers.get(name);
		if (server === undefined) return;
		this.servers.delete(name);
		this.#stopWatching.get(name)?.();
		this.#stopWatching.delete(name);
		void this.#options.pool.close(server);
	}

	#sort(stack: Stack): void {
		for (const { name } of stack.servers) {
			const server = this.servers.get(name)!;
			this.servers.delete(name);
			this.servers.set(name, server);
		}
	}
}

export function createRoster(options: RosterOptions): Roster {
	return new FollowingRoster(options);
}

/** What has to be opened and closed. A server that is another machine now is both. */
interface Difference {
	readonly opened: readonly ServerDefinition[];
	readonly closed: ReadonlySet<string>;
}

/** Whether what was opened by one is what the other says. An embedded supervisor reads by itself all but its name. */
function isSame(one: ServerDefinition, other: ServerDefinition): boolean {
	if (one.supervisor === 'embedded' && other.supervisor === 'embedded') return one.name === other.name;
	return isDeepStrictEqual(one, other);
}

function differenceOf(before: readonly ServerDefinition[], now: readonly ServerDefinition[]): Difference {
	const stays = (one: ServerDefinition, others: readonly ServerDefinition[]) =>
		others.some((other) => isSame(one, other));
	return {
		opened: now.filter((definition) => !stays(definition, before)),
		closed: new Set(before.filter((definition) => !stays(definition, now)).map(({ name }) => name)),
	};
}

/** `web3 was added to procdeck.yml, web2 removed from it`; null where the same servers are named. */
function wordsOf({ opened, closed }: Difference, { stackFile }: Stack): string | null {
	const names = opened.map(({ name }) => name);
	const file = stackFile === null ? 'the stack' : basename(stackFile);
	const groups = [
		[names.filter((name) => !closed.has(name)), `added to ${file}`],
		[[...closed].filter((name) => !names.includes(name)), `removed from ${file}`],
		[names.filter((name) => closed.has(name)), `changed in ${file}`],
	] as const;
	const told = groups.flatMap(([group, words]) =>
		group.length === 0 ? [] : [`${group.join(', ')} ${group.length === 1 ? 'was' : 'were'} ${words}`],
	);
	return told.length === 0 ? null : told.join('; ');
}
