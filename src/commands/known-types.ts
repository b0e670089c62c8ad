import { ProcdeckError } from '../model/errors.ts';
import { type KnownTypes, knownTypes } from '../model/formation-arguments.ts';
import type { Stack } from '../model/stack.ts';
import type { Server } from '../server/server.ts';
import { snapshotOf } from '../session/snapshot.ts';

/**
 * Parses arguments that name process types. Types that left the Procfile count too while servers still have them; the
 * servers are asked only if the Procfile's types do not do.
 */
export async function parseWithOrphans<T>(
	stack: Stack,
	servers: readonly Server[],
	parse: (known: KnownTypes) => T,
): Promise<T> {
	try {
		return parse(knownTypes(stack));
	} catch (error) {
		if (!(error instanceof ProcdeckError) || error.code !== 'unknown-type') throw error;
		const observations = await Promise.all(servers.map(snapshotOf));
		const present = observations.flatMap(({ types }) => types.map(({ type }) => type));
		return parse(knownTypes(stack, present));
	}
}
