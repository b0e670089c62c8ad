import { check } from './check.ts';
import type { Context } from './context.ts';

export interface CheckFlags {
	readonly strict?: boolean;
}

/** Validates the files of the stack. */
export async function runCheck(
	{ globals, output }: Context,
	[file]: readonly string[],
	{ strict = false }: CheckFlags,
): Promise<number> {
	const { json, text, exitCode } = await check(globals, { strict, ...(file !== undefined && { file }) });
	if (output.json) output.value(json);
	else output.print(text);
	return exitCode;
}
