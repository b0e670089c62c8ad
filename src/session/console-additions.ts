import { basename } from 'node:path';
import { errorText, ProcdeckError } from '../model/errors.ts';
import { bySeverity } from '../model/finding.ts';
import type { SetupPlan } from '../model/setup.ts';
import { parseSshTarget } from '../model/ssh-target.ts';
import type { Server } from '../server/server.ts';
import { type ConsoleStore, setNewServer } from '../store/console-store.ts';
import type { NewServer } from '../store/new-server.ts';
import { serverNamed } from '../store/selectors.ts';
import type { ChangeRunner } from './console-changes.ts';
import type { ServerPool } from './console-roster.ts';
import type { Addition, ServerRequest } from './inventory.ts';

/** A server that is opened before the stack file names it. */
export interface OpenedAddition {
	readonly addition: Addition;
	readonly server: Server;
}

/**
 * Opens a server that is to become one of the stack. It knows the stack with itself in it.
 * @throws ProcdeckError for what cannot be added, and where the stack's files are broken
 */
export type OpenAddition = (request: ServerRequest) => Promise<OpenedAddition>;

/** Adds servers while the console runs, one at a time: first it looks, and only then it writes. */
export interface Additions {
	check(name: string, place: string): Promise<void>;
	/** Adds what was looked at. */
	add(): Promise<void>;
	leave(): void;
}

export interface AdditionsOptions {
	readonly store: ConsoleStore;
	readonly openAddition: OpenAddition;
	readonly pool: ServerPool;
	readonly runner: ChangeRunner;
	/** Makes an added server one of the console's. */
	readonly join: (server: Server) => void;
}

class OneByOne implements Additions {
	readonly #options: AdditionsOptions;
	/** What is looked at, or was; `plan` is there once it can be added. */
	#current: { readonly opened: OpenedAddition; readonly plan: SetupPlan | null } | null = null;
	/** Counts the looks: one that is not the latest is of no interest any more. */
	#latest = 0;

	constructor(options: AdditionsOptions) {
		this.#options = options;
	}

	async check(name: string, place: string): Promise<void> {
		this.leave();
		const look = this.#latest;
		const begun = newServer(name.trim(), place.trim());
		const tell = (changed: Partial<NewServer>) => setNewServer(this.#options.store, { ...begun, ...changed });
		tell({});
		try {
			await this.#look(begun, look, tell);
		} catch (error) {
			if (look !== this.#latest) return;
			this.#forget();
			tell({ stage: 'refused', error: wordsOf(error) });
		}
	}

	async add(): Promise<void> {
		const { store, runner, pool, join } = this.#options;
		const current = this.#current;
		if (current === null || current.plan === null) return;
		const { opened, plan } = current;
		this.#current = null;
		this.#latest += 1;
		setNewServer(store, null);
		const isAdded = await runner.add(opened.addition.definition.name, async (options) => {
			const { addServer } = await import('./inventory.ts');
			return addServer(opened.addition, opened.server, plan, options);
		});
		if (isAdded) join(opened.server);
		else await pool.close(opened.server);
	}

	leave(): void {
		this.#latest += 1;
		this.#forget();
		if (this.#options.store.getState().newServer !== null) setNewServer(this.#options.store, null);
	}

	async #look(
		{ name, place }: NewServer,
		look: number,
		tell: (changed: Partial<NewServer>) => void,
	): Promise<void> {
		const opened = await this.#open(name, place);
		if (look !== this.#latest) {
			await this.#options.pool.close(opened.server);
			return;
		}
		this.#current = { opened, plan: null };
		const { checkAddition } = await import('./inventory.ts');
		const { findings, plan } = await checkAddition(opened.server);
		if (look !== this.#latest) return;
		const found = { findings: bySeverity(findings), plan };
		if (plan === null) {
			this.#forget();
			tell({ ...found, stage: 'refused', error: `${name} is not ready to run the stack` });
			return;
		}
		this.#current = { opened, plan };
		const { edit } = opened.addition;
		tell({ ...found, stage: 'ready', file: edit === null ? null : basename(edit.path) });
	}

	async #open(name: string, place: string): Promise<OpenedAddition> {
		if (serverNamed(this.#options.store.getState(), name) !== null)
			throw new ProcdeckError('usage', `there is a server ${name} already`, 'take another name');
		const target = parseSshTarget(place);
		return this.#options.openAddition({ name, ...target, scope: 'system', address: null, portBase: null });
	}

	#forget(): void {
		if (this.#current !== null) void this.#options.pool.close(this.#current.opened.server);
		this.#current = null;
	}
}

function newServer(name: string, place: string): NewServer {
	const unknown = { findings: [], plan: null, file: null, error: null } as const;
	return { name, place, stage: 'looking', startedAt: Date.now(), ...unknown };
}

/** What a person can do about it is a part of the words: there is no other place for it. */
function wordsOf(error: unknown): string {
	if (!(error instanceof ProcdeckError)) throw error;
	return errorText(error);
}

export function createAdditions(options: AdditionsOptions): Additions {
	return new OneByOne(options);
}
