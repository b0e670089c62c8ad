import type { Context } from './context.ts';
import { table } from './output/table.ts';

const TITLES = ['STACK', 'ENVIRONMENT', 'SERVER', 'RUNNING', 'STATE', 'SUPERVISOR', 'FOLDER'];

/** The local stacks that have a supervisor or state here, whatever the folder. */
export async function stacks({ output }: Context): Promise<number> {
	const { listStacks } = await import('../server/embedded/stacks.ts');
	const found = await listStacks();
	if (output.json) output.value({ stacks: found });
	else if (found.length === 0) output.note('no stack has run here yet');
	else {
		const rows = found.map(({ stack, environment, server, running, power, supervisorPid, directory }) => [
			stack,
			environment,
			server,
			String(running),
			power,
			supervisorPid === null ? '-' : String(supervisorPid),
			directory,
		]);
		output.print(
			table(
				TITLES.map((title) => ({ title })),
				rows,
				output.paint,
			),
		);
	}
	return 0;
}
