import { parseScaleTargets } from '../model/formation-arguments.ts';
import type { ServerObservation } from '../model/observed.ts';
import { chooseServers, coveredServers, type ServerChoice } from '../session/choose-servers.ts';
import { snapshotsOf } from '../session/snapshot.ts';
import { applyChange, type WaitFlags } from './apply-change.ts';
import type { Context } from './context.ts';
import { openStackOrRemains, withServers } from './open-stack.ts';
import { noteUnreachable } from './output/unreachable.ts';

export type ScaleFlags = WaitFlags & ServerChoice;

/** Sets wanted counts; without arguments shows them. */
export function scale(context: Context, operands: readonly string[], flags: ScaleFlags): Promise<number> {
	if (operands.length === 0) return showFormation(context, flags);
	return applyChange(context, flags, {
		what: 'scaling',
		takesRemains: false,
		choose: (stack) => chooseServers(stack.servers, flags),
		build: (known) => ({
			verb: 'scale',
			targets: parseScaleTargets(operands, known),
		}),
	});
}

async function showFormation(context: Context, { server }: ScaleFlags): Promise<number> {
	const { globals, output } = context;
	const stack = await openStackOrRemains(context);
	const definitions = coveredServers(stack.servers, server);
	const { observations, unreachable } = await withServers(globals, stack, definitions, 'peek', snapshotsOf);
	noteUnreachable(output, unreachable);
	if (output.json) output.value({ formation: Object.fromEntries(observations.map(formationEntry)) });
	else for (const line of formationLines(observations)) output.print(line);
	return unreachable.length === 0 ? 0 : 3;
}

function formationEntry({ name, types }: ServerObservation): [string, Record<string, number>] {
	return [name, Object.fromEntries(types.map(({ type, wanted }) => [type, wanted]))];
}

/** As arguments that `scale` takes. */
function formationLines(observations: readonly ServerObservation[]): string[] {
	return observations.map(({ name, types }) => {
		const targets = types.map(({ type, wanted }) => `${type}=${wanted}`);
		return [...targets, ...(observations.length > 1 ? [`--server ${name}`] : [])].join(' ');
	});
}
