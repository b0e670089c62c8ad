import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProcdeckError } from '../../src/model/errors.ts';
import {
	knownTypes,
	parseFormation,
	parseScaleTargets,
	parseSelectors,
} from '../../src/model/formation-arguments.ts';

const known = new Map([
	['web', 100],
	['worker', 1000],
	['my-worker-2', 1000],
]);

function refusal(act: () => unknown): { code: string; message: string } {
	try {
		act();
	} catch (error) {
		if (error instanceof ProcdeckError) return { code: error.code, message: error.message };
		throw error;
	}
	throw new Error('nothing was refused');
}

describe('scale arguments', () => {
	it.each([
		['worker=3', { type: 'worker', to: 3, expected: null }],
		['worker=0', { type: 'worker', to: 0, expected: null }],
		['worker+2', { type: 'worker', by: 2 }],
		['worker-1', { type: 'worker', by: -1 }],
		['worker-0', { type: 'worker', by: 0 }],
		['my-worker-2+1', { type: 'my-worker-2', by: 1 }],
		['my-worker-2-1', { type: 'my-worker-2', by: -1 }],
		['my-worker-2=1', { type: 'my-worker-2', to: 1, expected: null }],
	])('reads %s', (argument, target) => {
		expect(parseScaleTargets([argument], known)).toEqual([target]);
	});

	it('takes worker-1 as one worker less even where a worker-1 exists, and as a name where only that exists', () => {
		const both = new Map([...known, ['worker-1', 1000] as const]);
		expect(parseScaleTargets(['worker-1'], both)).toEqual([{ type: 'worker', by: -1 }]);
		expect(parseScaleTargets(['worker-1-1'], both)).toEqual([{ type: 'worker-1', by: -1 }]);
		const onlyNumbered = new Map([['worker-1', 1000]]);
		expect(refusal(() => parseScaleTargets(['worker-1'], onlyNumbered)).message).toContain('worker-1=N');
	});

	it.each([
		['worker=-1', 'usage'],
		['worker=x', 'usage'],
		['worker=', 'usage'],
		['worker=1.5', 'usage'],
		['worker+-1', 'usage'],
		['worker', 'usage'],
		['worker=1e9', 'limit'],
		['worker=1001', 'limit'],
		['web=101', 'limit'],
		['worker+99999999999999999999', 'limit'],
		['wroker=1', 'unknown-type'],
		['=1', 'unknown-type'],
		['', 'unknown-type'],
		['wrker', 'unknown-type'],
	])('refuses %j as %s', (argument, code) => {
		const { code: got, message } = refusal(() => parseScaleTargets([argument], known));
		expect(got).toBe(code);
		expect(message).toContain(argument);
	});

	it('suggests the type that was meant', () => {
		expect(refusal(() => parseScaleTargets(['wroker=1'], known)).message).toContain('did you mean worker?');
	});

	it('refuses a type that is named twice', () => {
		expect(refusal(() => parseScaleTargets(['web=1', 'web+1'], known))).toMatchObject({ code: 'usage' });
	});

	it('reads back any target', () => {
		const type = fc.constantFrom(...known.keys());
		fc.assert(
			fc.property(type, fc.constantFrom('=', '+', '-'), fc.nat(100), (name, operator, count) => {
				const to = { type: name, to: count, expected: null };
				const by = { type: name, by: operator === '-' ? 0 - count : count };
				expect(parseScaleTargets([`${name}${operator}${count}`], known)).toEqual([
					operator === '=' ? to : by,
				]);
			}),
		);
	});

	it('throws nothing but its own errors', () => {
		const text = fc.string({ unit: fc.constantFrom(...'web-+=.,1e9 worker'), maxLength: 12 });
		fc.assert(
			fc.property(text, (argument) => {
				for (const parse of [
					() => parseScaleTargets([argument], known),
					() => parseFormation(argument, known),
					() => parseSelectors([argument], known),
				]) {
					try {
						parse();
					} catch (error) {
						expect(error).toBeInstanceOf(ProcdeckError);
					}
				}
			}),
		);
	});
});

describe('formations', () => {
	it.each([
		['web=2,worker=1', { web: 2, worker: 1, 'my-worker-2': 0 }],
		['worker=4, web=1', { web: 1, worker: 4, 'my-worker-2': 0 }],
		['all=3', { web: 3, worker: 3, 'my-worker-2': 3 }],
		['web=0,all=2', { web: 0, worker: 2, 'my-worker-2': 2 }],
	])('reads %s', (text, counts) => {
		expect(parseFormation(text, known)).toEqual(counts);
	});

	it('takes all as a type where there is one', () => {
		expect(parseFormation('all=1', new Map([...known, ['all', 10] as const]))).toMatchObject({
			all: 1,
			web: 0,
		});
	});

	it.each([
		['', 'usage'],
		['web', 'usage'],
		['web=1,', 'usage'],
		['web=x', 'usage'],
		['web=1,web=2', 'usage'],
		['wbe=1', 'unknown-type'],
		['all=101', 'limit'],
	])('refuses %j as %s', (text, code) => {
		expect(refusal(() => parseFormation(text, known)).code).toBe(code);
	});
});

describe('selectors', () => {
	it('reads types and instances', () => {
		expect(parseSelectors(['web', 'my-worker-2.10'], known)).toEqual([
			{ type: 'web', index: null },
			{ type: 'my-worker-2', index: 10 },
		]);
	});

	it.each([
		['web.0', 'usage'],
		['web.x', 'usage'],
		['web.1.2', 'usage'],
		['web.', 'usage'],
		['web.01', 'usage'],
		['web.101', 'limit'],
		['wbe.1', 'unknown-type'],
	])('refuses %j as %s', (text, code) => {
		expect(refusal(() => parseSelectors([text], known)).code).toBe(code);
	});
});

describe('a type that left the Procfile and has nothing running', () => {
	const known = knownTypes({ processTypes: [] }, ['worker'], ['old', 'worker']);

	it.each([
		['scale', () => parseScaleTargets(['old=1'], known)],
		['a formation', () => parseFormation('worker=1,old=1', known)],
		['a selector', () => parseSelectors(['old.1'], known)],
	])('is told from one that never was by %s', (_, parse) => {
		expect(refusal(parse)).toMatchObject({
			code: 'unknown-type',
			message: expect.stringContaining('old has left the Procfile'),
		});
	});

	it('gets no count, and is not among those that there are', () => {
		expect(parseFormation('all=2', known)).toEqual({ worker: 2 });
		expect(() => parseSelectors(['odl'], known)).toThrow(
			expect.objectContaining({ message: 'there is no process type "odl"', hint: 'Process types: worker.' }),
		);
	});
});

it('knows orphans, and stops web at its ports', () => {
	const settings = {
		stop: [],
		restart: 'always',
		ready: null,
		memoryMax: null,
		logMax: 1,
		rolling: 1,
		maxInstances: 1000,
		scale: {},
	} as const;
	const stack = { processTypes: [{ name: 'web', command: 'x', line: 1, settings }] };
	const types = knownTypes(stack, ['gone']);
	expect([...types.keys()].sort()).toEqual(['gone', 'web']);
	expect(types.get('web')).toBe(100);
});
