import { describe, expect, it } from 'vitest';
import { chooseServers, coveredServers } from '../../src/session/choose-servers.ts';
import { definition } from '../support/scripted-server.ts';

const ONE = [definition('local')];
const TWO = [definition('web1'), definition('jobs1', 1)];

function names(servers: readonly { readonly name: string }[]): string[] {
	return servers.map(({ name }) => name);
}

describe('chooseServers', () => {
	it('takes the only one', () => {
		expect(names(chooseServers(ONE, {}))).toEqual(['local']);
	});

	it('takes the one that is named, or all', () => {
		expect(names(chooseServers(TWO, { server: 'jobs1' }))).toEqual(['jobs1']);
		expect(names(chooseServers(TWO, { all: true }))).toEqual(['web1', 'jobs1']);
	});

	it('lists several where none is chosen', () => {
		expect(() => chooseServers(TWO, {})).toThrow(
			expect.objectContaining({ code: 'usage', message: expect.stringContaining('web1, jobs1') }),
		);
	});

	it('refuses a contradiction', () => {
		expect(() => chooseServers(TWO, { server: 'web1', all: true })).toThrow(
			expect.objectContaining({ code: 'usage' }),
		);
	});

	it('suggests the name that was meant', () => {
		expect(() => chooseServers(TWO, { server: 'job1' })).toThrow(
			expect.objectContaining({
				code: 'unknown-server',
				message: expect.stringContaining('did you mean jobs1?'),
			}),
		);
	});
});

it('a report covers all servers unless one is named', () => {
	expect(names(coveredServers(TWO, undefined))).toEqual(['web1', 'jobs1']);
	expect(names(coveredServers(TWO, 'web1'))).toEqual(['web1']);
});
