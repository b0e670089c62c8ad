import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadStack } from '../../../src/files/load-stack.ts';
import type { Stack } from '../../../src/model/stack.ts';
import { prepareAddition, type ServerRequest } from '../../../src/session/addition/prepare.ts';
import { tempFolder } from '../../support/temp-folder.ts';

const REQUEST: ServerRequest = {
	name: 'jobs1',
	host: '203.0.113.5',
	user: 'deploy',
	port: null,
	scope: 'system',
	address: null,
	portBase: null,
};

async function stackOf(files: Record<string, string>, environment: string | null = null): Promise<Stack> {
	const directory = await tempFolder({ Procfile: 'web: run\nworker: run\n', ...files });
	return loadStack({ directory, procfile: null, environment });
}

describe('a server that is to be added', () => {
	it('is in a stack whose other servers and counts are as before', async () => {
		const stack = await stackOf({ 'procdeck.yml': 'processes:\n  worker: { scale: 3 }\n' });
		const { stack: added, definition } = prepareAddition(stack, null, REQUEST);
		expect(definition).toMatchObject({
			name: 'jobs1',
			kind: 'ssh',
			supervisor: 'systemd',
			host: '203.0.113.5',
		});
		expect(added.servers.map(({ name }) => name)).toEqual(['local', 'jobs1']);
		expect(added.processTypes.map(({ settings }) => settings.scale)).toEqual([
			{ local: 1, jobs1: 0 },
			{ local: 3, jobs1: 0 },
		]);
	});

	it.each([
		[null, {}, 'procdeck.yml'],
		['staging', {}, 'procdeck.staging.yml'],
		['staging', { 'procdeck.yml': 'stack: shop\n' }, 'procdeck.yml'],
		[
			'staging',
			{ 'procdeck.yml': 'environment: production\n', 'procdeck.staging.yml': '' },
			'procdeck.staging.yml',
		],
	])('is written where -e %s reads it, with %j', async (environment, files, name) => {
		const stack = await stackOf(files, environment);
		expect(prepareAddition(stack, environment, REQUEST).edit?.path).toBe(join(stack.directory, name));
	});

	it('changes no file that names it already', async () => {
		const stack = await stackOf({
			'procdeck.yml': 'servers: { jobs1: { host: 203.0.113.5, user: deploy } }\n',
		});
		expect(prepareAddition(stack, null, REQUEST).edit).toBeNull();
	});

	it.each([
		['another user', { user: 'root' }],
		['another port', { port: 2222 }],
		['another scope', { scope: 'user' }],
	] as const)('is not the one of that name with %s', async (_, changed) => {
		const stack = await stackOf({
			'procdeck.yml': 'servers: { jobs1: { host: 203.0.113.5, user: deploy } }\n',
		});
		expect(() => prepareAddition(stack, null, { ...REQUEST, ...changed })).toThrow(
			/there is a server jobs1 already/,
		);
	});

	it('may be the same machine for another user, each in their own scope', async () => {
		const stack = await stackOf({
			'procdeck.yml': 'servers: { a: { host: 203.0.113.5, user: one, scope: user } }\n',
		});
		const request = { ...REQUEST, scope: 'user', user: 'two' } as const;
		expect(prepareAddition(stack, null, request).edit).not.toBeNull();
		expect(() => prepareAddition(stack, null, { ...request, user: 'one' })).toThrow(
			/is the server a already/,
		);
	});
});
