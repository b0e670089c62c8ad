import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvFields } from '../../../src/balancer/haproxy/csv.ts';
import {
	parseRuntimeState,
	type RuntimeServer,
	type RuntimeState,
} from '../../../src/balancer/haproxy/runtime-state.ts';

/** What HAProxy 2.6 said of six servers: see the tests for what had been done with each. */
const ANSWER = readFileSync(join(import.meta.dirname, 'answer.txt'), 'utf8');

function server({ servers }: RuntimeState, name: string): RuntimeServer {
	const found = servers.find((each) => each.name === name);
	if (found === undefined) throw new Error(`there is no ${name}`);
	return found;
}

describe('what HAProxy says of itself', () => {
	const state = parseRuntimeState(ANSWER, 'procdeck');

	it('is which process it is, and with which settings', () => {
		expect(state.pid).toBeGreaterThan(0);
		expect(state.description).toMatch(/^procdeck-[0-9a-f]{12}$/);
		expect(state.servers).toHaveLength(6);
	});

	it.each([
		['web1.web.1', 'answers', { admin: 'ready', isUp: true, sessions: 1, requests: 3, errors: 1 }],
		['web1.web.2', 'answers 503 to checks', { admin: 'ready', isUp: false, responseMs: null }],
		['web1.web.3', 'drains', { admin: 'drain', isUp: true }],
		['web1.web.5', 'is not there', { admin: 'ready', isUp: false }],
		['web2.web.1', 'is disabled', { admin: 'maint', isUp: false, check: null }],
	] as const)('is that %s %s', (name, _, expected) => {
		expect(server(state, name)).toMatchObject(expected);
	});

	it('is how checks ended', () => {
		const checks = state.servers.map(({ name, check }) => [name, check?.code ?? null]);
		expect(checks).toEqual([
			['web1.web.1', 'L7OK 200'],
			['web1.web.2', 'L7STS 503'],
			['web1.web.3', 'L7OK 200'],
			// It has left `maint` just now, and what was known of it before counts no more.
			['web1.web.4', null],
			['web1.web.5', 'L4CON'],
			['web2.web.1', null],
		]);
		expect(server(state, 'web1.web.5').check?.words).toBe('Connection refused');
	});

	it('is nothing of other sections', () => {
		expect(parseRuntimeState(ANSWER, 'other').servers).toEqual([]);
	});

	it('is an error where it is something else', () => {
		expect(() => parseRuntimeState('Permission denied\n', 'procdeck')).toThrow('Permission denied');
	});

	it('may be cut short anywhere', () => {
		fc.assert(
			fc.property(fc.nat(ANSWER.length), (length) => {
				const cut = ANSWER.slice(0, length);
				try {
					parseRuntimeState(cut, 'procdeck');
				} catch (error) {
					expect((error as Error).message).toMatch(/does not say/);
				}
			}),
		);
	});
});

describe('comma-separated values', () => {
	it.each([
		['a,,b,', ['a', '', 'b', '']],
		['"a,b",c', ['a,b', 'c']],
		['"say ""no""",', ['say "no"', '']],
		['', ['']],
	])('%s', (line, fields) => {
		expect(csvFields(line)).toEqual(fields);
	});

	it('are read as they were written', () => {
		const field = fc.stringMatching(/^[a-z", ]*$/);
		fc.assert(
			fc.property(fc.array(field, { minLength: 1 }), (fields) => {
				const line = fields.map((text) => `"${text.replaceAll('"', '""')}"`).join(',');
				expect(csvFields(line)).toEqual(fields);
			}),
		);
	});
});
