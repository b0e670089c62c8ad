import type { ProcessSettings, StopStep } from '../../model/stack.ts';
import { environmentPath, type Layout, runScriptPath, targetPath, templatePath } from './layout.ts';
import { sliceName, targetName } from './names.ts';

/** A file as it is to be on the server. */
export interface ServerFile {
	readonly path: string;
	readonly text: string;
	/** Permission bits. */
	readonly mode: number;
}

export interface UnitContext {
	readonly layout: Layout;
	/** For descriptions: `shop (production)`. */
	readonly title: string;
	/** The user that instances run as; null: the one whose systemd it is. */
	readonly user: string | null;
	/** Major version of the server's systemd. */
	readonly systemdVersion: number;
}

const NOTE =
	'# Written by Procdeck. `procdeck sync` writes it again; what was changed by hand shows as drift.';

/** The first systemd that lengthens the waits between restarts. */
export const GROWING_WAITS_SINCE = 254;

/** Restart waits, in seconds; design promise 1. */
export const RESTART_SECONDS = 1;
const LONGEST_RESTART_SECONDS = 60;
const RESTART_STEPS = 6;

/** Lines a second that journald takes of one instance before it drops any. */
const LOG_BURST = 1_000_000;

const RESTART_POLICIES = { always: 'always', 'on-failure': 'on-failure', never: 'no' } as const;

/** The target that wants the enabled instances, and is wanted by the boot. */
export function targetFile({ layout, title }: UnitContext): ServerFile {
	const lines = [NOTE, '[Unit]', `Description=${title}, by Procdeck`, ''];
	const install = ['[Install]', `WantedBy=${layout.bootTarget}`, ''];
	return { path: targetPath(layout), text: [...lines, ...install].join('\n'), mode: 0o644 };
}

/** The template of a process type's units. */
export function templateFile(context: UnitContext, type: string, settings: ProcessSettings): ServerFile {
	const { layout, title, user, systemdVersion } = context;
	const script = runScriptPath(layout, type);
	const sections = [
		[
			'[Unit]',
			`Description=${title}: ${type}.%i`,
			'After=network.target',
			// It is tried again for ever: promise 1.
			'StartLimitIntervalSec=0',
		],
		[
			'[Service]',
			// A program that is not there is a failed start.
			'Type=exec',
			...(user === null ? [`Slice=${sliceName(layout.prefix, type)}`] : [`User=${user}`]),
			`EnvironmentFile=${environmentPath(layout)}`,
			// Where its standard input is, which never ends.
			`RuntimeDirectory=procdeck-stdin/${layout.prefix}.${type}.%i`,
			'RuntimeDirectoryMode=0700',
			`ExecStart=/bin/sh ${script} %i`,
			...restartLines(settings, systemdVersion),
			...stopLines(settings.stop, layout),
			'MemoryAccounting=yes',
			'CPUAccounting=yes',
			...(settings.memoryMax === null ? [] : [`MemoryMax=${settings.memoryMax}`]),
			`SyslogIdentifier=${type}.%i`,
			`LogExtraFields=PROCDECK_STACK=${layout.prefix} PROCDECK_TYPE=${type}`,
			// An interval of 0 would not switch the limit off.
			'LogRateLimitIntervalSec=1s',
			`LogRateLimitBurst=${LOG_BURST}`,
		],
		['[Install]', `WantedBy=${targetName(layout.prefix)}`],
	];
	const text = [NOTE, ...sections.map((lines) => `${lines.join('\n')}\n`)].join('\n');
	return { path: templatePath(layout, type), text, mode: 0o644 };
}

function restartLines({ restart }: ProcessSettings, systemdVersion: number): string[] {
	const policy = RESTART_POLICIES[restart];
	const waits = [`Restart=${policy}`, `RestartSec=${RESTART_SECONDS}`];
	if (systemdVersion < GROWING_WAITS_SINCE) return waits;
	return [...waits, `RestartSteps=${RESTART_STEPS}`, `RestartMaxDelaySec=${LONGEST_RESTART_SECONDS}`];
}

/** Of one signal, a wait and a kill systemd takes care itself; longer sequences are walked by a script. */
function stopLines(steps: readonly StopStep[], layout: Layout): string[] {
	const [first, second, ...others] = steps;
	if (first === undefined || isPlain(first, second, others)) {
		return [
			'KillMode=mixed',
			`KillSignal=SIG${first?.signal ?? 'TERM'}`,
			`TimeoutStopSec=${seconds(first?.waitMs ?? 0)}`,
			...(second === undefined && first?.signal !== 'KILL' ? ['SendSIGKILL=no'] : []),
		];
	}
	const words = steps.flatMap(({ signal, waitMs }) => [signal, seconds(waitMs)]);
	const longest = steps.reduce((sum, { waitMs }) => sum + (waitMs || PATIENT_STOP_MS), 0);
	return [
		`ExecStop=-/bin/sh ${stopScriptPath(layout)} $MAINPID ${words.join(' ')}`,
		'KillMode=mixed',
		'KillSignal=SIGKILL',
		// The script waits that long, and a little for itself.
		`TimeoutStopSec=${seconds(longest + 5_000)}`,
		'SuccessExitStatus=SIGKILL',
	];
}

function isPlain(first: StopStep, second: StopStep | undefined, others: readonly StopStep[]): boolean {
	if (second === undefined) return true;
	return others.length === 0 && second.signal === 'KILL' && first.signal !== 'KILL';
}

/** The longest a signal may take that nothing follows. */
const PATIENT_STOP_MS = 90_000;

function seconds(ms: number): string {
	return String((ms || PATIENT_STOP_MS) / 1000);
}

function stopScriptPath({ config }: Layout): string {
	return `${config}/stop-steps`;
}

/** Sends signals with waits between them to a process, until it is gone: PID SIGNAL SECONDS [SIGNAL SECONDS …]. */
export function stopScript(layout: Layout): ServerFile {
	const text = `${NOTE}
pid=$1
shift
while [ $# -gt 0 ]; do
	kill -s "$1" "$pid" 2>/dev/null || exit 0
	timeout "$2" tail --pid="$pid" -s 0.1 -f /dev/null && exit 0
	shift 2
done
`;
	return { path: stopScriptPath(layout), text, mode: 0o644 };
}
