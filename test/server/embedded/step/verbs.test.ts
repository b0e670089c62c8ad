import { describe, expect, it } from 'vitest';
import type { Selector } from '../../../../src/model/change.ts';
import type { Plan } from '../../../../src/server/plan/plan.ts';
import { definition } from './definitions.ts';
import { World } from './world.ts';

const COUNTS = { web: 2, worker: 3 };

function running(settings: Parameters<typeof definition>[1] = {}): World {
	const world = new World([definition('web', settings), definition('worker', settings)]);
	world.start(COUNTS);
	world.pass(60_000);
	return world;
}

const worker = { type: 'worker', index: null };

function select(name: string): Selector {
	const [type = '', index] = name.split('.');
	return { type, index: index === undefined ? null : Number(index) };
}

function stop(world: World, name: string): Plan['rows'] {
	return world.apply({ verb: 'stop', selectors: [select(name)] }).rows;
}

function start(world: World, name: string): Plan['rows'] {
	return world.apply({ verb: 'start', selectors: [select(name)], formation: null, shell: {} }).rows;
}

describe('scale', () => {
	it('adds the next numbers and touches nothing else', () => {
		const world = running();
		const before = world.pids;
		world.scale('worker', 5);
		expect(Object.keys(world.pids).sort()).toEqual([
			'web.1',
			'web.2',
			'worker.1',
			'worker.2',
			'worker.3',
			'worker.4',
			'worker.5',
		]);
		expect(world.pids).toMatchObject(before);
	});

	it('takes the highest numbers first', () => {
		const world = running();
		const { 'worker.1': first } = world.pids;
		world.scale('worker', 1);
		world.pass(100);
		expect(world.pids).toMatchObject({ 'worker.1': first });
		expect(Object.keys(world.phases)).toEqual(['web.1', 'web.2', 'worker.1']);
	});

	it('by a number is resolved against what is wanted at that moment', () => {
		const world = running();
		const [row] = world.apply({ verb: 'scale', targets: [{ type: 'worker', by: 2 }] }).rows;
		expect(row).toMatchObject({ type: 'worker', from: 3, to: 5 });
		const [down] = world.apply({ verb: 'scale', targets: [{ type: 'worker', by: -4 }] }).rows;
		expect(down).toMatchObject({ from: 5, to: 1 });
	});

	it('by more than there are is refused: a slip of the hand ends nothing', () => {
		const world = running();
		expect(() => world.apply({ verb: 'scale', targets: [{ type: 'worker', by: -9 }] })).toThrow(
			'worker has 3',
		);
		expect(Object.keys(world.pids)).toHaveLength(5);
	});

	it('starts an instance again whose earlier one was stopped and scaled away', () => {
		const world = running();
		world.apply({ verb: 'stop', selectors: [{ type: 'worker', index: 3 }] });
		world.scale('worker', 2);
		world.scale('worker', 3);
		world.pass(10_000);
		expect(world.phases['worker.3']).toBe('running');
	});

	it('is refused where somebody else moved the count meanwhile', () => {
		const world = running();
		const { rows } = world.apply({ verb: 'scale', targets: [{ type: 'worker', to: 4, expected: 2 }] });
		expect(rows).toMatchObject([{ outcome: 'failed', code: 'conflict', from: 3 }]);
		expect(rows[0]?.reason).toContain('3');
		expect(Object.keys(world.pids)).toHaveLength(5);
	});

	it('to the same count is unchanged', () => {
		expect(running().scale('worker', 3).rows).toMatchObject([{ outcome: 'unchanged', from: 3, to: 3 }]);
	});

	it('over the limit changes nothing', () => {
		const world = running({ maxInstances: 4 });
		expect(() => world.scale('worker', 5)).toThrow(expect.objectContaining({ code: 'limit' }));
		expect(world.state.formation.wanted).toEqual(COUNTS);
	});

	it('of web over its ports changes nothing', () => {
		const world = running({ maxInstances: 1_000 });
		expect(() => world.scale('web', 101)).toThrow(expect.objectContaining({ code: 'limit' }));
	});

	it('of a type that is not there changes nothing', () => {
		const world = running();
		expect(() => world.scale('wroker', 1)).toThrow(expect.objectContaining({ code: 'unknown-type' }));
		expect(() => world.scale('toString', 1)).toThrow(expect.objectContaining({ code: 'unknown-type' }));
	});

	it('on a stack that does not run is recorded and starts nothing', () => {
		const world = new World([definition('worker')]);
		expect(world.scale('worker', 4).rows).toMatchObject([
			{ outcome: 'done', to: 4, reason: expect.stringContaining('recorded') },
		]);
		expect(world.pids).toEqual({});
		world.start({ worker: 1 });
		expect(Object.keys(world.pids)).toHaveLength(4);
	});

	it('of a stopped type is recorded and starts nothing', () => {
		const world = running();
		world.apply({ verb: 'stop', selectors: [worker] });
		world.pass(100);
		const [row] = world.scale('worker', 5).rows;
		expect(row).toMatchObject({ outcome: 'done', reason: expect.stringContaining('stopped') });
		expect(Object.keys(world.pids)).toEqual(['web.1', 'web.2']);
	});

	it('of a paused type ends the pause', () => {
		const world = running();
		world.apply({ verb: 'pause', types: ['worker'] });
		world.pass(100);
		world.scale('worker', 2);
		expect(world.state.formation.paused).toEqual({});
		expect(Object.keys(world.pids).filter((name) => name.startsWith('worker'))).toHaveLength(2);
	});

	it('of an orphan goes down only', () => {
		const world = running();
		world.define([definition('web')]);
		expect(() => world.scale('worker', 4)).toThrow(expect.objectContaining({ code: 'limit' }));
		world.scale('worker', 0);
		world.pass(100);
		expect(Object.keys(world.phases)).toEqual(['web.1', 'web.2']);
	});
});

