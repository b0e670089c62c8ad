import type { AskedProperties, Properties } from './bus.ts';

/** What is asked of a unit. */
export const OBSERVED_PROPERTIES: AskedProperties = {
	unit: ['ActiveState', 'SubState', 'StateChangeTimestamp', 'Job'],
	service: [
		'MainPID',
		'ExecMainStartTimestamp',
		'ExecMainExitTimestamp',
		'ExecMainCode',
		'ExecMainStatus',
		'Result',
		'NRestarts',
	],
};

/** What has to be asked of a unit that was listed as running: how its process ended, it does not know yet. */
export const PROPERTIES_OF_RUNNING: AskedProperties = {
	unit: ['StateChangeTimestamp'],
	service: ['MainPID', 'ExecMainStartTimestamp', 'NRestarts'],
};

/** What systemd says of a unit. Times are milliseconds since the epoch by the server's clock, 0 for never. */
export interface UnitState {
	readonly active: string;
	readonly sub: string;
	readonly changedAt: number;
	readonly mainPid: number;
	/** Of its latest process. */
	readonly startedAt: number;
	readonly exitedAt: number;
	/** How it ended: 1 by itself, 2 by a signal, 3 by a signal with a core file. */
	readonly exitCode: number;
	/** The exit code, or the signal's number. */
	readonly exitStatus: number;
	readonly result: string;
	/** Automatic ones since the last manual start. */
	readonly restarts: number;
	/** Whether systemd was asked for something, by whomever, that it has not done yet. */
	readonly hasJob: boolean;
}

export const NO_UNIT: UnitState = {
	active: 'inactive',
	sub: 'dead',
	changedAt: 0,
	mainPid: 0,
	startedAt: 0,
	exitedAt: 0,
	exitCode: 0,
	exitStatus: 0,
	result: 'success',
	restarts: 0,
	hasJob: false,
};

/** A unit after some of its properties changed. */
export function withProperties(before: UnitState, changed: Properties): UnitState {
	const number = (name: string, otherwise: number) => {
		const value = changed[name];
		return typeof value === 'number' ? value : otherwise;
	};
	const text = (name: string, otherwise: string) => {
		const value = changed[name];
		return typeof value === 'string' ? value : otherwise;
	};
	// systemd counts microseconds.
	const time = (name: string, otherwise: number) => {
		const value = changed[name];
		return typeof value === 'number' ? value / 1000 : otherwise;
	};
	return {
		active: text('ActiveState', before.active),
		sub: text('SubState', before.sub),
		changedAt: time('StateChangeTimestamp', before.changedAt),
		mainPid: number('MainPID', before.mainPid),
		startedAt: time('ExecMainStartTimestamp', before.startedAt),
		exitedAt: time('ExecMainExitTimestamp', before.exitedAt),
		exitCode: number('ExecMainCode', before.exitCode),
		exitStatus: number('ExecMainStatus', before.exitStatus),
		result: text('Result', before.result),
		restarts: number('NRestarts', before.restarts),
		hasJob: hasJob(changed.Job) ?? before.hasJob,
	};
}

/** The number of the job, which is 0 for none, and its object. */
function hasJob(job: unknown): boolean | null {
	return Array.isArray(job) ? job[0] !== 0 : null;
}
