import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { isListening } from '../../linux/ports.ts';
import type { ReadyCheck } from '../../model/stack.ts';
import { acceptsTcp, answersHttp, askUntilYes, type Connect } from '../probe.ts';

const OVERLAP_BYTES = 64 * 1024;

export interface ProbeTarget {
	readonly port: number | null;
	/** Somebody else listened on the port before the instance started: an answer from there is not the instance's. */
	readonly portWasTaken: boolean;
	readonly logFile: string;
	/** Where this run's log begins, in bytes. */
	readonly logFrom: number;
}

/** Asks again and again until the instance is ready; ends without an answer when `signal` is aborted. */
export async function waitUntilReady(
	check: ReadyCheck,
	target: ProbeTarget,
	signal: AbortSignal,
): Promise<boolean> {
	const ask = asker(check, target);
	let isStrangers = target.portWasTaken;
	return askUntilYes(async (until) => {
		isStrangers &&= target.port !== null && isListening(target.port);
		return !isStrangers && ask(until);
	}, signal);
}

function asker(check: ReadyCheck, target: ProbeTarget): Ask {
	switch (check.kind) {
		case 'http':
			return toward(target.port, (to, signal) => answersHttp(to, check.path, signal));
		case 'tcp':
			return toward(check.port ?? target.port, acceptsTcp);
		case 'log':
			return logMatcher(new RegExp(check.pattern), target);
	}
}

type Ask = (signal: AbortSignal) => Promise<boolean>;

/** Asks a port of this machine; an instance without one is never ready. */
function toward(port: number | null, ask: (to: Connect, signal: AbortSignal) => Promise<boolean>): Ask {
	return port === null ? () => Promise.resolve(false) : (signal) => ask(connectTo(port), signal);
}

function connectTo(port: number): Connect {
	return (signal) =>
		new Promise((resolve, reject) => {
			const socket = connect({ host: '127.0.0.1', port, signal });
			socket.once('connect', () => resolve(socket));
			socket.once('error', reject);
		});
}

/** Looks only at what is new each time, with some overlap for a line that was being written. */
function logMatcher(pattern: RegExp, { logFile, logFrom }: ProbeTarget): () => Promise<boolean> {
	let from = logFrom;
	return async () => {
		const size = statSync(logFile, { throwIfNoEntry: false })?.size ?? 0;
		if (size < from) from = 0;
		const text = readRange(logFile, from, size);
		if (text.split('\n').some((line) => pattern.test(line))) return true;
		from = Math.max(from, size - OVERLAP_BYTES);
		return false;
	};
}

function readRange(file: string, from: number, to: number): string {
	if (to <= from) return '';
	const descriptor = openSync(file, 'r');
	try {
		const bytes = Buffer.alloc(to - from);
		return bytes.toString('utf8', 0, readSync(descriptor, bytes, 0, bytes.length, from));
	} finally {
		closeSync(descriptor);
	}
}
