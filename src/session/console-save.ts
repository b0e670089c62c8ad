import { ProcdeckError } from '../model/errors.ts';
import { freshId } from '../model/fresh-id.ts';
import { type ConsoleStore, putActivity, setSaved } from '../store/console-store.ts';
import { expandHome, saveLines } from './save-lines.ts';

/** Saves a log, and tells what became of it: news when it is there, an error for whoever typed the path when it is not. */
export async function saveLog(store: ConsoleStore, path: string, lines: readonly string[]): Promise<void> {
	const startedAt = Date.now();
	try {
		await saveLines(expandHome(path), lines);
	} catch (error) {
		if (!(error instanceof ProcdeckError)) throw error;
		setSaved(store, { error: error.message });
		return;
	}
	setSaved(store, { error: null });
	const count = `${lines.length.toLocaleString('en')} ${lines.length === 1 ? 'line' : 'lines'}`;
	putActivity(store, {
		id: freshId(),
		subject: path,
		action: `save ${count}`,
		startedAt,
		settled: 0,
		total: 0,
		outcome: 'done',
		reason: null,
		tookMs: Date.now() - startedAt,
		servers: [],
		rows: [],
	});
}
