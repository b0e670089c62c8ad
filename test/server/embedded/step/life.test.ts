import { describe, expect, it } from 'vitest';
import type { StopStep } from '../../../../src/model/stack.ts';
import { definition } from './definitions.ts';
import { World } from './world.ts';

const IMPATIENT: readonly StopStep[] = [
	{ signal: 'TSTP', waitMs: 1_000 },
	{ signal: 'TERM', waitMs: 2_000 },
	{ signal: 'KILL', waitMs: 0 },
];

/** A world where these counts have run for a minute. */
function running(counts: Readonly<Record<string, number>>, settings: Parameters<typeof definition>[1] = {}) {
	const world = new World(Object.keys(counts).map((type) => definition(type, settings)));
	world.start(counts);
	world.pass(60_000);
	return world;
}

describe('an exit that nobody asked for', () => {
	it('is followed by a start at once, code 0 included', () => {
		const world = running({ worker: 1 });
		world.crash('worker.1', { code: 0 });
		expect(world.phases).toEqual({ 'worker.1': 'running' });
		expect(world.instance('worker.1')).toMatchObject({ restarts: 1, lastExit: { code: 0, signal: null } });
	});

	it('is followed by longer and longer waits when it comes again and again', () => {
		const world = running({ worker: 1 });
		const waits = Array.from({ length: 9 }, () => {
			world.crash('worker.1');
			const { phase } = world.instance('worker.1');
			const wait = phase.kind === 'backoff' ? phase.until - world.mono : 0;
			world.pass(wait);
			return wait / 1_000;
		});
		expect(waits).toEqual([0, 1, 2, 4, 8, 16, 32, 60, 60]);
		expect(world.phases).toEqual({ 'worker.1': 'running' });
		expect(world.instance('worker.1').recentExits.map(({ waitedMs }) => waitedMs)).toEqual([
			8_000, 16_000, 32_000, 60_000, 60_000,
		]);
	});

	it('counts as the first again after 10 s of health', () => {
		const world = running({ worker: 1 });
		for (const _ of [1, 2, 3]) {
			world.crash('worker.1');
			world.pass(10_001);
		}
		world.crash('worker.1');
		world.pass(9_000);
		world.crash('worker.1');
		expect(world.phases).toEqual({ 'worker.1': 'backoff' });
		world.pass(1_000 + 10_001);
		world.crash('worker.1');
		expect(world.phases).toEqual({ 'worker.1': 'running' });
		expect(world.instance('worker.1').restarts).toBe(6);
	});

	it('is retried now by a restart, which begins the counts anew', () => {
		const world = running({ worker: 1 });
		for (const _ of [1, 2]) world.crash('worker.1');
		expect(world.phases).toEqual({ 'worker.1': 'backoff' });
		world.restart('worker');
		expect(world.instance('worker.1')).toMatchObject({
			restarts: 0,
			failures: 0,
			phase: { kind: 'running' },
		});
	});

	it.each([
		['never', 0, 'ended'],
		['never', 1, 'failed'],
		['on-failure', 0, 'ended'],
		['on-failure', 1, 'running'],
		['always', 0, 'running'],
	] as const)('with restart: %s and code %i leaves it %s', (restart, code, phase) => {
		const world = running({ worker: 1 }, { restart });
		world.crash('worker.1', { code });
		expect(world.phases).toEqual({ 'worker.1': phase });
	});

	it('that leaves part of its tree is followed by the end of the rest, then by a start', () => {
		const world = running({ worker: 1 });
		world.crash('worker.1', { code: 3 }, true);
		expect(world.phases).toEqual({ 'worker.1': 'stopping' });
		world.pass(100);
		expect(world.signals).toEqual(['worker.1 SIGTERM']);
		expect(world.phases).toEqual({ 'worker.1': 'running' });
		expect(world.instance('worker.1')).toMatchObject({ restarts: 1, lastExit: { code: 3 } });
	});

	it('is kept also when somebody stops what it left', () => {
		const world = running({ worker: 1 });
		world.crash('worker.1', { code: 3 }, true);
		world.apply({ verb: 'stop', selectors: [] });
		world.pass(100);
		expect(world.instance('worker.1')).toMatchObject({ phase: { kind: 'idle' }, lastExit: { code: 3 } });
	});

	it('keeps the command and environment of its start; a restart takes what the files say now', () => {
		const world = running({ worker: 1 });
		world.define([definition('worker', {}, 2)]);
		world.crash('worker.1');
		world.restart('worker');
		world.pass(100);
		const launches = world.started.map(({ launch }) => launch);
		expect(launches).toEqual(['worker version 1', 'worker version 1', 'worker version 2']);
	});

	it('of a type that left the Procfile is followed by a start as it was', () => {
		const world = running({ worker: 1 });
		world.define([]);
		world.crash('worker.1');
		expect(world.started.map(({ launch }) => launch)).toEqual(['worker version 1', 'worker version 1']);
	});
});

