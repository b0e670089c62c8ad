import { describe, expect, it } from 'vitest';
import { concernsWeb, endsWeb, wantedBackends, webCount } from '../../src/model/backends.ts';
import type { SupervisorChange } from '../../src/model/change.ts';
import type { ServerObservation } from '../../src/model/observed.ts';
import { scriptedServer } from '../support/scripted-server.ts';

const shell = {};
const { observation } = scriptedServer({ counts: { web: 3, worker: 1 } });
const webs = observation.instances.filter(({ type }) => type === 'web');

/** What is left of the web type after a change. */
function leftAfter(change: SupervisorChange, seen: ServerObservation = observation): string[] {
	const ends = endsWeb(change, seen);
	return webs.filter((each) => !ends(each)).map(({ name }) => name);
}

describe('the backends of a server', () => {
	it('are the wanted instances of web, with the address and their ports', () => {
		expect(wantedBackends(observation, '10.0.0.1')).toEqual(
			[1, 2, 3].map((index) => ({
				server: 'local',
				instance: `web.${index}`,
				address: '10.0.0.1',
				port: 5000 + index,
			})),
		);
	});

	it('are none where web does not run, and not those that are held or have no port', () => {
		expect(wantedBackends({ ...observation, power: 'down' }, 'a')).toEqual([]);
		const instances = [{ ...webs[0]!, held: true }, { ...webs[1]!, port: null }, webs[2]!];
		expect(wantedBackends({ ...observation, instances }, 'a').map((backend) => backend.instance)).toEqual([
			'web.3',
		]);
	});

	it('are counted as they are wanted', () => {
		expect(webCount(observation)).toBe(3);
		expect(webCount({ ...observation, power: 'never' })).toBe(0);
	});
});

describe('what a change ends', () => {
	const web = { type: 'web', index: null };
	it.each<[string, SupervisorChange, string[]]>([
		['a smaller count', { verb: 'scale', targets: [{ type: 'web', to: 1, expected: null }] }, ['web.1']],
		['one less', { verb: 'scale', targets: [{ type: 'web', by: -1 }] }, ['web.1', 'web.2']],
		[
			'a larger count',
			{ verb: 'scale', targets: [{ type: 'web', to: 5, expected: null }] },
			['web.1', 'web.2', 'web.3'],
		],
		['a stop of one', { verb: 'stop', selectors: [{ type: 'web', index: 2 }] }, ['web.1', 'web.3']],
		['a stop of all', { verb: 'stop', selectors: [] }, []],
		['a pause', { verb: 'pause', types: ['web'] }, []],
		['another formation', { verb: 'start', selectors: [], formation: { web: 2 }, shell }, ['web.1', 'web.2']],
		['a start', { verb: 'start', selectors: [web], formation: null, shell }, ['web.1', 'web.2', 'web.3']],
		['down', { verb: 'down' }, []],
	])('%s', (_, change, left) => {
		expect(leftAfter(change)).toEqual(left);
	});
});

it('knows which changes are about web', () => {
	expect(concernsWeb({ verb: 'stop', selectors: [{ type: 'worker', index: null }] })).toBe(false);
	expect(concernsWeb({ verb: 'stop', selectors: [] })).toBe(true);
	expect(concernsWeb({ verb: 'pause', types: ['worker'] })).toBe(false);
	expect(concernsWeb({ verb: 'down' })).toBe(true);
});
