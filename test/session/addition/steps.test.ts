import { describe, expect, it } from 'vitest';
import { loadStack } from '../../../src/files/load-stack.ts';
import { stepsLeft } from '../../../src/model/addition.ts';
import { prepareAddition } from '../../../src/session/addition/prepare.ts';
import { type AdditionSight, additionSteps } from '../../../src/session/addition/steps.ts';
import { tempFolder } from '../../support/temp-folder.ts';

const REQUEST = {
	name: 'jobs1',
	user: null,
	port: null,
	scope: 'system',
	address: null,
	portBase: null,
} as const;

const ITEM = {
	type: 'web',
	what: 'it has no unit there yet',
	action: 'write',
	paths: ['/unit'],
	diff: [],
} as const;

/** A machine that was never seen before, as it lacks nothing but what is said. */
function sightOf(
	machine: Partial<NonNullable<AdditionSight['machine']>> = {},
	rest: Partial<AdditionSight> = {},
): AdditionSight {
	return {
		machine: { missingPackages: [], installation: null, missingUser: null, hasCode: true, ...machine },
		setup: { isSetUp: false, items: [ITEM] },
		observation: { power: 'never', types: [] },
		release: null,
		...rest,
	};
}

async function additionTo(stackFile: string) {
	const directory = await tempFolder({ Procfile: 'web: run\nworker: run\n', 'procdeck.yml': stackFile });
	const stack = await loadStack({ directory, procfile: null, environment: null });
	return prepareAddition(stack, null, { ...REQUEST, host: '203.0.113.5' });
}

const typeOf = (type: string, wanted: number) => ({
	type,
	command: 'run',
	wanted,
	paused: null,
	orphan: false,
	stopped: false,
});

describe('the steps of adding a server', () => {
	it('are all that a bare machine needs, in their order', async () => {
		const addition = await additionTo(
			'user: shopper\npackages: [curl, libpq5]\nservers: { web1: { host: web1 } }\n',
		);
		const machine = { missingPackages: ['libpq5'], installation: 'apt-get install libpq5', hasCode: false };
		const steps = additionSteps(
			addition,
			sightOf({ ...machine, missingUser: 'shopper' }, { release: 'abc' }),
		);
		expect(steps.map(({ name, verb, what }) => [name, `${verb} ${what}`])).toEqual([
			['packages', 'install libpq5'],
			['user', 'make the user shopper, whom instances run as'],
			['release', expect.stringMatching(/^release abc into \/srv\//)],
			['check', 'check what instances need'],
			['units', 'write units, scripts and the environment'],
			['file', 'write jobs1 as a server into procdeck.yml'],
		]);
		expect(stepsLeft(steps)).toEqual(steps);
	});

	it('are done where the server and the file show that they were', async () => {
		const text = 'user: shopper\npackages: [curl]\nservers: { jobs1: { host: 203.0.113.5 } }\n';
		const addition = await additionTo(text);
		const steps = additionSteps(addition, sightOf({}, { setup: { isSetUp: true, items: [] } }));
		expect(steps.map(({ name, isDone }) => [name, isDone])).toEqual([
			['packages', true],
			['user', true],
			['units', true],
			['file', true],
		]);
	});

	it('start what the stack file says, but nothing where something is wanted already', async () => {
		const scaled =
			'servers: { jobs1: { host: 203.0.113.5 } }\nprocesses: { worker: { scale: { jobs1: 2 } } }\n';
		const addition = await additionTo(scaled);
		const starts = (observation: AdditionSight['observation']) =>
			additionSteps(addition, sightOf({}, { observation })).find(({ name }) => name === 'start')?.what;
		// What was never started is told as wanted.
		expect(starts({ power: 'never', types: [typeOf('worker', 2)] })).toBe('worker=2');
		// It was set up, and then something failed.
		expect(starts({ power: 'up', types: [typeOf('worker', 0)] })).toBe('worker=2');
		expect(starts({ power: 'up', types: [typeOf('web', 1), typeOf('worker', 0)] })).toBeUndefined();
	});
});
