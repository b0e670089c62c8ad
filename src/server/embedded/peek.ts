import { bootId, isAlive, monotonicNow } from '../../linux/proc.ts';
import type { ServerObservation } from '../../model/observed.ts';
import { assignPortBlocks, portBase } from '../../model/ports.ts';
import type { ServerDefinition, Stack } from '../../model/stack.ts';
import { initialCounts } from '../plan/initial.ts';
import { isReady, project, WITHOUT_RELEASES } from '../plan/project.ts';
import { type Instance, liveProcess, type SupervisorState } from '../plan/state.ts';
import { define } from './definitions.ts';
import { readHistory } from './history.ts';
import type { StatePaths } from './paths.ts';
import { readLaunches, readRecorded } from './records.ts';

/** What can be said of a server while no supervisor runs. */
interface Peek {
	readonly observation: ServerObservation;
	/** Instances of a supervisor that is gone still run: they want a new one. */
	readonly orphaned: boolean;
}

export function peek(paths: StatePaths, stack: Stack, definition: ServerDefinition): Peek {
	const { state } = readRecorded(paths, bootId());
	const launches = readLaunches(paths);
	const orphaned = [...state.instances.values()].some(isStillRunning);
	const initial = initialCounts(stack, definition);
	const observation = project(atRest(state, stack, definition), {
		definition,
		clock: { mono: monotonicNow(), wall: Date.now() },
		supervisorPid: null,
		drift: [],
		problems: stack.problems,
		history: readHistory(paths.history),
		initial,
		readinessOf: isReady,
		commandOf: (launch) => launches.launches[launch]?.command ?? '',
		...WITHOUT_RELEASES,
	});
	return { observation, orphaned };
}

export function isStillRunning(instance: Instance): boolean {
	const process = liveProcess(instance);
	return process !== null && isAlive(process);
}

/** The recorded state when nothing runs, with the types as the files have them now. */
function atRest(state: SupervisorState, stack: Stack, definition: ServerDefinition): SupervisorState {
	const { definitions } = define(stack, {});
	const types = definitions.map(({ type }) => type);
	const base = portBase(definition, stack.environmentVariables);
	const { formation } = state;
	const ports = assignPortBlocks(base, types, formation.ports, new Set());
	const known = [...state.instances.values()].filter(({ type }) => types.includes(type));
	return {
		definitions: new Map(definitions.map((each) => [each.type, each])),
		formation: { ...formation, ports, override: null },
		instances: new Map(known.map((instance) => [instance.name, { ...instance, phase: { kind: 'idle' } }])),
		rollouts: [],
	};
}
