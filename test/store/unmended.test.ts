import { describe, expect, test } from 'vitest';
import type { HistoryEntry } from '../../src/model/change.ts';
import type { InstanceState } from '../../src/model/observed.ts';
import { receive, receiveBalancer, setNow } from '../../src/store/console-store.ts';
import { problemsOf } from '../../src/store/problems.ts';
import { isWorkedOn, leftoversOf } from '../../src/store/unmended.ts';
import { backendOf, balancerOf } from '../support/balancer-observation.ts';
import { type Scene, sceneOf } from '../support/console-model.ts';
import { instance, START, scriptedServer } from '../support/scripted-server.ts';

const SECOND = 1000;

/** web1 with two instances of web, the first out of turn, as seen `seconds` after that was first seen. */
function heldFor(
	seconds: number,
	history: readonly HistoryEntry[] = [],
	state: InstanceState = 'running',
): Scene {
	const web1 = scriptedServer({ name: 'web1', counts: { web: 2 } });
	web1.setInstance('web.1', { state });
	for (const entry of history) web1.push({ kind: 'history', entry });
	const scene = sceneOf([web1]);
	const backends = [backendOf('web1', 'web.1', { state: 'held' }), backendOf('web1', 'web.2')];
	receiveBalancer(scene.store, balancerOf({ web1: true }, backends), START);
	setNow(scene.store, START + seconds * SECOND);
	return scene;
}

/** A change of web on web1 that began so many seconds after {@link START}, and has not ended. */
function underWay(seconds: number): HistoryEntry {
	return {
		id: 'a',
		changeId: 'b',
		at: new Date(START + seconds * SECOND).toISOString(),
		who: 'mia@laptop',
		verb: 'restart',
		server: 'web1',
		type: 'web',
		from: 2,
		to: 2,
		outcome: null,
	};
}

/** web1 with one instance of web more than is wanted, `seconds` later. */
function surplusAfter(seconds: number, history: readonly HistoryEntry[] = []): Scene {
	const web1 = scriptedServer({ name: 'web1', counts: { web: 1 } });
	for (const entry of history) web1.push({ kind: 'history', entry });
	const startedAt = new Date(START).toISOString();
	const extra = instance('web', 2, { startedAt });
	web1.push({ kind: 'instances', changed: [extra], removed: [] });
	const scene = sceneOf([web1]);
	receiveBalancer(scene.store, balancerOf({ web1: true }, [backendOf('web1', 'web.1')]), START);
	setNow(scene.store, START + seconds * SECOND);
	return scene;
}

describe('an instance that is out of turn', () => {
	test('was left so when nobody works on it', () => {
		const { store } = heldFor(11);
		expect(leftoversOf(store.getState())).toEqual([{ kind: 'held', server: 'web1', instance: 'web.1' }]);
		expect(problemsOf(store.getState())).toMatchObject([{ kind: 'traffic', subject: 'web.1 on web1' }]);
	});

	test('is nothing to look at between the steps of a restart, or within one', () => {
		expect(leftoversOf(heldFor(5).store.getState())).toEqual([]);
		expect(leftoversOf(heldFor(40, [underWay(35)]).store.getState())).toEqual([]);
		expect(leftoversOf(heldFor(40, [underWay(0)], 'starting').store.getState())).toEqual([]);
	});

	test('was left so when its restart was never noted to have ended, and all is up', () => {
		expect(leftoversOf(heldFor(40, [underWay(0)]).store.getState())).toHaveLength(1);
	});

	test('was left so when its restart takes longer than any does', () => {
		expect(leftoversOf(heldFor(400, [underWay(0)], 'starting').store.getState())).toHaveLength(1);
	});

	test('is worked on while another one beside it drains, for as long as that may take', () => {
		const scene = heldFor(0);
		const backends = [
			backendOf('web1', 'web.1', { state: 'held' }),
			backendOf('web1', 'web.2', { state: 'draining', sessions: 3 }),
		];
		receiveBalancer(scene.store, balancerOf({ web1: true }, backends), START);
		setNow(scene.store, START + 20 * SECOND);
		expect(isWorkedOn(scene.store.getState(), 'web1')).toBe(true);
		setNow(scene.store, START + 60 * SECOND);
		expect(isWorkedOn(scene.store.getState(), 'web1')).toBe(false);
	});
});

