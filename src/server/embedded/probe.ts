import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { isListening } from '../../linux/ports.ts';
import type { ReadyCheck } from '../../model/stack.ts';

const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 500;
const ANSWER_MS = 5_000;
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
	for (let pause = FIRST_PAUSE_MS; !signal.aborted; pause = Math.min(LONGEST_PAUSE_MS, pause * 1.5)) {
		isStrangers &&= target.port !== null && isListening(target.port);
		if (!isStrangers && (await ask(signal))) return !signal.aborted;
		await new Promise((resolve) => setTimeout(resolve, pause));
	}
	return false;
}

function asker(check: ReadyCheck, target: ProbeTarget): (signal: AbortSignal) => Promise<boolean> {
	switch (check.kind) {
		case 'http':
			return (signal) => answersHttp(target.port, check.path, signal);
		case 'tcp':
			return (signal) => acceptsTcp(check.port ?? target.port, signal);
		case 'log':
			return logMatcher(new RegExp(check.pattern), target);
	}
}

async function answersHttp(port: number | null, path: string, signal: AbortSignal): Promise<boolean> {
	if (port === null) return false;
	// Most stacks have no such check, and it is not small.
	const { get } = await import('node:http');
	return new Promise((resolve) => {
		const request = get(
			{ host: '127.0.0.1', port, path: encodePath(path), signal, timeout: ANSWER_MS, agent: false },
			(response) => {
				response.resume();
				const status = response.statusCode ?? 0;
				resolve(status >= 200 && status < 400);
			},
		);
		request.on('timeout', () => request.destroy());
		request.on('error', () => resolve(false));
	});
}

/** Spaces and other letters as a browser sends them; what is encoded already stays. */
function encodePath(path: string): string {
	const { pathname, search } = new URL(path, 'http://localhost');
	return pathname + search;
}

function acceptsTcp(port: number | null, signal: AbortSignal): Promise<boolean> {
	if (port === null) return Promise.resolve(false);
	return new Promise((resolve) => {
		const socket = connect({ host: '127.0.0.1', port, signal, timeout: ANSWER_MS });
		const answer = (accepted: boolean) => {
			socket.destroy();
			resolve(accepted);
		};
		socket.on('connect', () => answer(true));
		socket.on('timeout', () => answer(false));
		socket.on('error', () => answer(false));
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
