import { basename } from 'node:path';
import { stepsLeft } from '../model/addition.ts';
import { errorText, ProcdeckError } from '../model/errors.ts';
import { bySeverity } from '../model/finding.ts';
import { parseSshTarget } from '../model/ssh-target.ts';
import type { Server } from '../server/server.ts';
import { type ConsoleStore, setNewServer } from '../store/console-store.ts';
import type { NewServer } from '../store/new-server.ts';
import { serverNamed } from '../store/selectors.ts';
import { openAdditionLog } from './addition/log.ts';
import type { AdditionLook, ChooseCode } from './addition/look.ts';
import type { Addition, ServerRequest } from './addition/prepare.ts';
import { reportTo } from './addition/reporter.ts';
import type { ChangeRunner } from './console-changes.ts';
import { progressInto } from './console-progress.ts';
import type { ServerPool } from './console-roster.ts';

/** A server that is opened before the stack file names it. */
export interface OpenedAddition {
	readonly addition: Addition;
	readonly server: Server;
	readonly chooseCode: ChooseCode;
}

/**
 * Opens a server that is to become one of the stack. It knows the stack with itself in it.
 * @throws ProcdeckError for what cannot be added, and where the stack's files are broken
 */
export type OpenAddition = (request: ServerRequest) => Promise<OpenedAddition>;

/** Adds servers while the console runs, one at a time: first it looks, and only then it changes anything. */
export interface Additions {
	check(name: string, place: string): Promise<void>;
	/** Adds what was looked at. */
	add(): Promise<void>;
	/** Goes on after a step that failed. Where more is to be done than was shown, it is shown first. */
	goOn(): Promise<void>;
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

interface Looked {
	readonly opened: OpenedAddition;
	/** null: not known yet. */
	readonly look: AdditionLook | null;
}

type Tell = (changed: Partial<NewServer>) => void;

class OneByOne implements Additions {
	readonly #options: AdditionsOptions;
	/** What is looked at, or was. */
	#current: Looked | null = null;
	/** Counts the looks: one that is not the latest is of no interest any more. */
	#latest = 0;

	constructor(options: AdditionsOptions) {
		this.#options = options;
	}

	async check(name: string, place: string): Promise<void> {
		this.#forget();
		const look = ++this.#latest;
		const begun = newServer(name.trim(), place.trim());
		const tell: Tell = (changed) => {
			if (look === this.#latest) setNewServer(this.#options.store, { ...begun, ...changed });
		};
		tell({});
		try {
			await this.#look(begun, look, tell);
		} catch (error) {
			const words = wordsOf(error);
			if (look !== this.#latest) return;
			this.#forget();
			tell({ stage: 'refused', error: words });
		}
	}

	async add(): Promise<void> {
		const { store, runner, pool, join } = this.#options;
		const { newServer: shown } = store.getState();
		const current = this.#current;
		if (current === null || current.look === null || shown === null) return;
		const { opened, look } = current;
		this.#current = null;
		const turn = this.#latest;
		const tell: Tell = (changed) => {
			const { newServer: now } = store.getState();
			if (turn === this.#latest && now !== null) setNewServer(store, { ...now, ...changed });
		};
		let failure: string | null = null;
		await runner.add(opened.addition.definition.name, async (options) => {
			try {
				return await this.#carryOut(opened, look, options, tell);
			} catch (error) {
				failure = wordsOf(error);
				throw error;
			}
		});
		if (failure !== null) tell({ stage: 'failed', error: failure });
		else if (turn === this.#latest) setNewServer(store, null);
		if (failure === null) join(opened.server);
		else await pool.close(opened.server);
	}

	async goOn(): Promise<void> {
		const { newServer: failed } = this.#options.store.getState();
		if (failed?.stage !== 'failed') return;
		const shown = new Set(failed.steps.map(({ verb, what }) => `${verb} ${what}`));
		await this.check(failed.name, failed.place);
		const { newServer: now } = this.#options.store.getState();
		if (now?.stage === 'ready' && now.steps.every(({ verb, what }) => shown.has(`${verb} ${what}`)))
			await this.add();
	}

	leave(): void {
		this.#latest += 1;
		this.#forget();
		if (this.#options.store.getState().newServer !== null) setNewServer(this.#options.store, null);
	}

	async #carryOut(
		{ addition, server }: OpenedAddition,
		look: AdditionLook,
		options: Parameters<Parameters<ChangeRunner['add']>[1]>[0],
		tell: Tell,
	) {
		const { carryOutAddition } = await import('./addition/carry-out.ts');
		const log = openAdditionLog(addition.stack, addition.definition.name);
		const progress = progressInto(log.path, (told) => tell({ stage: 'working', progress: told }));
		try {
			const reporter = reportTo(log, progress);
			return await carryOutAddition({ addition, look, server, reporter, options });
		} finally {
			progress.stop();
			log.close();
			await look.code?.close();
		}
	}

	async #look({ name, place }: NewServer, look: number, tell: Tell): Promise<void> {
		const opened = await this.#open(name, place);
		if (look !== this.#latest) {
			await this.#options.pool.close(opened.server);
			return;
		}
		this.#current = { opened, look: null };
		const { lookAtAddition } = await import('./addition/look.ts');
		const seen = await lookAtAddition(opened.addition, opened.server, opened.chooseCode);
		if (look !== this.#latest) {
			await seen.code?.close();
			return;
		}
		const findings = bySeverity(seen.findings);
		if (seen.obstacles.length > 0) {
			this.#forget();
			tell({ findings, stage: 'refused', error: `${name} is not ready to run the stack` });
			return;
		}
		this.#current = { opened, look: seen };
		const { edit } = opened.addition;
		const file = edit === null ? null : basename(edit.path);
		tell({ findings, plan: seen.setup, steps: stepsLeft(seen.steps), stage: 'ready', file });
	}

	async #open(name: string, place: string): Promise<OpenedAddition> {
		if (serverNamed(this.#options.store.getState(), name) !== null)
			throw new ProcdeckError('usage', `there is a server ${name} already`, 'take another name');
		const target = parseSshTarget(place);
		return this.#options.openAddition({ name, ...target, scope: 'system', address: null, portBase: null });
	}

	#forget(): void {
		const { opened, look } = this.#current ?? {};
		this.#current = null;
		void look?.code?.close();
		if (opened !== undefined) void this.#options.pool.close(opened.server);
	}
}

function newServer(name: string, place: string): NewServer {
	const unknown = { findings: [], steps: [], plan: null, file: null, error: null, progress: null } as const;
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
