import type { HistoryEntry } from '../../model/change.ts';
import type { FileMessage } from '../../model/errors.ts';
import { lookUp } from '../../model/look-up.ts';
import type {
	InstanceObservation,
	InstanceState,
	ServerObservation,
	TypeObservation,
} from '../../model/observed.ts';
import type { ServerDefinition } from '../../model/stack.ts';
import { newInstance } from './step/reconcile.ts';
import { type Clock, type Instance, liveProcess, type SupervisorState, wantedOf } from './step/state.ts';
import { isStale, knownTypes } from './step/verbs/select.ts';

const STATES: Readonly<Record<Instance['phase']['kind'], InstanceState>> = {
	idle: 'stopped',
	spawning: 'starting',
	starting: 'starting',
	running: 'running',
	stopping: 'stopping',
	backoff: 'backoff',
	ended: 'stopped',
	failed: 'failed',
	stuck: 'failed',
};

export interface ProjectionContext {
	readonly definition: ServerDefinition;
	readonly clock: Pick<Clock, 'mono' | 'wall'>;
	readonly supervisorPid: number | null;
	readonly problems: readonly FileMessage[];
	readonly history: readonly HistoryEntry[];
	/** Counts that types have before they are set up. */
	readonly initial: Readonly<Record<string, number>>;
	/** Command of a launch by its key, for types that left the Procfile. */
	readonly commandOf: (launch: string) => string;
}

/** The supervisor's state as the rest of Procdeck sees it. */
export function project(state: SupervisorState, context: ProjectionContext): ServerObservation {
	const types = projectTypes(state, context);
	return {
		name: context.definition.name,
		kind: 'local',
		supervisor: 'embedded',
		connection: 'connected',
		asOf: new Date(context.clock.wall).toISOString(),
		serving: null,
		drift: [],
		supervisorPid: context.supervisorPid,
		power: state.formation.power,
		types,
		instances: types.flatMap(({ type, wanted }) =>
			instancesOfType(state, type, wanted).map((instance) => projectInstance(state, instance, context.clock)),
		),
		problems: context.problems,
		history: context.history,
	};
}

export function projectTypes(
	state: SupervisorState,
	{ initial, commandOf }: Pick<ProjectionContext, 'initial' | 'commandOf'>,
): TypeObservation[] {
	const { formation } = state;
	return knownTypes(state).map((type) => {
		const definition = state.definitions.get(type);
		const isSetUp = lookUp(formation.override ?? formation.wanted, type) !== undefined;
		const notSetUp = formation.power === 'up' ? 0 : (lookUp(initial, type) ?? 0);
		return {
			type,
			command: definition?.command ?? orphanCommand(state, type, commandOf),
			wanted: isSetUp ? wantedOf(formation, type) : notSetUp,
			paused: lookUp(formation.paused, type) ?? null,
			orphan: definition === undefined,
			stopped: formation.held.includes(type),
		};
	});
}

function orphanCommand(state: SupervisorState, type: string, commandOf: (launch: string) => string): string {
	const launch = instancesOfType(state, type).find((instance) => instance.launch !== null)?.launch;
	return launch === undefined || launch === null ? '' : commandOf(launch);
}

/** Those that there are, and those that are wanted but were never started. */
function instancesOfType(state: SupervisorState, type: string, wanted = 0): Instance[] {
	const instances = [...state.instances.values()].filter((instance) => instance.type === type);
	const present = new Set(instances.map(({ index }) => index));
	for (let index = 1; index <= wanted; index++) {
		if (!present.has(index)) instances.push(newInstance(state.formation, type, index));
	}
	return instances.sort((a, b) => a.index - b.index);
}

export function projectInstance(
	state: SupervisorState,
	instance: Instance,
	clock: Pick<Clock, 'mono' | 'wall'>,
): InstanceObservation {
	const { phase } = instance;
	const process = liveProcess(instance);
	const hasReadyCheck = state.definitions.get(instance.type)?.settings.ready != null;
	return {
		name: instance.name,
		type: instance.type,
		index: instance.index,
		state: STATES[phase.kind],
		ready: hasReadyCheck && process !== null ? phase.kind === 'running' : null,
		stale: process !== null && isStale(state, instance),
		held: state.formation.held.includes(instance.name),
		release: null,
		pid: process?.pid ?? null,
		port: instance.port,
		startedAt: process === null ? null : new Date(process.startedAt).toISOString(),
		restarts: instance.restarts,
		lastExit:
			phase.kind === 'stuck'
				? { code: null, signal: null, at: phase.failedAt, reason: phase.reason }
				: instance.lastExit,
		// Shown in the time of day, decided by the monotonic clock: a clock that jumps moves only what is shown.
		nextStartAt:
			phase.kind === 'backoff' ? new Date(clock.wall + phase.until - clock.mono).toISOString() : null,
		recentExits: instance.recentExits,
	};
}
