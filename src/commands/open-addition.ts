import type { Asker } from '../model/question.ts';
import type { StackSource } from '../server/stack-source.ts';
import type { OpenAddition, OpenedAddition } from '../session/console-additions.ts';
import type { Addition } from '../session/inventory.ts';
import type { Globals } from './globals.ts';
import { openStack } from './open-stack.ts';

/** Opens servers that the console adds, and closes those that are still open at its end. */
export function additionOpener(
	globals: Globals,
	asker: Asker,
): { readonly open: OpenAddition; close(): Promise<void> } {
	const opened = new Set<OpenedAddition>();
	return {
		async open(request) {
			const [{ prepareAddition }, { openRemote, sourceOf }] = await Promise.all([
				import('../session/inventory.ts'),
				import('./open-remote.ts'),
			]);
			const stack = await openStack(globals);
			const addition = prepareAddition(stack, globals.environment, request);
			const files = await sourceOf(globals, stack, true);
			const server = openRemote(sourceWith(addition, files.source), addition.definition, asker);
			const one: OpenedAddition = {
				addition,
				server,
				async close() {
					opened.delete(one);
					files.close();
					await server.close();
				},
			};
			opened.add(one);
			return one;
		},
		async close() {
			await Promise.all([...opened].map((one) => one.close()));
		},
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
