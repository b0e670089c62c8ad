import { describe, expect, it } from 'vitest';
import { settingsMark } from '../../../src/balancer/haproxy/configuration-lines.ts';
import { configurationText, type Written } from '../../../src/balancer/haproxy/configuration-text.ts';
import type { BalancerFiles } from '../../../src/balancer/haproxy/control.ts';
import { driftRemarks } from '../../../src/balancer/haproxy/drift.ts';
import { backendsSeen } from '../../../src/balancer/haproxy/observation.ts';
import type { RuntimeServer, RuntimeState } from '../../../src/balancer/haproxy/runtime-state.ts';
import { runtimeRemarks, toObservation, unreachable } from '../../../src/balancer/haproxy/seen.ts';

const WRITTEN: Written = {
	configuration: {
		settings: {
			port: 80,
			healthCheck: '/up',
			algorithm: 'leastconn',
			sticky: false,
			drainTimeoutMs: 30_000,
			certificate: null,
		},
		serving: { web1: true, web2: false },
		backends: [
			{ server: 'web1', instance: 'web.1', address: '10.0.0.1', port: 5000 },
			{ server: 'web2', instance: 'web.1', address: 'fd00::2', port: 5000 },
		],
	},
	machine: { socket: '/run/s', user: null, hasIpv6: true, addresses: {} },
};

const ON: RuntimeServer = {
	name: 'web1.web.1',
	address: '10.0.0.1',
	port: 5000,
	admin: 'ready',
	isUp: true,
	check: { passed: true, code: 'L7OK 200', words: '' },
	sessions: 2,
	requests: 7,
	errors: 1,
	responseMs: 3,
};
const OFF: RuntimeServer = { ...ON, name: 'web2.web.1', address: 'fd00::2', admin: 'drain', sessions: 0 };

function running(...servers: readonly RuntimeServer[]): RuntimeState {
	return { pid: 1, startedAt: null, description: settingsMark(WRITTEN), servers };
}

const FILES: BalancerFiles = {
	config: configurationText(WRITTEN),
	previous: null,
	certificateAt: null,
	unit: 'the unit',
	activeState: 'active',
	subState: 'running',
	startsAtBoot: true,
};

const SEEN = { state: running(ON, OFF), failure: null, files: FILES, unit: 'the unit' };

describe('the state of a backend', () => {
	const stateOf = (server: Partial<RuntimeServer>, of = ON) => {
		const changed = { ...of, ...server };
		const seen = backendsSeen(WRITTEN, of === ON ? [changed, OFF] : [ON, changed]);
		return seen.find(({ server: name }) => name === of.name.split('.')[0])?.state;
	};

	it.each([
		['healthy', {}],
		['checking', { check: null }],
		['unhealthy', { isUp: false }],
		['draining', { admin: 'drain' }],
		['held', { admin: 'drain', sessions: 0 }],
		['held', { admin: 'maint', sessions: 0, check: null }],
		['checking', { admin: 'drain', sessions: 0, check: null }],
	] as const)('is %s where its server is On and it is %o', (state, server) => {
		expect(stateOf(server)).toBe(state);
	});

	it.each([
		['off', {}],
		['off', { admin: 'maint', check: null }],
		['draining', { sessions: 1 }],
		['healthy', { admin: 'ready' }],
	] as const)('is %s where its server is Off and it is %o', (state, server) => {
		expect(stateOf(server, OFF)).toBe(state);
	});

	it.each([
		['GET /up answers 503 (L7STS 503: Service Unavailable)', 'L7STS 503', 'Service Unavailable'],
		['it does not accept connections (L4CON: Connection refused)', 'L4CON', 'Connection refused'],
		['it does not answer in time (L7TOUT)', 'L7TOUT', ''],
		['L6RSP: odd', 'L6RSP', 'odd'],
	])('has a reason: %s', (reason, code, words) => {
		const server = { ...ON, isUp: false, check: { passed: false, code, words } };
		expect(backendsSeen(WRITTEN, [server])[0]).toMatchObject({ state: 'unhealthy', reason });
	});

	it('is of the order of the configuration, and strangers come last', () => {
		const seen = backendsSeen(WRITTEN, [{ ...ON, name: 'mine' }, OFF, ON]);
		expect(seen.map(({ server, instance }) => `${server} ${instance}`)).toEqual([
			'web1 web.1',
			'web2 web.1',
			' mine',
		]);
	});
});