describe('stop and start', () => {
	it('leave the wanted count and take back one another', () => {
		const world = running();
		world.apply({ verb: 'stop', selectors: [worker] });
		world.pass(100);
		expect(world.state.formation.wanted).toEqual(COUNTS);
		expect(Object.keys(world.pids)).toEqual(['web.1', 'web.2']);
		world.apply({ verb: 'start', selectors: [worker], formation: null, shell: {} });
		expect(Object.keys(world.pids)).toHaveLength(5);
	});

	it('reach one instance alone', () => {
		const world = running();
		world.apply({ verb: 'stop', selectors: [{ type: 'worker', index: 2 }] });
		world.pass(100);
		expect(world.phases).toMatchObject({ 'worker.1': 'running', 'worker.2': 'idle', 'worker.3': 'running' });
	});

	it('of one instance of a stopped type starts that one only', () => {
		const world = running();
		world.apply({ verb: 'stop', selectors: [worker] });
		world.pass(100);
		world.apply({ verb: 'start', selectors: [{ type: 'worker', index: 2 }], formation: null, shell: {} });
		expect(world.phases).toMatchObject({ 'worker.1': 'idle', 'worker.2': 'running', 'worker.3': 'idle' });
	});

	it('of a type brings back all of it, however it was stopped', () => {
		const world = running();
		stop(world, 'worker.3');
		stop(world, 'worker');
		world.pass(100);
		start(world, 'worker.1');
		const [row] = start(world, 'worker');
		expect(row).toMatchObject({ from: 1, to: 3, outcome: null, reason: null });
		expect(Object.keys(world.pids)).toHaveLength(5);
		expect(world.state.formation.held).toEqual([]);
		stop(world, 'worker.3');
		stop(world, 'worker');
		expect(world.state.formation.held).toEqual(['worker']);
	});

	it('again is unchanged, and says why', () => {
		const world = running();
		stop(world, 'worker');
		world.pass(100);
		expect(stop(world, 'worker')).toMatchObject([{ outcome: 'unchanged', reason: 'stopped already' }]);
		expect(stop(world, 'worker.2')).toMatchObject([{ outcome: 'unchanged', reason: 'stopped already' }]);
		world.apply({ verb: 'down' });
		expect(stop(world, 'web')).toMatchObject([{ outcome: 'unchanged', reason: 'the stack does not run' }]);
	});

	it('of a type are not undone by a scale of another whose name begins like it', () => {
		const world = new World([definition('job'), definition('jobs')]);
		world.start({ job: 2, jobs: 2 });
		stop(world, 'jobs');
		world.scale('job', 1);
		world.pass(10_000);
		expect(Object.keys(world.pids)).toEqual(['job.1']);
	});

	it('of one instance of a paused type that was stopped leave its siblings stopped', () => {
		const world = running();
		stop(world, 'worker');
		world.apply({ verb: 'pause', types: ['worker'] });
		world.pass(100);
		start(world, 'worker.1');
		world.apply({ verb: 'resume', types: ['worker'] });
		expect(world.phases).toMatchObject({ 'worker.1': 'running', 'worker.2': 'idle', 'worker.3': 'idle' });
	});

	it('of an instance that there is not say where, and which there are', () => {
		const world = running();
		const unknown = (message: string) => expect.objectContaining({ code: 'unknown-type', message });
		const message = 'there is no worker.77 on here: worker has worker.1 to worker.3';
		expect(() => start(world, 'worker.77')).toThrow(unknown(message));
		world.scale('worker', 1);
		expect(() => stop(world, 'worker.77')).toThrow(
			unknown('there is no worker.77 on here: worker has worker.1 only'),
		);
		world.scale('worker', 0);
		world.pass(100);
		expect(() => start(world, 'worker.77')).toThrow(
			unknown('there is no worker.77 on here: worker has no instance'),
		);
	});

	it('of one type on a stack that does not run starts only that', () => {
		const world = new World([definition('web'), definition('worker')]);
		world.apply({ verb: 'start', selectors: [worker], formation: null, shell: {} }, COUNTS);
		expect(Object.keys(world.pids)).toEqual(['worker.1', 'worker.2', 'worker.3']);
	});

	it('while everything runs is unchanged', () => {
		const world = running();
		expect(world.start(COUNTS).rows.map(({ outcome }) => outcome)).toEqual(['unchanged', 'unchanged']);
	});

	it('with a formation replaces it', () => {
		const world = running();
		world.apply({ verb: 'start', selectors: [], formation: { web: 1 }, shell: {} }, COUNTS);
		world.pass(100);
		expect(Object.keys(world.pids)).toEqual(['web.1']);
		expect(world.state.formation.wanted).toEqual({ web: 1, worker: 0 });
	});

	it('starts again what ended or failed', () => {
		const world = running({ restart: 'never' });
		world.crash('web.1');
		world.crash('web.2', { code: 0 });
		expect(world.phases).toMatchObject({ 'web.1': 'failed', 'web.2': 'ended' });
		world.start(COUNTS);
		expect(world.phases).toMatchObject({ 'web.1': 'running', 'web.2': 'running' });
	});
});

