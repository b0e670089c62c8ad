import { expect, test } from 'vitest';
import { type HistoryEntry, recordedReason } from '../../src/model/change.ts';
import { receive, setNow } from '../../src/store/console-store.ts';
import { sceneOf } from '../support/console-model.ts';
import { START, scriptedServer } from '../support/scripted-server.ts';

/** What the pane says of changes of `web` to 2, 3 and so on, a line each, the newest first. */
function changesAfter(minutes: number, ...told: readonly Partial<HistoryEntry>[]): string[] {
	const server = scriptedServer({ counts: { web: 1 } });
	const scene = sceneOf([server]);
	for (const [position, each] of told.entries()) {
		const id = String(position);
		const at = new Date(START + position * 1000).toISOString();
		const made = { id, changeId: id, at, who: 'ann@desk', verb: 'scale', server: 'local', type: 'web' };
		const entry = { ...made, from: position + 1, to: position + 2, outcome: null, ...each };
		receive(scene.store, 'local', { kind: 'history', entry }, START);
	}
	setNow(scene.store, START + minutes * 60_000);
	const lines = scene.screen(160, 60).split('\n');
	return lines.slice(lines.findIndex((line) => line.includes(' Changes ')) + 1, -1);
}

test('a change that a later one has overtaken is not told to be under way', () => {
	const [latest, overtaken] = changesAfter(1, {}, {});
	expect(latest).toMatch(/web 2 → 3 .*under way/);
	expect(overtaken).toMatch(/web 1 → 2 .*unknown {2}overtaken/);
});

test('a change whose maker went away is so known after an hour', () => {
	expect(changesAfter(59, {})[0]).toContain('under way');
	expect(changesAfter(62, {})[0]).toMatch(/unknown {2}who made it went/);
});

test('a change that nobody waited for is told to be recorded', () => {
	const [line] = changesAfter(1, { outcome: 'done', reason: recordedReason(null) });
	expect(line).toMatch(/web 1 → 2 +local +ann@desk +recorded *(│|$)/);
});

test('a change of the environment names the variables, on all servers at once', () => {
	const made = { verb: 'env set', type: null, from: null, to: 'TOKEN', outcome: 'done' } as const;
	expect(changesAfter(1, made)[0]).toMatch(/env set TOKEN +local +ann@desk/);
});