describe('what cannot be started', () => {
	it('is tried again and again and says why', () => {
		const world = new World([definition('worker')]);
		world.behave({ spawnsFail: true });
		world.start({ worker: 1 });
		expect(world.instance('worker.1')).toMatchObject({
			phase: { kind: 'backoff' },
			lastExit: { code: null, signal: null, reason: 'cannot start' },
		});
		expect(world.goals.map(({ state }) => state)).toEqual([
			{ kind: 'failed', reason: 'cannot start', code: 'internal' },
		]);
		world.behaveWell();
		world.pass(60_000);
		expect(world.phases).toEqual({ 'worker.1': 'running' });
	});
});

describe('readiness', () => {
	const web = { ready: { kind: 'tcp', port: null, timeoutMs: 5_000 } } as const;

	it('is what an instance settles with', () => {
		const world = new World([definition('web', web)]);
		world.behave({ readyAfter: 3_000 });
		world.start({ web: 1 });
		world.pass(2_999);
		expect(world.phases).toEqual({ 'web.1': 'starting' });
		expect(world.goals).toMatchObject([{ state: { kind: 'pending' } }]);
		world.pass(1);
		expect(world.phases).toEqual({ 'web.1': 'running' });
		expect(world.goals).toMatchObject([{ state: { kind: 'done' } }]);
	});

	it('that does not come in time is a failed start', () => {
		const world = new World([definition('web', web)]);
		world.behave({ readyAfter: null });
		world.start({ web: 1 });
		world.pass(5_100);
		expect(world.signals).toEqual(['web.1 SIGTERM']);
		expect(world.instance('web.1')).toMatchObject({
			restarts: 1,
			lastExit: { code: null, signal: null, reason: 'not ready in 5 s' },
		});
	});

	it('of an earlier start means nothing', () => {
		const world = new World([definition('web', web)]);
		world.behave({ readyAfter: 3_000 });
		world.start({ web: 1 });
		world.pass(2_000);
		world.crash('web.1');
		world.pass(1_500);
		expect(world.phases).toEqual({ 'web.1': 'starting' });
	});

	it('is not needed to settle where there is no check: then 1 s of life does', () => {
		const world = new World([definition('worker')]);
		world.start({ worker: 1 });
		world.pass(999);
		expect(world.goals).toMatchObject([{ state: { kind: 'pending' } }]);
		world.pass(1);
		expect(world.goals).toMatchObject([{ state: { kind: 'done' } }]);
	});
});

describe('memory over its limit', () => {
	it('ends the tree and says why', () => {
		const world = running({ worker: 1 });
		world.dispatch({ kind: 'memory-over', name: 'worker.1', starts: world.instance('worker.1').starts });
		world.pass(100);
		expect(world.instance('worker.1')).toMatchObject({
			phase: { kind: 'running' },
			restarts: 1,
			lastExit: { reason: 'memory_max' },
		});
	});
});