describe('what stays stopped when a count is set', () => {
	it('is said, with how to start it', () => {
		const world = running();
		stop(world, 'worker');
		start(world, 'worker.1');
		const stays = 'worker.2 and worker.3 stay stopped (`procdeck start worker` starts them)';
		expect(world.scale('worker', 3).rows).toMatchObject([{ outcome: 'unchanged', reason: stays }]);
		expect(world.scale('worker', 4).rows).toMatchObject([{ outcome: null, reason: stays }]);
		world.pass(10_000);
		expect(world.phases).toMatchObject({ 'worker.2': 'idle', 'worker.3': 'idle', 'worker.4': 'running' });
		expect(world.scale('worker', 2).rows).toMatchObject([
			{ reason: 'worker.2 stays stopped (`procdeck start worker.2` starts it)' },
		]);
		expect(world.scale('worker', 1).rows).toMatchObject([{ reason: null }]);
	});

	it('is counted where it is many', () => {
		const world = running({ maxInstances: 50 });
		world.scale('worker', 20);
		stop(world, 'worker');
		start(world, 'worker.1');
		const [row] = world.scale('worker', 20).rows;
		expect(row?.reason).toMatch(/^worker\.2, worker\.3, worker\.4 and 16 more stay stopped/);
	});

	it('is the same after a pause and resume', () => {
		const world = running();
		stop(world, 'worker.2');
		world.apply({ verb: 'pause', types: ['worker'] });
		world.pass(100);
		const stays = expect.stringContaining('worker.2 stays stopped');
		expect(world.apply({ verb: 'resume', types: ['worker'] }).rows).toMatchObject([{ to: 3, reason: stays }]);
		expect(world.phases).toMatchObject({ 'worker.1': 'running', 'worker.2': 'idle', 'worker.3': 'running' });
		expect(world.apply({ verb: 'resume', types: ['worker'] }).rows).toMatchObject([
			{ outcome: 'unchanged', reason: stays },
		]);
	});
});

