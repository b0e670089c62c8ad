import { expect, test } from 'vitest';
import type { Balancer } from '../../src/balancer/balancer.ts';
import { Turns } from '../../src/files/turns.ts';
import type { Backend, BalancerObservation } from '../../src/model/balancer.ts';
import { mendTraffic } from '../../src/session/mend-traffic.ts';
import { backendOf, balancerOf } from '../support/balancer-observation.ts';
import { instance, scriptedServer } from '../support/scripted-server.ts';

const OPTIONS = { wait: true, timeoutMs: null, who: 'mia@laptop', changeId: 'c1' };

/** A load balancer in memory that writes down what it is told. */
function balancerTelling(report: BalancerObservation) {
	const told: string[] = [];
	let now = report;
	const unexpected = () => Promise.reject(new Error('nobody mends by that'));
	const balancer: Balancer = {
		setup: { plan: unexpected, write: unexpected, check: unexpected, remove: unexpected },
		async observe(listener) {
			listener(now);
			return () => {};
		},
		async mend() {
			told.push('mend');
		},
		async setBackends(servers: readonly string[], backends: readonly Backend[]) {
			told.push(`${servers.join()}: ${backends.map((each) => each.instance).join()}`);
			return { cut: 0 };
		},
		setServing: unexpected,
		drain: unexpected,
		async release({ instance: released }) {
			told.push(`release ${released}`);
			const backends = now.backends.map((each) =>
				each.instance === released ? { ...each, state: 'healthy' as const } : each,
			);
			now = { ...now, backends };
		},
		async close() {},
	};
	return { balancer, told };
}

/** web1 with one instance of web more than is wanted. */
function withSurplus() {
	const web1 = scriptedServer({ name: 'web1', counts: { web: 1 } });
	web1.push({ kind: 'instances', changed: [instance('web', 2)], removed: [] });
	return web1;
}

test('what a restart left is no backend any more before it ends, and all is in the history', async () => {
	const web1 = withSurplus();
	const held = backendOf('web1', 'web.1', { state: 'held' });
	const { balancer, told } = balancerTelling(balancerOf({ web1: true }, [held, backendOf('web1', 'web.2')]));
	const balancingOf = async () => ({
		balancer,
		address: '203.0.113.7',
		turns: new Turns(),
		keep: async () => {},
	});
	const rows = await mendTraffic(web1, [web1], balancingOf, OPTIONS);
	// Once another one answers.
	expect(told).toEqual(['mend', 'web1: web.1,web.2', 'release web.1', 'web1: web.1']);
	expect(web1.applied.map(({ change }) => change)).toEqual([{ verb: 'surge', type: 'web', on: false }]);
	expect(rows[0]).toMatchObject({ server: 'web1', to: 'load balancer', outcome: 'done' });
	expect(web1.observation.history[0]).toMatchObject({ verb: 'lb mend', changeId: 'c1', outcome: 'done' });
	expect(web1.observation.history.every(({ verb }) => verb === 'lb mend')).toBe(true);
});

test('a load balancer that is as it should be is left alone', async () => {
	const web1 = scriptedServer({ name: 'web1', counts: { web: 1 } });
	const { balancer, told } = balancerTelling(balancerOf({ web1: true }, [backendOf('web1', 'web.1')]));
	const balancingOf = async () => ({
		balancer,
		address: '203.0.113.7',
		turns: new Turns(),
		keep: async () => {},
	});
	expect(await mendTraffic(web1, [], balancingOf, OPTIONS)).toMatchObject([{ outcome: 'unchanged' }]);
	expect(told).toEqual([]);
	expect(web1.observation.history).toEqual([]);
});
