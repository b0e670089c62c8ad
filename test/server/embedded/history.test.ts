import { appendFile, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { HistoryEntry } from '../../../src/model/change.ts';
import { appendHistory, readHistory } from '../../../src/server/embedded/history.ts';
import { tempFolder } from '../../support/temp-folder.ts';

function entry(id: string, changed: Partial<HistoryEntry> = {}): HistoryEntry {
	return {
		id,
		changeId: `change of ${id}`,
		at: '2026-11-22T14:02:00.000Z',
		who: 'ann@here',
		verb: 'scale',
		server: 'local',
		type: 'worker',
		from: 1,
		to: 2,
		outcome: null,
		...changed,
	};
}

const historyFile = async () => join(await tempFolder({}), 'history');

describe('the history', () => {
	it('keeps the order, and the outcome that comes later', async () => {
		const file = await historyFile();
		await appendHistory(file, entry('a'));
		await appendHistory(file, entry('b'));
		await appendHistory(file, entry('a', { outcome: 'done', tookMs: 12 }));
		expect(readHistory(file)).toEqual([entry('a', { outcome: 'done', tookMs: 12 }), entry('b')]);
	});

	it('that is not there is empty', async () => {
		expect(readHistory(await historyFile())).toEqual([]);
	});

	it('passes over what a crash cut short, and goes on after it', async () => {
		const file = await historyFile();
		await appendHistory(file, entry('a'));
		await appendHistory(file, entry('b'));
		await truncate(file, (await stat(file)).size - 10);
		await appendHistory(file, entry('c'));
		await appendFile(file, '\nnull\n[]\n"text"\n{}');
		expect(readHistory(file).map(({ id }) => id)).toEqual(['a', 'c']);
	});

	it('loses nothing that is added while it is made shorter', async () => {
		const file = await historyFile();
		const reason = 'x'.repeat(40_000);
		const ids = Array.from({ length: 60 }, (_, index) => `${index}`);
		await Promise.all(ids.map((id) => appendHistory(file, entry(id, { reason }))));
		expect(readHistory(file).map(({ id }) => id)).toEqual(ids);
	});

	it('is for this user alone and stays bounded, the latest kept', async () => {
		const file = await historyFile();
		await appendHistory(file, entry('first'));
		expect((await stat(file)).mode & 0o777).toBe(0o600);
		for (let index = 0; index < 600; index++)
			await appendHistory(file, entry(`${index}`, { reason: 'x'.repeat(2_000) }));
		expect((await stat(file)).size).toBeLessThan(2.2 * 1024 * 1024);
		const ids = readHistory(file).map(({ id }) => id);
		expect(ids.at(-1)).toBe('599');
		expect(ids).toHaveLength(500);
	});
});
