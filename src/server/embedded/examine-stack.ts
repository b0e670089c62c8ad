import { statfs } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { localLink } from '../../link/local.ts';
import { describeListener, isListening } from '../../linux/ports.ts';
import { type Found, fine } from '../../model/finding.ts';
import type { ServerObservation, ServerStats } from '../../model/observed.ts';
import { shellEnvironment } from '../../model/shell-environment.ts';
import type { Stack } from '../../model/stack.ts';
import { commandsFinding, LOOK_UP_FUNCTION, programsToLookUp } from '../checks/commands.ts';
import { type MemoryUse, memoryFinding } from '../checks/memory.ts';
import { listens, portsFinding, type TakenPort } from '../checks/ports.ts';
import { roomFindings } from '../checks/room.ts';
import { variablesFinding } from '../checks/variables.ts';

/** A stack on this machine, as it is now. */
export interface StackHere {
	readonly stack: Stack;
	readonly observation: ServerObservation;
	readonly stats: ServerStats;
}

const LOOK_UP_TIMEOUT_MS = 10_000;

/** What the stack's instances need of this machine. New ones get the shell that this is called in. */
export async function examineStack(here: StackHere): Promise<Found[]> {
	const { stack, observation } = here;
	const shell = shellEnvironment(process.env);
	const wanted = new Set(observation.types.flatMap(({ type, wanted }) => (wanted > 0 ? [type] : [])));
	return [
		commandsFinding(stack, wanted, await absentPrograms(stack, shell)),
		variablesFinding(stack, observation, wanted, Object.keys(shell)),
		memoryFinding({ total: totalMemory(), available: process.availableMemory() }, memoryUses(here)),
		portsFinding(takenPorts(here)),
	];
}

async function absentPrograms(
	stack: Stack,
	shell: Readonly<Record<string, string>>,
): Promise<string[] | null> {
	const searchPath = stack.environmentVariables.PATH ?? shell.PATH ?? '';
	const script = `${LOOK_UP_FUNCTION}look_up "$@"`;
	const { stdout } = await localLink.run(
		['/bin/sh', '-c', script, 'sh', stack.directory, searchPath, ...programsToLookUp(stack)],
		{ timeoutMs: LOOK_UP_TIMEOUT_MS },
	);
	if (!stdout.endsWith('looked up\n')) return null;
	return stdout.split('\n').flatMap((line) => (line.startsWith('absent ') ? [line.slice(7)] : []));
}

/** Bytes of this machine, or of the container that this runs in. */
function totalMemory(): number {
	const limit = process.constrainedMemory();
	return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}

function memoryUses({ stack, observation, stats }: StackHere): MemoryUse[] {
	return stack.processTypes.map(({ name, settings: { memoryMax } }) => {
		const own = observation.instances.filter(({ type, state }) => type === name && state === 'running');
		return {
			type: name,
			wanted: wantedCount(observation, name),
			running: own.length,
			residentBytes: own.reduce((sum, each) => sum + (stats[each.name]?.memoryBytes ?? 0), 0),
			memoryMax,
		};
	});
}

function wantedCount({ power, types }: ServerObservation, type: string): number {
	return power === 'down' ? 0 : (types.find((entry) => entry.type === type)?.wanted ?? 0);
}

/** An instance that runs has its port, or does without. */
function takenPorts({ stack, observation: { instances } }: StackHere): TakenPort[] {
	const listening = new Set(stack.processTypes.filter(listens).map(({ name }) => name));
	const idle = instances.filter(
		({ type, state }) =>
			listening.has(type) && (state === 'stopped' || state === 'backoff' || state === 'failed'),
	);
	return idle.flatMap(({ port }) => {
		if (port === null || !isListening(port)) return [];
		return [{ port, by: describeListener(port) }];
	});
}

/** Of the file system that state and logs are on. @param root a folder there */
export async function roomFor(root: string, { stack, observation }: StackHere): Promise<Found[]> {
	const { bavail, blocks, bsize, ffree, files } = await statfs(root);
	const freeBytes = bavail * bsize;
	const freeInodes = files > 0 ? ffree / files : null;
	const room = { place: root, freeBytes, freePart: bavail / Math.max(1, blocks), freeInodes };
	const logs = stack.processTypes.reduce(
		(sum, { name, settings }) => sum + settings.logMax * wantedCount(observation, name),
		0,
	);
	return [...roomFindings(room, `free some there: du -x ${root}`), logRetention(logs, freeBytes)];
}

const MEBIBYTE = 1024 ** 2;

/** @param logs bytes that the logs of the wanted instances may take */
function logRetention(logs: number, freeBytes: number): Found {
	const check = 'log retention';
	const size = `logs of the wanted instances take ${Math.ceil(logs / MEBIBYTE)} MiB at most`;
	if (logs <= freeBytes) return fine(check, size);
	const message = `${size}, and ${Math.floor(freeBytes / MEBIBYTE)} MiB are free`;
	return { check, severity: 'warning', message, fix: 'set a smaller `log_max`, or free some' };
}
