import type { ChangeOptions, ChangeRow, HistoryEntry } from '../model/change.ts';
import { ProcdeckError } from '../model/errors.ts';
import { freshId } from '../model/fresh-id.ts';
import type { EnvironmentWritten, Server } from '../server/server.ts';
import { snapshotOf } from './snapshot.ts';

/** What was done to the environment of a stack, as its rows and its history tell it. No values. */
export interface EnvironmentChange {
	readonly verb: 'env set' | 'env unset';
	readonly names: readonly string[];
	/** Whether the files here have become others by it. */
	readonly isEdited: boolean;
}

type Options = Pick<ChangeOptions, 'who' | 'changeId' | 'onProgress'>;

/** What became of the environment on one server. */
export interface PushedEnvironment {
	readonly row: ChangeRow;
	/** Whether instances run there, which still have the one before. */
	readonly isStale: boolean;
}

/**
 * Puts the environment that the stack's files say on its servers, and notes that in their histories. A server that fails
 * has a row that says so, and the others go on. Nothing is restarted.
 */
export function pushEnvironment(
	servers: readonly Server[],
	change: EnvironmentChange,
	options: Options,
): Promise<PushedEnvironment[]> {
	const { onProgress = () => {} } = options;
	let done = 0;
	return Promise.all(
		servers.map(async (server) => {
			try {
				return await pushTo(server, change, options);
			} catch (error) {
				if (!(error instanceof ProcdeckError)) throw error;
				return { row: failedRow(server, change, error), isStale: false };
			} finally {
				done++;
				onProgress(done, servers.length);
			}
		}),
	);
}

async function pushTo(
	server: Server,
	change: EnvironmentChange,
	options: Options,
): Promise<PushedEnvironment> {
	const written = server.setup === null ? byItself(change) : await server.setup.writeEnvironment();
	const { outcome, reason } = told(written, change);
	const row = { ...subject(server, change), outcome, reason };
	if (outcome === 'unchanged') return { row, isStale: false };
	await note(server, row, change, options);
	return { row, isStale: await runsSomething(server) };
}

/** A supervisor on this machine reads the files itself. */
function byItself({ isEdited, names }: EnvironmentChange): EnvironmentWritten {
	return isEdited ? { kind: 'written', names } : { kind: 'unchanged' };
}

function told(
	written: EnvironmentWritten,
	{ names }: EnvironmentChange,
): Pick<ChangeRow, 'outcome' | 'reason'> {
	switch (written.kind) {
		case 'unchanged':
			return { outcome: 'unchanged', reason: null };
		case 'not-set-up':
			return {
				outcome: 'unchanged',
				reason: 'nothing of the stack is set up there yet, and what is set up gets it',
			};
		case 'written': {
			const others = written.names.filter((name) => !names.includes(name));
			const reason =
				others.length === 0 ? null : `of ${others.join(', ')} the files here say something else too`;
			return { outcome: 'done', reason };
		}
	}
}

function subject(
	server: Server,
	{ verb, names }: EnvironmentChange,
): Pick<ChangeRow, 'server' | 'type' | 'from' | 'to'> {
	const listed = names.join(', ');
	const isSet = verb === 'env set';
	return {
		server: server.definition.name,
		type: null,
		from: isSet ? null : listed,
		to: isSet ? listed : null,
	};
}

function failedRow(server: Server, change: EnvironmentChange, { code, message }: ProcdeckError): ChangeRow {
	const outcome = code === 'unreachable' ? 'unreachable' : 'failed';
	return { ...subject(server, change), outcome, reason: message, code };
}

async function note(
	server: Server,
	{ reason, ...row }: ChangeRow,
	{ verb }: EnvironmentChange,
	{ who, changeId }: Options,
): Promise<void> {
	const entry: HistoryEntry = {
		id: freshId(),
		changeId,
		at: new Date().toISOString(),
		who,
		verb,
		...row,
		...(reason === null ? {} : { reason }),
	};
	// What cannot be noted stops nothing.
	await server.note(entry).catch(() => {});
}

async function runsSomething(server: Server): Promise<boolean> {
	const seen = await snapshotOf(server).catch(() => null);
	return seen?.instances.some(({ pid }) => pid !== null) === true;
}
