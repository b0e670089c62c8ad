import { describe, expect, it } from 'vitest';
import type { Change, ChangeOptions, ChangeRow } from '../../src/model/change.ts';
import { ProcdeckError } from '../../src/model/errors.ts';
import type { Server } from '../../src/server/server.ts';
import { applyToAll } from '../../src/session/fan-out.ts';
import { exitCodeOfRows } from '../../src/session/outcome.ts';
import { scriptedServer } from '../support/scripted-server.ts';

const OPTIONS: ChangeOptions = { wait: true, timeoutMs: null, who: 'ann@desk', changeId: 'change-1' };
const SCALE: Change = { verb: 'scale', targets: [{ type: 'web', to: 2, expected: null }] };

function failing(name: string, error: Error): Server {
	return { ...scriptedServer({ name, counts: { web: 1 } }), apply: () => Promise.reject(error) };
}

describe('applyToAll', () => {
	it('changes all servers under one id', async () => {
		const servers = ['a', 'b'].map((name) => scriptedServer({ name, counts: { web: 1 } }));
		const rows = await applyToAll(servers, SCALE, OPTIONS);
		expect(rows.map(({ server, from, to, outcome }) => [server, from, to, outcome])).toEqual([
			['a', 1, 2, 'done'],
			['b', 1, 2, 'done'],
		]);
		expect(servers.map(({ observation }) => observation.history[0]?.changeId)).toEqual([
			'change-1',
			'change-1',
		]);
	});

	it('tells of a server that fails and goes on with the others', async () => {
		const lost = failing('b', new ProcdeckError('unreachable', 'no answer'));
		const rows = await applyToAll([scriptedServer({ name: 'a', counts: { web: 1 } }), lost], SCALE, OPTIONS);
		expect(rows[1]).toEqual({
			server: 'b',
			type: 'web',
			from: null,
			to: 2,
			outcome: 'unreachable',
			reason: 'no answer',
			code: 'unreachable',
		});
		expect(exitCodeOfRows(rows)).toBe(3);
	});

	it('rejects where nothing was attempted', async () => {
		const limit = new ProcdeckError('limit', 'too many');
		await expect(applyToAll([failing('a', limit)], SCALE, OPTIONS)).rejects.toBe(limit);
		await expect(applyToAll([failing('a', limit), failing('b', limit)], SCALE, OPTIONS)).rejects.toBe(limit);
	});

	it('lists several servers that are all unreachable', async () => {
		const lost = new ProcdeckError('unreachable', 'no answer');
		const rows = await applyToAll([failing('a', lost), failing('b', lost)], SCALE, OPTIONS);
		expect(rows.map(({ outcome }) => outcome)).toEqual(['unreachable', 'unreachable']);
		expect(exitCodeOfRows(rows)).toBe(1);
	});

	it('tells each of the reasons that servers have to refuse, once', async () => {
		const limit = (name: string, message: string) =>
			failing(name, new ProcdeckError('limit', message, 'why'));
		const servers = [limit('a', 'too many on a'), limit('b', 'too many on b'), limit('c', 'too many on b')];
		await expect(applyToAll(servers, SCALE, OPTIONS)).rejects.toMatchObject({
			code: 'limit',
			message: 'too many on a\ntoo many on b',
			hint: 'why',
		});
	});

	it('does not hide a bug behind an outcome', async () => {
		const bug = new TypeError('undefined is not a function');
		await expect(applyToAll([failing('a', bug)], SCALE, OPTIONS)).rejects.toBe(bug);
	});

	it('adds up the progress of all servers', async () => {
		const telling = (name: string, settled: number): Server => ({
			...scriptedServer({ name, counts: { web: 1 } }),
			apply: async (_change, { onProgress }) => {
				onProgress?.(settled, 5);
				return [];
			},
		});
		const told: [number, number][] = [];
		const onProgress = (settled: number, total: number) => told.push([settled, total]);
		await applyToAll([telling('a', 2), telling('b', 3)], SCALE, { ...OPTIONS, onProgress });
		expect(told.at(-1)).toEqual([5, 10]);
	});
});

it.each<[ChangeRow['outcome'][], number]>([
	[[], 0],
	[['done', 'unchanged'], 0],
	[['failed'], 1],
	[['unreachable', 'unknown'], 1],
	[['done', 'failed'], 3],
])('outcomes %j exit with %d', (outcomes, exitCode) => {
	const rows = outcomes.map((outcome) => ({
		server: 'a',
		type: 'web',
		from: 1,
		to: 2,
		outcome,
		reason: null,
	}));
	expect(exitCodeOfRows(rows)).toBe(exitCode);
});
