import { stackEnvironment } from './launch.ts';
import type { Stack } from './stack.ts';

/** A variable of a stack's environment, and where its value comes from. */
export interface ListedVariable {
	readonly name: string;
	readonly value: string;
	/** A file of the stack's folder; {@link OWN_SOURCE}: what Procdeck itself says. */
	readonly source: string;
	/** From 1; null where the source is no file. */
	readonly line: number | null;
}

/** The source of what the stack's environment is called. */
export const OWN_SOURCE = 'procdeck';

interface Source {
	readonly name: string;
	readonly lines: ReadonlyMap<string, number> | null;
}

/**
 * The environment that all instances get on servers, by name.
 * @param sources later wins
 */
export function listEnvironment(
	stack: Pick<Stack, 'environment' | 'environmentVariables'>,
	sources: readonly Source[],
): ListedVariable[] {
	const listed = Object.entries(stackEnvironment(stack, {})).map(([name, value]): ListedVariable => {
		const source = sources.findLast(({ lines }) => lines?.has(name));
		return { name, value, source: source?.name ?? OWN_SOURCE, line: source?.lines?.get(name) ?? null };
	});
	return listed.sort((one, other) => (one.name < other.name ? -1 : 1));
}
