import { lookUp } from '../../model/look-up.ts';
import type { ServerDefinition, Stack } from '../../model/stack.ts';

/** The counts that types start with on a local server before anybody scaled them: `scale:` of the stack file, else 1. */
export function initialCounts(
	stack: Pick<Stack, 'processTypes'>,
	server: ServerDefinition,
): Record<string, number> {
	const counts = stack.processTypes.map(({ name, settings }) => [
		name,
		lookUp(settings.scale, server.name) ?? 1,
	]);
	return Object.fromEntries(counts);
}
