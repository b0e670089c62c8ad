import { describe, expect, it } from 'vitest';
import { loadStack } from '../../src/files/load-stack.ts';
import type { Stack } from '../../src/model/stack.ts';
import { prepareRemoval } from '../../src/session/removal.ts';
import { tempFolder } from '../support/temp-folder.ts';

async function stackOf(files: Record<string, string>): Promise<Stack> {
	const directory = await tempFolder({ Procfile: 'web: run\nworker: run\n', ...files });
	return loadStack({ directory, procfile: null, environment: null });
}

describe('a server that is to be removed', () => {
	it('may not be the one of the load balancer', async () => {
		const text = 'servers: { a: { host: a }, b: { host: b } }\nload_balancer: { server: a }\n';
		const stack = await stackOf({ 'procdeck.yml': text });
		expect(() => prepareRemoval(stack, 'a')).toThrow('the load balancer is on a');
		expect(prepareRemoval(stack, 'b').edit.after).not.toContain('b:');
	});
});
