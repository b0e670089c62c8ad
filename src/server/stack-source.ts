import type { FileMessage } from '../model/errors.ts';
import type { Stack } from '../model/stack.ts';

/** Where a server has its stack from: the files as they are now, or as they were once. */
export interface StackSource {
	readonly stack: Stack;
	/** Errors of the files; the last good version is in use. */
	readonly problems: readonly FileMessage[];
	/** Calls `listener` when the files became others, until the returned function is called. */
	listen(listener: () => void): () => void;
}

/** A stack as it was read once: for commands that end soon. */
export function readOnce(stack: Stack): StackSource {
	return { stack, problems: stack.problems, listen: () => () => {} };
}