describe('a type that left the Procfile', () => {
	const LEFT = expect.stringContaining('has left the Procfile');

	function orphaned(): World {
		const world = running();
		world.define([definition('web')]);
		return world;
	}

	it('goes on, and start and restart of all say so', () => {
		const world = orphaned();
		const before = world.pids;
		expect(world.start({ web: 2 }).rows).toMatchObject([
			{ type: 'web' },
			{ type: 'worker', from: 3, to: 3, outcome: 'unchanged', reason: LEFT },
		]);
		const all = { selectors: [], staleOnly: false, atOnce: true, shell: {} };
		const { rows } = world.apply({ verb: 'restart', ...all });
		expect(rows[1]).toMatchObject({ type: 'worker', from: 3, to: 3, outcome: 'unchanged', reason: LEFT });
		expect(world.pids['worker.1']).toBe(before['worker.1']);
	});

	it('is not begun again by a start, and its rest goes on', () => {
		const world = orphaned();
		stop(world, 'worker.2');
		world.pass(100);
		expect(start(world, 'worker')).toMatchObject([{ outcome: 'unchanged', reason: LEFT }]);
		expect(start(world, 'worker.2')).toMatchObject([{ outcome: 'failed', code: 'refused', reason: LEFT }]);
		expect(world.phases).toMatchObject({ 'worker.1': 'running', 'worker.3': 'running' });
	});

	it('cannot be paused, for nothing could bring it back', () => {
		const world = orphaned();
		const hint = expect.stringContaining('procdeck stop worker');
		expect(() => world.apply({ verb: 'pause', types: ['worker'] })).toThrow(
			expect.objectContaining({ code: 'unknown-type', message: LEFT, hint }),
		);
		const { rows } = world.apply({ verb: 'pause', types: [] });
		expect(rows[1]).toMatchObject({ type: 'worker', outcome: 'unchanged', reason: LEFT });
		expect(Object.keys(world.pids)).toEqual(expect.arrayContaining(['worker.1', 'worker.2', 'worker.3']));
	});

	it('keeps the count of its pause until it is there again', () => {
		const world = running();
		world.apply({ verb: 'pause', types: ['worker'] });
		world.pass(100);
		world.define([definition('web')]);
		expect(world.apply({ verb: 'resume', types: [] }).rows).toMatchObject([
			{ outcome: 'unchanged', reason: LEFT },
		]);
		world.define([definition('web'), definition('worker')]);
		world.apply({ verb: 'resume', types: [] });
		expect(Object.keys(world.pids)).toHaveLength(5);
	});

	it('is stopped with everything else, for when it comes back', () => {
		const world = orphaned();
		stop(world, 'worker');
		world.pass(100);
		world.start({ web: 2, worker: 1 });
		world.apply({ verb: 'stop', selectors: [] });
		world.define([definition('web'), definition('worker')]);
		world.pass(100);
		expect(world.pids).toEqual({});
	});

	it('is told from one that never was once nothing of it runs', () => {
		const world = orphaned();
		stop(world, 'worker');
		world.pass(100);
		const left = 'worker has left the Procfile, and nothing of it runs on here';
		expect(() => start(world, 'worker')).toThrow(left);
		expect(() => world.scale('worker', 1)).toThrow(left);
		expect(() => start(world, 'wroker')).toThrow('there is no process type wroker');
	});
});

describe('pause and resume', () => {
	it('keep the old count beside the formation', () => {
		const world = running();
		world.apply({ verb: 'pause', types: ['worker'] });
		world.pass(100);
		expect(world.state.formation).toMatchObject({ wanted: { worker: 0 }, paused: { worker: 3 } });
		expect(Object.keys(world.pids)).toEqual(['web.1', 'web.2']);
		world.apply({ verb: 'resume', types: [] });
		expect(world.state.formation).toMatchObject({ wanted: { worker: 3 }, paused: {} });
		expect(Object.keys(world.pids)).toHaveLength(5);
	});

	it('twice is unchanged and keeps the count', () => {
		const world = running();
		world.apply({ verb: 'pause', types: ['worker'] });
		expect(world.apply({ verb: 'pause', types: ['worker'] }).rows).toMatchObject([{ outcome: 'unchanged' }]);
		expect(world.state.formation.paused).toEqual({ worker: 3 });
	});
});

