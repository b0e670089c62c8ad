import { defaultEnvironmentRemark } from '../../model/default-environment.ts';
import type { Stack } from '../../model/stack.ts';
import type { Output } from './output.ts';

/** Says on stderr that servers over SSH get the environment that is only the default. */
export function warnOfDefaultEnvironment(
	output: Output,
	stack: Pick<Stack, 'environment' | 'environmentIsDefault' | 'servers'>,
): void {
	const remark = defaultEnvironmentRemark(stack);
	if (remark !== null) output.warn(remark);
}