describe('a stop', () => {
	it('sends the signals of its sequence with their waits between them', () => {
		const world = running({ worker: 1 }, { stop: IMPATIENT });
		world.behave({ obeys: new Set(['SIGKILL']) });
		world.apply({ verb: 'stop', selectors: [] });
		expect(world.signals).toEqual(['worker.1 SIGTSTP']);
		world.pass(1_000);
		expect(world.signals).toEqual(['worker.1 SIGTSTP', 'worker.1 SIGTERM']);
		world.pass(1_999);
		expect(world.signals).toHaveLength(2);
		world.pass(1);
		expect(world.signals.at(-1)).toBe('worker.1 SIGKILL');
		world.pass(100);
		expect(world.phases).toEqual({ 'worker.1': 'idle' });
		expect(world.pids).toEqual({});
	});

	it('is not hurried by a timer that fires before its time', () => {
		const world = running({ worker: 1 }, { stop: IMPATIENT });
		world.behave({ obeys: new Set(['SIGKILL']) });
		world.apply({ verb: 'stop', selectors: [] });
		world.pass(999);
		world.dispatch({ kind: 'elapsed', name: 'worker.1' });
		expect(world.signals).toEqual(['worker.1 SIGTSTP']);
	});

	it('ends as soon as nothing is left', () => {
		const world = running({ worker: 1 }, { stop: IMPATIENT });
		world.behave({ obeys: new Set(['SIGTSTP']) });
		world.apply({ verb: 'stop', selectors: [] });
		world.pass(10_000);
		expect(world.signals).toEqual(['worker.1 SIGTSTP']);
		expect(world.goals.at(-1)).toMatchObject({ state: { kind: 'done' } });
	});

	it('fails, and says so, when something is there after the last signal', () => {
		const world = running({ worker: 1 });
		world.behave({ obeys: new Set() });
		world.apply({ verb: 'stop', selectors: [] });
		world.pass(14_999);
		expect(world.phases).toEqual({ 'worker.1': 'stopping' });
		world.pass(1);
		expect(world.instance('worker.1').phase).toMatchObject({
			kind: 'stuck',
			reason: expect.stringContaining('could not be stopped'),
		});
		expect(world.goals.at(-1)).toMatchObject({ state: { kind: 'failed' } });
	});

	it('that failed is taken up by the next start, which comes when the old process is gone', () => {
		const world = running({ worker: 1 });
		world.behave({ obeys: new Set() });
		world.apply({ verb: 'stop', selectors: [] });
		world.pass(15_000);
		const old = world.processOf('worker.1')?.pid;
		world.behaveWell();
		world.start({ worker: 1 });
		expect(world.phases).toEqual({ 'worker.1': 'stopping' });
		world.pass(10_000);
		expect(world.phases).toEqual({ 'worker.1': 'running' });
		expect(world.processOf('worker.1')?.pid).not.toBe(old);
	});

	describe('that failed', () => {
		/** A world where a change has come to a stop that nothing heeds. */
		function stuckAfter(change: (world: World) => void, settings: Parameters<typeof running>[1] = {}) {
			const world = running({ worker: 1 }, settings);
			world.behave({ obeys: new Set() });
			change(world);
			world.pass(15_000);
			expect(world.phases).toEqual({ 'worker.1': 'stuck' });
			world.behaveWell();
			return world;
		}
		const stopAll = (world: World) => world.apply({ verb: 'stop', selectors: [] });

		it('is through when what it left has ended', () => {
			const world = stuckAfter(stopAll);
			world.pass(3_600_000);
			expect(world.phases).toEqual({ 'worker.1': 'stuck' });
			world.endRest('worker.1');
			expect(world.instance('worker.1')).toMatchObject({
				phase: { kind: 'idle' },
				lastExit: { code: null, signal: null },
			});
		});

		it('keeps how its leader ended', () => {
			const world = stuckAfter((world) => {
				world.crash('worker.1', { code: 3 }, true);
				stopAll(world);
			});
			world.endRest('worker.1');
			expect(world.instance('worker.1')).toMatchObject({ phase: { kind: 'idle' }, lastExit: { code: 3 } });
		});

		it('is not through with the end of its leader alone, which is kept', () => {
			const world = stuckAfter(stopAll);
			world.crash('worker.1', { code: 3 }, true);
			expect(world.phases).toEqual({ 'worker.1': 'stuck' });
			world.endRest('worker.1');
			expect(world.instance('worker.1')).toMatchObject({ phase: { kind: 'idle' }, lastExit: { code: 3 } });
		});

		it('in a restart is followed by the start', () => {
			const world = stuckAfter((world) => world.restart('worker'));
			world.define([definition('worker', {}, 2)]);
			world.endRest('worker.1');
			expect(world.phases).toEqual({ 'worker.1': 'running' });
			expect(world.started.at(-1)?.launch).toBe('worker version 2');
		});

		it('in a restart is not followed by a start that somebody has taken back', () => {
			const world = stuckAfter((world) => world.restart('worker'));
			stopAll(world);
			world.endRest('worker.1');
			expect(world.phases).toEqual({ 'worker.1': 'idle' });
			expect(world.started).toHaveLength(1);
		});

		it.each([
			['always', 'running'],
			['never', 'failed'],
		] as const)('after a crash is followed by what restart: %s says', (restart, phase) => {
			const world = stuckAfter((world) => world.crash('worker.1', {}, true), { restart });
			world.endRest('worker.1');
			expect(world.instance('worker.1')).toMatchObject({ phase: { kind: phase }, lastExit: { code: 1 } });
		});

		it('of what is wanted again is followed by a start, of what is not by nothing', () => {
			const world = stuckAfter((world) => world.scale('worker', 0));
			world.scale('worker', 1);
			expect(world.phases).toEqual({ 'worker.1': 'stuck' });
			world.endRest('worker.1');
			expect(world.phases).toEqual({ 'worker.1': 'running' });
			const other = stuckAfter((world) => world.scale('worker', 0));
			other.endRest('worker.1');
			expect(other.phases).toEqual({});
		});

		it('is not begun again for a memory limit', () => {
			const world = stuckAfter(stopAll);
			const sent = [...world.signals];
			world.dispatch({ kind: 'memory-over', name: 'worker.1', starts: world.instance('worker.1').starts });
			expect(world.signals).toEqual(sent);
		});

		it('keeps the next supervisor from starting anything beside what it left', () => {
			const world = stuckAfter((world) => {
				world.crash('worker.1', { code: 3 }, true);
			});
			world.replaceSupervisor();
			world.pass(60_000);
			expect(world.phases).toEqual({ 'worker.1': 'stuck' });
			world.endRest('worker.1');
			expect(world.instance('worker.1')).toMatchObject({ phase: { kind: 'running' }, lastExit: { code: 3 } });
		});

		it('and whose rest ended between two supervisors is through for the next', () => {
			const world = stuckAfter(stopAll);
			world.replaceSupervisor(['worker.1']);
			world.pass(1_000);
			expect(world.phases).toEqual({ 'worker.1': 'idle' });
		});
	});

	it('of what is just being handed to the kernel takes effect once it is there', () => {
		const world = new World([definition('worker')]);
		world.behave({ busy: true });
		world.start({ worker: 1 });
		world.apply({ verb: 'stop', selectors: [] });
		expect(world.goals.at(-1)).toMatchObject({ goal: { kind: 'rests' }, state: { kind: 'pending' } });
		world.behave({ busy: false });
		world.pass(100);
		expect(world.pids).toEqual({});
		expect(world.goals.at(-1)).toMatchObject({ goal: { kind: 'rests' }, state: { kind: 'done' } });
	});

	it('taken back before it is through is followed by a start', () => {
		const world = running({ worker: 1 });
		const [{ pid } = { pid: 0 }] = world.started;
		world.apply({ verb: 'stop', selectors: [] });
		world.start({});
		world.pass(100);
		expect(world.phases).toEqual({ 'worker.1': 'running' });
		expect(world.pids['worker.1']).not.toBe(pid);
	});
});