describe('drift', () => {
	it.each([
		['none', [ON, OFF], []],
		['none for one that is held', [{ ...ON, admin: 'maint' }, OFF], []],
		['none for one that is on its way out', [ON, OFF, { ...OFF, name: 'web9.web.1', sessions: 1 }], []],
		['what is missing', [OFF], ['web1.web.1 is missing in HAProxy']],
		['another address', [{ ...ON, port: 1 }, OFF], ['web1.web.1 has another address in HAProxy: 10.0.0.1:1']],
		[
			'traffic for a server that is Off',
			[ON, { ...OFF, admin: 'ready' }],
			['web2.web.1 gets traffic, though its server is Off'],
		],
		['strangers', [ON, OFF, { ...ON, name: 'x' }], ['x is in HAProxy, but not in its configuration']],
	] as const)('is %s', (_, servers, remarks) => {
		expect(driftRemarks(WRITTEN, running(...servers))).toEqual(remarks);
	});

	it('is other settings', () => {
		expect(driftRemarks(WRITTEN, { ...running(ON, OFF), description: '' })).toEqual([
			'HAProxy runs with other settings than its configuration says',
		]);
	});

	it.each([
		[
			'a configuration that was changed',
			{ config: `${FILES.config}# mine\n` },
			['its configuration was changed by hand'],
		],
		[
			'a broken one, where the one before says what it was',
			{ config: 'broken', previous: FILES.config },
			['its configuration was changed by hand'],
		],
		['a unit that was changed', { unit: 'mine' }, ['its unit was changed by hand']],
		['no unit', { unit: null }, ['its unit is missing']],
		['a unit that is disabled', { startsAtBoot: false }, ['its unit does not start with the machine']],
	])('is %s', (_, files, remarks) => {
		const observation = toObservation('jobs1', { ...SEEN, files: { ...FILES, ...files } }, []);
		expect(observation.drift).toEqual(remarks);
		expect(observation.configuration).toEqual(WRITTEN.configuration);
	});
});

describe('the connection', () => {
	it.each([
		['connected', SEEN, null],
		[
			'stopped',
			{ ...SEEN, state: null, files: { ...FILES, activeState: 'failed', subState: 'failed' } },
			'HAProxy does not run: its unit is failed (failed)',
		],
		[
			'unreachable',
			{ ...SEEN, state: null, failure: 'Permission denied' },
			'HAProxy runs, but its socket cannot be used: Permission denied (`procdeck lb add jobs1` starts it again)',
		],
	])('is %s', (connection, seen, reason) => {
		const observation = toObservation('jobs1', seen, runtimeRemarks(seen));
		expect(observation).toMatchObject({ connection, reason, drift: [] });
	});

	it('that is lost keeps what was known, as of when it was', () => {
		const before = toObservation('jobs1', SEEN, []);
		const lost = unreachable('jobs1', before, null, 'jobs1: the connection is lost');
		expect(lost).toEqual({ ...before, connection: 'unreachable', reason: 'jobs1: the connection is lost' });
	});

	it('without anything set up is of nothing', () => {
		const files = { ...FILES, config: null, unit: null, activeState: 'inactive' };
		const observation = toObservation('jobs1', { ...SEEN, state: null, files }, []);
		expect(observation).toMatchObject({
			connection: 'connected',
			configuration: null,
			backends: [],
			drift: [],
		});
	});
});
