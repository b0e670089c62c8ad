import { ProcdeckError } from '../model/errors.ts';
import { type KnownTypes, knownTypes } from '../model/formation-arguments.ts';
import type { ServerDefinition, Stack } from '../model/stack.ts';
import { snapshotsOf } from '../session/snapshot.ts';
import type { Globals } from './globals.ts';
import { withServers } from './open-stack.ts';

/**
 * Parses arguments that name process types. Types that left the Procfile count too while servers still have them; the
 * servers are asked only if the Procfile's types do not do, and none is started for it.
 * @throws ProcdeckError what `parse` throws
 */
export async function parseWithOrphans<T>(
	globals: Globals,
	stack: Stack,
	definitions: readonly ServerDefinition[],
	parse: (known: KnownTypes) => T,
): Promise<T> {
	try {
		return parse(knownTypes(stack));
	} catch (error) {
		if (!(error instanceof ProcdeckError) || error.code !== 'unknown-type') throw error;
		const { observations } = await withServers(globals, stack, definitions, 'peek', snapshotsOf);
		const present = observations.flatMap(({ types }) => types.map(({ type }) => type));
		const { typesSetUp } = await import('../server/embedded/stacks.ts');
		return parse(knownTypes(stack, present, typesSetUp(stack)));
	}
}
