import { lookUp } from '../../model/look-up.ts';
import type { LastExit, PastExit } from '../../model/observed.ts';
import { portOf } from '../../model/ports.ts';
import type { ProcessSettings } from '../../model/stack.ts';
import { typeOf } from './names.ts';

/** A process as the kernel knows it. Pids are reused; together with the start time and the boot this is one process. */
export interface ProcessIdentity {
	readonly pid: number;
	/** Field 22 of /proc/PID/stat: clock ticks after boot. */
	readonly startTime: number;
}

export interface LiveProcess extends ProcessIdentity {
	/** Milliseconds since the epoch. */
	readonly startedAt: number;
	/** Milliseconds of the machine's monotonic clock. */
	readonly startedMono: number;
}

/** What follows when a stop is through. */
export type AfterStop =
	| { readonly kind: 'idle' }
	/** Asked for by a restart: a fresh start with what the files say now. */
	| { readonly kind: 'start' }
	/** It went wrong (died with its tree left, not ready, over its memory): the restart policy decides. */
	| { readonly kind: 'crash'; readonly exit: LastExit };

/** Where an instance is in its life. `until` is when the clock next matters, in monotonic milliseconds. */
export type Phase =
	| { readonly kind: 'idle' }
	/** Handed to the kernel; the answer is the next event. */
	| { readonly kind: 'spawning' }
	| { readonly kind: 'starting'; readonly process: LiveProcess; readonly until: number }
	| {
			readonly kind: 'running';
			readonly process: LiveProcess;
			readonly until: number | null;
			readonly settled: boolean;
	  }
	| {
			readonly kind: 'stopping';
			readonly process: LiveProcess;
			/** Position in the type's stop sequence; its length: everything was sent, waiting for the kernel. */
			readonly step: number;
			readonly until: number;
			readonly after: AfterStop;
			/** Its leader's, when that has been seen. */
			readonly exit: LastExit | null;
	  }
	| { readonly kind: 'backoff'; readonly until: number }
	/** Ended by itself and its restart policy lets it rest. */
	| { readonly kind: 'ended' }
	| { readonly kind: 'failed'; readonly reason: string }
	/** Its stop sequence is over and something of it still lives; not forgotten, so that nothing is started beside it. */
	| {
			readonly kind: 'stuck';
			readonly process: LiveProcess;
			readonly reason: string;
			/** When the stop failed, ISO 8601. */
			readonly failedAt: string;
			/** What follows once nothing of it is left. */
			readonly after: AfterStop;
			/** Its leader's, when that has been seen. */
			readonly exit: LastExit | null;
	  };

/** A stop that has begun and is not through: the tree is watched until nothing of it is left. */
export type StopPhase = Extract<Phase, { kind: 'stopping' | 'stuck' }>;

export interface Instance {
	readonly name: string;
	readonly type: string;
	readonly index: number;
	readonly phase: Phase;
	/** Counts its starts over all time; tells one start from the next. */
	readonly starts: number;
	/** Key of the launch that it was last started with. */
	readonly launch: string | null;
	readonly fingerprint: string | null;
	readonly port: number | null;
	/** Automatic ones since the last manual start. */
	readonly restarts: number;
	/** Crashes in a row without 10 s of health between them. */
	readonly failures: number;
	readonly lastExit: LastExit | null;
	readonly recentExits: readonly PastExit[];
}

/** What the app's files say of a type now. */
export interface TypeDefinition {
	readonly type: string;
	readonly command: string;
	readonly settings: ProcessSettings;
	readonly fingerprint: string;
	/** Key under which the current launch is kept; what a fresh start takes. */
	readonly launch: string;
}

/** The durable part: what should run. */
export interface Formation {
	readonly power: 'up' | 'down' | 'never';
	readonly wanted: Readonly<Record<string, number>>;
	/** Counts kept by `pause`. */
	readonly paused: Readonly<Record<string, number>>;
	/** First port of each type's block. */
	readonly ports: Readonly<Record<string, number>>;
	/** Held by `stop`: types and instance names. Forgotten at a boot. */
	readonly held: readonly string[];
	/** Instances beyond the wanted ones while a restart lasts, by type; absent: none. */
	readonly surge?: Readonly<Record<string, number>>;
	/** Counts of `up -m`, for that run only; null otherwise. */
	readonly override: Readonly<Record<string, number>> | null;
}

/** A rolling restart under way: `pending` wait for their turn, `current` are being replaced. */
export interface Rollout {
	readonly pending: readonly string[];
	readonly current: readonly { readonly name: string; readonly starts: number }[];
	readonly width: number;
}

export interface SupervisorState {
	readonly formation: Formation;
	readonly definitions: ReadonlyMap<string, TypeDefinition>;
	readonly instances: ReadonlyMap<string, Instance>;
	readonly rollouts: readonly Rollout[];
}

export const NO_FORMATION: Formation = {
	power: 'never',
	wanted: {},
	paused: {},
	ports: {},
	held: [],
	override: null,
};

export const EMPTY_STATE: SupervisorState = {
	formation: NO_FORMATION,
	definitions: new Map(),
	instances: new Map(),
	rollouts: [],
};

/** An instance that was never started. */
export function newInstance(formation: Formation, type: string, index: number): Instance {
	return {
		name: `${type}.${index}`,
		type,
		index,
		phase: { kind: 'idle' },
		starts: 0,
		launch: null,
		fingerprint: null,
		port: portOf(lookUp(formation.ports, type), index),
		restarts: 0,
		failures: 0,
		lastExit: null,
		recentExits: [],
	};
}

/** How many instances of a type should exist. */
export function wantedOf(formation: Formation, type: string): number {
	const counts = formation.override ?? formation.wanted;
	return lookUp(counts, type) ?? 0;
}

/** How many instances of a type may run: those that are wanted, and what a restart adds meanwhile. */
export function admittedOf(formation: Formation, type: string): number {
	return wantedOf(formation, type) + (lookUp(formation.surge ?? {}, type) ?? 0);
}

/** How many instances of a type are wanted, or will be again after a pause. */
export function keptCount(formation: Formation, type: string): number {
	return wantedOf(formation, type) || (lookUp(formation.paused, type) ?? 0);
}

/** Whether a stop, of it alone or of its type, keeps an instance from running. */
export function isHeld({ held }: Formation, instance: string): boolean {
	return held.includes(typeOf(instance)) || held.includes(instance);
}

/** The process of an instance that has one. */
export function liveProcess(instance: Instance): LiveProcess | null {
	const { phase } = instance;
	return 'process' in phase ? phase.process : null;
}

/** Whether the end of its tree is what decides about an instance now. */
export function isInStop(phase: Phase): phase is StopPhase {
	return phase.kind === 'stopping' || phase.kind === 'stuck';
}

/** When time next changes this instance (monotonic milliseconds), or null. */
export function deadlineOf(instance: Instance): number | null {
	return 'until' in instance.phase ? instance.phase.until : null;
}
