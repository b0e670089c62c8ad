import { basename } from 'node:path';
import { formatFileMessage, ProcdeckError } from '../model/errors.ts';
import type { Stack } from '../model/stack.ts';
import { parseStackFile, type StackFileContent } from '../model/stack-file.ts';
import { loadBalancerDefinition, processSettings, serverDefinitions } from '../model/stack-file-model.ts';

/** @throws ProcdeckError `refused` where the edited file would not be valid */
export function contentOf(path: string, text: string): StackFileContent {
	const { content, errors } = parseStackFile(text, basename(path));
	if (content !== null && errors.length === 0) return content;
	throw new ProcdeckError(
		'refused',
		`the stack file would not be right any more:\n${errors.map(formatFileMessage).join('\n')}`,
		`edit ${basename(path)} by hand`,
	);
}

/** The stack as another text of its file makes its servers and types; the rest of it is as before. */
export function editedStack(stack: Stack, content: StackFileContent): Stack {
	const servers = serverDefinitions(content);
	const processTypes = stack.processTypes.map((type) => ({
		...type,
		settings: processSettings(content, type.name, servers),
	}));
	const loadBalancer = loadBalancerDefinition(content, servers);
	return { ...stack, servers, loadBalancer, processTypes };
}
