import type { Stack } from './stack.ts';

/**
 * What is to be said where nobody said which environment a stack is, and servers over SSH get the default one.
 * @returns null: somebody did, or there is no such server
 */
export function defaultEnvironmentRemark({
	environment,
	environmentIsDefault,
	servers,
}: Pick<Stack, 'environment' | 'environmentIsDefault' | 'servers'>): string | null {
	const remote = servers.filter(({ kind }) => kind === 'ssh').map(({ name }) => name);
	if (!environmentIsDefault || remote.length === 0) return null;
	const on = remote.length > 3 ? `${remote.length} servers over SSH` : remote.join(', ');
	return `no environment is named, so RAILS_ENV, RACK_ENV and NODE_ENV are ${environment} on ${on}: for another, write "environment: production" into the stack file`;
}