describe('a supervisor that is followed by another', () => {
	it('leaves what runs as it is', () => {
		const world = running({ worker: 2 });
		const before = world.pids;
		world.replaceSupervisor();
		world.pass(60_000);
		expect(world.pids).toEqual(before);
		expect(world.phases).toEqual({ 'worker.1': 'running', 'worker.2': 'running' });
	});

	it('leaves a death that nobody saw, which counts as a crash', () => {
		const world = running({ worker: 1, job: 1 }, { restart: 'on-failure' });
		world.replaceSupervisor(['worker.1']);
		expect(world.instance('worker.1')).toMatchObject({
			phase: { kind: 'running' },
			restarts: 1,
			lastExit: { code: null, signal: null },
		});
	});

	it('leaves a stop to be finished', () => {
		const world = running({ worker: 1 });
		world.behave({ obeys: new Set(['SIGKILL']) });
		world.apply({ verb: 'stop', selectors: [] });
		world.replaceSupervisor();
		world.pass(60_000);
		expect(world.pids).toEqual({});
		expect(world.phases).toEqual({ 'worker.1': 'idle' });
	});

	it('leaves a readiness check to be finished', () => {
		const world = new World([definition('web', { ready: { kind: 'http', path: '/', timeoutMs: 5_000 } })]);
		world.behave({ readyAfter: null });
		world.start({ web: 1 });
		world.behave({ readyAfter: 100 });
		world.replaceSupervisor();
		world.pass(200);
		expect(world.phases).toEqual({ 'web.1': 'running' });
	});

	it('leaves a back-off that goes on', () => {
		const world = running({ worker: 1 });
		for (const _ of [1, 2]) world.crash('worker.1');
		world.replaceSupervisor();
		expect(world.phases).toEqual({ 'worker.1': 'backoff' });
		world.pass(1_000);
		expect(world.phases).toEqual({ 'worker.1': 'running' });
	});

	it('leaves a start in the middle, which is done again', () => {
		const world = new World([definition('worker')]);
		world.behave({ busy: true });
		world.start({ worker: 1 });
		world.replaceSupervisor();
		world.behaveWell();
		expect(world.phases).toEqual({ 'worker.1': 'running' });
		expect(world.started).toHaveLength(1);
	});
});