describe('restart', () => {
	it('of several rolls: one at a time, each settled before the next goes', () => {
		const world = running();
		const before = world.pids;
		world.restart('worker');
		const changed = () => Object.keys(before).filter((name) => world.pids[name] !== before[name]);
		world.pass(20);
		expect(changed()).toEqual(['worker.1']);
		world.pass(999);
		expect(changed()).toEqual(['worker.1']);
		world.pass(21);
		expect(changed()).toEqual(['worker.1', 'worker.2']);
		world.pass(60_000);
		expect(changed()).toEqual(['worker.1', 'worker.2', 'worker.3']);
		expect(world.goals.at(-1)).toMatchObject({ state: { kind: 'done' } });
	});

	it('--at-once takes them all together', () => {
		const world = running();
		world.restart('worker', true);
		expect(world.signals).toEqual(['worker.1 SIGTERM', 'worker.2 SIGTERM', 'worker.3 SIGTERM']);
	});

	it('leaves the rest as it was when a replacement does not come back', () => {
		const world = running();
		const { 'worker.2': second, 'worker.3': third } = world.pids;
		world.restart('worker');
		world.behave({ spawnsFail: true });
		world.pass(500);
		expect(world.pids).toMatchObject({ 'worker.2': second, 'worker.3': third });
		const states = world.goals.slice(-3).map(({ state }) => state.kind);
		expect(states).toEqual(['failed', 'failed', 'failed']);
		world.behaveWell();
		world.pass(60_000);
		expect(world.pids).toMatchObject({ 'worker.2': second, 'worker.3': third });
	});

	it('ended by a stop starts nothing more', () => {
		const world = running();
		world.restart('worker');
		world.apply({ verb: 'stop', selectors: [] });
		const started = world.started.length;
		world.pass(60_000);
		expect(world.started).toHaveLength(started);
		expect(world.pids).toEqual({});
		expect(world.state.rollouts).toEqual([]);
	});

	it('asked for again while it rolls goes on one at a time and replaces all', () => {
		const world = running();
		world.restart('worker');
		world.pass(1_500);
		const atSecondRestart = world.started.length;
		world.restart('worker');
		world.pass(60_000);
		const replaced = world.started.slice(atSecondRestart).map(({ name }) => name);
		expect(replaced).toEqual(['worker.1', 'worker.2', 'worker.3']);
		expect(world.goals.map(({ state }) => state.kind)).not.toContain('failed');
	});

	it('takes back a stop, not a pause', () => {
		const world = running();
		world.apply({ verb: 'stop', selectors: [worker] });
		world.apply({ verb: 'pause', types: ['web'] });
		world.pass(100);
		world.apply({ verb: 'restart', selectors: [], staleOnly: false, atOnce: false, shell: {} });
		world.pass(60_000);
		expect(Object.keys(world.pids)).toEqual(['worker.1', 'worker.2', 'worker.3']);
	});

	it('--stale takes only what runs with an older version', () => {
		const world = running();
		world.define([definition('web'), definition('worker', {}, 2)]);
		const { 'web.1': web } = world.pids;
		world.apply({ verb: 'restart', selectors: [], staleOnly: true, atOnce: true, shell: {} });
		world.pass(100);
		expect(world.signals).toEqual(['worker.1 SIGTERM', 'worker.2 SIGTERM', 'worker.3 SIGTERM']);
		expect(world.pids).toMatchObject({ 'web.1': web });
	});

	it('of what waits for the kernel is what it is started with', () => {
		const world = new World([definition('worker')]);
		world.behave({ busy: true });
		world.start({ worker: 2 });
		world.define([definition('worker', {}, 2)]);
		world.restart('worker', true);
		world.behaveWell();
		world.pass(60_000);
		expect(world.started.map(({ launch }) => launch)).toEqual(['worker version 2', 'worker version 2']);
		expect(world.goals.map(({ state }) => state.kind)).not.toContain('pending');
	});
});

describe('down', () => {
	it('ends everything and keeps the formation', () => {
		const world = running();
		world.apply({ verb: 'down' });
		world.pass(100);
		expect(world.pids).toEqual({});
		expect(world.state.formation).toMatchObject({ power: 'down', wanted: COUNTS });
		expect(world.goals.at(-1)).toMatchObject({ state: { kind: 'done' } });
	});

	it('is overtaken by a start, and says so', () => {
		const world = running();
		world.apply({ verb: 'down' });
		const decided = world.goals.length;
		world.start(COUNTS);
		world.pass(60_000);
		expect(Object.keys(world.pids)).toHaveLength(5);
		expect(world.goals.slice(0, decided).map(({ state }) => state.kind)).not.toContain('pending');
		expect(world.goals[decided - 1]).toMatchObject({ state: { kind: 'failed', code: 'conflict' } });
	});
});
