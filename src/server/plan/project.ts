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
import { type Instance, liveProcess, newInstance, type SupervisorState, wantedOf } from './state.ts';
import { isStale, knownTypes } from './verbs/select.ts';

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

/** The present in both of its clocks. */
export interface Now {
	/** Milliseconds of the server's monotonic clock. */
	readonly mono: number;
	/** Milliseconds since the epoch. */
	readonly wall: number;
}

export interface ProjectionContext {
	readonly definition: ServerDefinition;
	readonly clock: Now;
	readonly supervisorPid: number | null;
	readonly problems: readonly FileMessage[];
	readonly history: readonly HistoryEntry[];
	/** What on the server differs from what the files say, in words. */
	readonly drift: readonly string[];
	/** Counts that types have before they are set up. */
	readonly initial: Readonly<Record<string, number>>;
	/** Whether an instance with a readiness check that runs is ready; null: nobody has checked it. */
	readonly readinessOf: (instance: Instance) => boolean | null;
	/** Command of a launch by its key, for types that left the Procfile. */
	readonly commandOf: (launch: string) => string;
	/** As {@link ServerObservation} has it. */
	readonly release: ServerObservation['release'];
	/** The release of an instance that was started then (milliseconds since the epoch). */
	readonly releaseOf: (startedAt: number) => string | null;
}

/** The readiness of instances that their supervisor checks itself: what is ready runs. */
export function isReady({ phase }: Instance): boolean {
	return phase.kind === 'running';
}

/** Of code that is in no release. */
export const WITHOUT_RELEASES = { release: null, releaseOf: () => null } as const;

/** The supervisor's state as the rest of Procdeck sees it. */
export function project(state: SupervisorState, context: ProjectionContext): ServerObservation {
	const types = projectTypes(state, context);
	return {
		name: context.definition.name,
		kind: context.definition.kind,
		supervisor: context.definition.supervisor,
		connection: 'connected',
		asOf: new Date(context.clock.wall).toISOString(),
		serving: null,
		drift: context.drift,
		supervisorPid: context.supervisorPid,
		power: state.formation.power,
		release: context.release,
		types,
		instances: types.flatMap(({ type, wanted }) =>
			instancesOfType(state, type, wanted).map((instance) => projectInstance(state, instance, context)),
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
	{ clock, readinessOf, releaseOf }: Pick<ProjectionContext, 'clock' | 'readinessOf' | 'releaseOf'>,
): InstanceObservation {
	const { phase } = instance;
	const process = liveProcess(instance);
	const hasReadyCheck = state.definitions.get(instance.type)?.settings.ready != null;
	return {
		name: instance.name,
		type: instance.type,
		index: instance.index,
		state: STATES[phase.kind],
		ready: hasReadyCheck && process !== null ? readinessOf(instance) : null,
		stale: process !== null && isStale(state, instance),
		held: state.formation.held.includes(instance.name),
		release: process === null ? null : releaseOf(process.startedAt),
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
