import type { StackSource } from '../server/stack-source.ts';
import type { OpenAddition } from '../session/console-additions.ts';
import type { Addition } from '../session/inventory.ts';
import type { Globals } from './globals.ts';
import { openStack } from './open-stack.ts';
import type { OwnedServers } from './server-pool.ts';

/** Opens servers that the console adds. */
export function additionOpener(globals: Globals, files: StackSource, pool: OwnedServers): OpenAddition {
	return async (request) => {
		const { prepareAddition } = await import('../session/inventory.ts');
		const addition = prepareAddition(await openStack(globals), globals.environment, request);
		const server = await pool.openBy(sourceWith(addition, files), addition.definition);
		return { addition, server };
	};
}

/** The stack with the server in it, before its file names that and while that is read. */
function sourceWith({ stack, definition }: Addition, files: StackSource): StackSource {
	return {
		get stack() {
			const isNamed = files.stack.servers.some(({ name }) => name === definition.name);
			return isNamed ? files.stack : stack;
		},
		get problems() {
			return files.problems;
		},
		listen: (listener) => files.listen(listener),
	};
}
