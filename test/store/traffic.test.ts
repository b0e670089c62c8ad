import { describe, expect, test } from 'vitest';
import type { BalancerObservation } from '../../src/model/balancer.ts';
import { flowsOf, NO_TRAFFIC, type Traffic, withReport, withTime } from '../../src/store/traffic.ts';
import { backendOf, balancerOf } from '../support/balancer-observation.ts';

/** A load balancer that has counted so many requests, and errors, of web.1 by now. */
function counted(requests: number, errors = 0): BalancerObservation {
	return balancerOf({ web1: true }, [backendOf('web1', 'web.1', { requests, errors })]);
}

/** What is told comes a little late. */
const LATE_MS = 300;

/** What is known after these reports, each with the second that it came at. */
function after(...reports: readonly (readonly [second: number, report: BalancerObservation | null])[]) {
	let traffic: Traffic = NO_TRAFFIC;
	let before: BalancerObservation | null = null;
	for (const [second, report] of reports) {
		const at = second * 1000;
		const told = report === null ? null : { ...report, asOf: new Date(at).toISOString() };
		traffic = withReport(traffic, before, told, at + LATE_MS);
		before = told;
	}
	return traffic;
}

describe('requests per second', () => {
	test('are not known before the second look', () => {
		expect(flowsOf(after([0, counted(1000)]))).toBeNull();
		expect(flowsOf(after([0, counted(1000)], [2, counted(1100)]))?.total.requests).toBe(50);
	});

	test('are of looks a second apart, whatever comes in between', () => {
		const traffic = after([0, counted(0)], [0.1, counted(90)], [0.5, counted(91)], [1, counted(100)]);
		expect(flowsOf(traffic)?.total.trend).toEqual([100]);
	});

	test('go on when the load balancer has started anew and counts from 0', () => {
		const traffic = after([0, counted(5000)], [1, counted(5010)], [2, counted(30)]);
		expect(flowsOf(traffic)?.total.trend).toEqual([10, 30]);
	});

	test('are 0 once no news comes', () => {
		const report = counted(20);
		const traffic = withTime(after([0, counted(0)], [1, report]), report, 3_000);
		expect(flowsOf(traffic)?.total).toMatchObject({ requests: 0, trend: [20, 0] });
	});

	test('are not made of what was counted while nobody looked', () => {
		const lost = { ...counted(10), connection: 'unreachable', reason: 'no answer' } as const;
		const traffic = after([0, counted(0)], [1, counted(10)], [2, lost], [300, counted(9000)]);
		expect(flowsOf(traffic)).toBeNull();
		expect(withTime(traffic, lost, 400_000)).toBe(traffic);
	});

	test('add up over instances that come and go', () => {
		const first = backendOf('web1', 'web.1', { requests: 100 });
		const second = backendOf('web1', 'web.2', { requests: 7 });
		const serving = { web1: true };
		const traffic = after([0, balancerOf(serving, [first])], [1, balancerOf(serving, [first, second])]);
		expect(flowsOf(traffic)?.byServer.get('web1')?.requests).toBe(7);
		expect(flowsOf(traffic)?.byBackend.get('web1 web.2')?.requests).toBe(7);
	});

	test('are kept for a minute', () => {
		const reports = Array.from(
			{ length: 200 },
			(_, second) => [second, counted(second * 3, second)] as const,
		);
		const { total } = flowsOf(after(...reports))!;
		expect(total.trend).toHaveLength(60);
		expect(total.errors).toBe(60);
	});

	test('begin anew with another load balancer', () => {
		const other = { ...counted(4000), server: 'web2' };
		expect(flowsOf(after([0, counted(0)], [1, counted(10)], [2, other]))).toBeNull();
		expect(after([0, counted(0)], [1, counted(10)], [2, null])).toBe(NO_TRAFFIC);
	});
});
