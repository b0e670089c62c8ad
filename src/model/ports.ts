import { type ServerDefinition, type Stack, WEB_TYPE } from './stack.ts';

/** Ports that a process type gets, and so the number of its instances that get one. */
export const PORTS_PER_TYPE = 100;

const DEFAULT_BASE = 5000;
const STEP_PER_LOCAL_SERVER = 1000;

/** The first port of a server's instances. */
export function portBase(
	server: Pick<ServerDefinition, 'portBase' | 'localIndex'>,
	environmentVariables: Stack['environmentVariables'],
): number {
	if (server.portBase !== null) return server.portBase;
	const fromFiles = Number(environmentVariables.PORT);
	const base = Number.isInteger(fromFiles) && fromFiles > 0 ? fromFiles : DEFAULT_BASE;
	return base + server.localIndex * STEP_PER_LOCAL_SERVER;
}

/**
 * The first port of each type's block: a type in use keeps the one it has, the others get free ones in Procfile order.
 * @param blocks first port by type, as it was
 * @param inUse types that have instances
 */
export function assignPortBlocks(
	base: number,
	typesInOrder: readonly string[],
	blocks: Readonly<Record<string, number>>,
	inUse: ReadonlySet<string>,
): Record<string, number> {
	const kept = Object.entries(blocks).filter(([type]) => inUse.has(type));
	const result = Object.fromEntries(kept);
	const taken = kept.map(([, first]) => first);
	const overlapsTaken = (first: number) => taken.some((other) => Math.abs(other - first) < PORTS_PER_TYPE);
	typesInOrder.forEach((type, position) => {
		if (Object.hasOwn(result, type)) return;
		let first = base + position * PORTS_PER_TYPE;
		while (overlapsTaken(first)) first += PORTS_PER_TYPE;
		result[type] = first;
		taken.push(first);
	});
	return result;
}

/** The PORT of an instance, or null where its type's block has no more. */
export function portOf(firstPort: number | undefined, index: number): number | null {
	if (firstPort === undefined || index > PORTS_PER_TYPE) return null;
	const port = firstPort + index - 1;
	return port <= 65_535 ? port : null;
}

/** The most instances that a type can have on a server. */
export function instanceLimit(type: string, maxInstances: number): number {
	return type === WEB_TYPE ? Math.min(maxInstances, PORTS_PER_TYPE) : maxInstances;
}