describe('an instance beyond the wanted ones', () => {
	test('was left behind when nobody works there', () => {
		const { store } = surplusAfter(60);
		expect(leftoversOf(store.getState())).toEqual([{ kind: 'surplus', server: 'web1', instance: 'web.2' }]);
	});

	test('is nothing to look at while it may still be needed', () => {
		expect(leftoversOf(surplusAfter(20).store.getState())).toEqual([]);
		expect(leftoversOf(surplusAfter(60, [underWay(50)]).store.getState())).toEqual([]);
		const justNow: HistoryEntry = { ...underWay(40), outcome: 'done', tookMs: 2000 };
		expect(leftoversOf(surplusAfter(60, [justNow]).store.getState())).toEqual([]);
	});
});

describe('backends and wanted instances that differ', () => {
	const after = (seconds: number, history: readonly HistoryEntry[] = []) => {
		const web1 = scriptedServer({ name: 'web1', counts: { web: 2 } });
		for (const entry of history) web1.push({ kind: 'history', entry });
		const scene = sceneOf([web1]);
		const backends = [backendOf('web1', 'web.1'), backendOf('web1', 'web.3')];
		receiveBalancer(scene.store, balancerOf({ web1: true }, backends), START);
		setNow(scene.store, START + seconds * SECOND);
		return leftoversOf(scene.store.getState());
	};

	test('are told of each instance', () => {
		expect(after(1)).toEqual([
			{ kind: 'left-out', server: 'web1', instance: 'web.2' },
			{ kind: 'unwanted', server: 'web1', instance: 'web.3' },
		]);
	});

	test('are nothing to look at while somebody may be at it', () => {
		expect(after(5, [underWay(0)])).toEqual([]);
		expect(after(30, [{ ...underWay(0), outcome: 'done', tookMs: 2000 }])).toEqual([]);
	});
});

describe('what is wrong with web traffic', () => {
	const reason = 'GET /up answers 500';
	const sick = backendOf('web1', 'web.1', { state: 'unhealthy', reason });

	test('is told once it has lasted, and not of an instance that crashed anyway', () => {
		const web1 = scriptedServer({ name: 'web1', counts: { web: 2 } });
		const scene = sceneOf([web1]);
		const kinds = () => problemsOf(scene.store.getState()).map(({ kind }) => kind);
		receiveBalancer(scene.store, balancerOf({ web1: true }, [sick, backendOf('web1', 'web.2')]), START);
		expect(kinds()).toEqual([]);
		setNow(scene.store, START + 5 * SECOND);
		expect(problemsOf(scene.store.getState())).toMatchObject([
			{ kind: 'unhealthy', subject: 'web.1 on web1', text: `gets no web traffic: ${reason}` },
		]);
		web1.setInstance('web.1', { state: 'backoff' });
		receive(scene.store, 'web1', { kind: 'snapshot', observation: web1.observation }, START);
		expect(kinds()).toEqual(['backoff']);
	});

	test('is worst where nobody answers', () => {
		const scene = sceneOf([scriptedServer({ name: 'web1', counts: { web: 1 } })]);
		receiveBalancer(scene.store, balancerOf({ web1: true }, [sick]), START);
		setNow(scene.store, START + 5 * SECOND);
		expect(problemsOf(scene.store.getState())).toMatchObject([
			{ kind: 'balancer', text: expect.stringContaining('503') },
			{ kind: 'unhealthy' },
		]);
	});

	test('is nothing where our own goes down with its stack', () => {
		const stopped = balancerOf({}, [], {
			kind: 'embedded',
			connection: 'stopped',
			reason: 'it does not run',
		});
		for (const [power, kinds] of [
			['up', ['balancer']],
			['down', []],
		] as const) {
			const scene = sceneOf([scriptedServer({ name: 'web1', counts: { web: 1 }, power })]);
			receiveBalancer(scene.store, stopped, START);
			setNow(scene.store, START + 5 * SECOND);
			expect(problemsOf(scene.store.getState()).map(({ kind }) => kind)).toEqual(kinds);
		}
	});
});
