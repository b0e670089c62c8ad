import { expand } from './expand.ts';
import { instanceEnvironment, stackEnvironment } from './launch.ts';
import { lookUp } from './look-up.ts';
import { assignPortBlocks, portBase, portOf } from './ports.ts';
import { sanitize } from './sanitize.ts';
import type { Stack } from './stack.ts';

/**
 * The environment of a type's first instance on the stack's first server, by type; null is the release's.
 * @param shell the caller's shell, which counts on local servers
 */
export function environmentsOf(
	stack: Stack,
	shell: Readonly<Record<string, string>>,
): (type: string | null) => Record<string, string> {
	const server = stack.servers.find(({ kind }) => kind === 'local') ?? stack.servers[0]!;
	const shared = stackEnvironment(stack, server.kind === 'local' ? shell : {});
	const types = stack.processTypes.map(({ name }) => name);
	const blocks = assignPortBlocks(portBase(server, stack.environmentVariables), types, {}, new Set());
	return (type) => {
		if (type === null) return shared;
		const port = portOf(lookUp(blocks, type), 1);
		return { ...shared, ...instanceEnvironment(stack, server, { type, index: 1, port }) };
	};
}

/** Shows commands as they will run, on one line and with secrets as `***`. Asked for the same again it answers at once. */
export function commandShower(
	stack: Stack,
	shell: Readonly<Record<string, string>>,
): (type: string, command: string) => string {
	const environmentOf = environmentsOf(stack, shell);
	const shown = new Map<string, string>();
	return (type, command) => {
		const key = `${type}: ${command}`;
		const known = shown.get(key);
		if (known !== undefined) return known;
		const { text } = expand(command, environmentOf(type));
		const line = sanitize(text.replaceAll('\n', ' '), { colours: false });
		shown.set(key, line);
		return line;
	};
}
