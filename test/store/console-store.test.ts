import { expect, test } from 'vitest';
import type { InstanceState } from '../../src/model/observed.ts';
import { receive, setPending } from '../../src/store/console-store.ts';
import { problemsOf } from '../../src/store/problems.ts';
import { cellOf, totalsOf, typeNames } from '../../src/store/selectors.ts';
import { sceneOf } from '../support/console-model.ts';
import { instance, START, scriptedServer } from '../support/scripted-server.ts';

test('a pending count is the wanted one until it is taken away', () => {
	const { store } = sceneOf([scriptedServer({ counts: { worker: 3 } })]);
	const cell = () => cellOf(store.getState(), store.getState().servers[0]!, 'worker');
	setPending(store, 'local', 'worker', 4);
	expect(cell()).toMatchObject({ running: 3, wanted: 4, pending: 4 });
	expect(totalsOf(store.getState())).toMatchObject({ running: 3, wanted: 4, changing: 1 });
	setPending(store, 'local', 'worker', null);
	expect(cell()).toMatchObject({ wanted: 3, pending: null });
});

test('types are in Procfile order over all servers, orphans last', () => {
	const first = scriptedServer({ counts: { web: 1, old: 1 } });
	const second = scriptedServer({ name: 'b', counts: { web: 1, worker: 1 } });
	first.setType('old', { orphan: true });
	expect(typeNames(sceneOf([first, second]).store.getState())).toEqual(['web', 'worker', 'old']);
});

test('problems come worst first', () => {
	const local = scriptedServer({ counts: { web: 3, worker: 1 } });
	const far = scriptedServer({ name: 'far', counts: { web: 1 } });
	const lastExit = { code: 1, signal: null, at: new Date(START).toISOString() };
	local.setInstance('web.1', { stale: true });
	local.setInstance('web.2', {
		state: 'backoff',
		lastExit,
		nextStartAt: new Date(START + 7100).toISOString(),
	});
	local.setInstance('web.3', { state: 'failed', lastExit: { ...lastExit, reason: 'memory_max' } });
	const { store } = sceneOf([local, far]);
	receive(store, 'far', { kind: 'connection', connection: 'unreachable', reason: 'no answer' }, START);
	const problems = problemsOf(store.getState());
	expect(problems.map(({ kind }) => kind)).toEqual(['failed', 'backoff', 'unreachable', 'stale']);
	expect(problems[0]?.text).toBe('failed: memory_max');
	expect(problems[1]?.text).toBe('exit 1; next start in 7 s');
	expect(problems[2]).toMatchObject({ subject: 'far', detail: 'no answer' });
});

test('what runs though nobody wants it is worth a look, but not while it ends', () => {
	const local = scriptedServer({ counts: { web: 2 } });
	const third = (state: InstanceState) => {
		local.push({ kind: 'instances', changed: [instance('web', 3, { state })], removed: [] });
		return problemsOf(sceneOf([local]).store.getState());
	};
	expect(third('running')).toMatchObject([
		{ kind: 'surplus', text: '3 run, 2 are wanted; = 2 ends the other' },
	]);
	expect(third('stopping')).toEqual([]);
});

test('what is known of a server is as old as what last came from it, not as the news of its loss', () => {
	const far = scriptedServer({ name: 'far', counts: { web: 1 } });
	const { store } = sceneOf([far]);
	const heardAt = new Date(START + 1000).toISOString();
	const lost = { kind: 'connection', connection: 'connecting', reason: 'no answer', heardAt } as const;
	receive(store, 'far', lost, START + 15_000);
	receive(store, 'far', { kind: 'connection', connection: 'unreachable', reason: 'no' }, START + 20_000);
	expect(store.getState().servers[0]?.observation).toMatchObject({
		connection: 'unreachable',
		asOf: heardAt,
	});
});

test('an error of a file that two servers report is one problem', () => {
	const servers = ['a', 'b'].map((name) => scriptedServer({ name, counts: { web: 1 } }));
	for (const server of servers) {
		const { types } = server.observation;
		server.push({
			kind: 'stack',
			power: 'up',
			types,
			problems: [{ file: 'Procfile', line: 2, message: 'twice' }],
		});
	}
	expect(problemsOf(sceneOf(servers).store.getState())).toHaveLength(1);
});

test('trends are bounded, and those of instances that are gone are dropped', () => {
	const { store } = sceneOf([scriptedServer({ counts: { worker: 1 } })]);
	const sample = (name: string) =>
		receive(store, 'local', { kind: 'stats', stats: { [name]: { cpuPercent: 5, memoryBytes: 1 } } }, START);
	for (let second = 0; second < 1000; second += 1) sample('worker.1');
	sample('worker.2');
	const { trends } = store.getState().servers[0]!;
	expect(trends.cpu).toHaveLength(900);
	expect(Object.keys(trends.instances)).toEqual(['worker.2']);
});
