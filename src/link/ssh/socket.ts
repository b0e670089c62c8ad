import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { ProcdeckError } from '../../model/errors.ts';
import { localLink } from '../local.ts';
import type { Settings } from './settings.ts';

/** For each address of a host. Node's own 250 ms are less than a round trip over some links. */
const ADDRESS_WITHIN_MS = 3_000;

/** A way to a host's sshd. */
export interface Way {
	readonly stream: Duplex;
	/** Once the stream has ended: why, where that is known. */
	failure(): Promise<ProcdeckError | null>;
}

/**
 * Opens TCP, or what the user's ProxyCommand makes.
 * @throws ProcdeckError `unreachable`
 */
export async function openWay(settings: Settings, signal: AbortSignal): Promise<Way> {
	if (settings.proxyCommand !== null) return openProxy(settings, settings.proxyCommand);
	return { stream: await openTcp(settings, signal), failure: async () => null };
}

function openTcp(settings: Settings, signal: AbortSignal): Promise<Socket> {
	const { hostname: host, port, family, connectTimeout } = settings;
	return new Promise((resolve, reject) => {
		const socket = connect({
			host,
			port,
			family,
			noDelay: true,
			autoSelectFamily: family === 0,
			autoSelectFamilyAttemptTimeout: Math.min(ADDRESS_WITHIN_MS, connectTimeout),
		});
		const fail = (error: Error) => {
			clearTimeout(timer);
			signal.removeEventListener('abort', abort);
			socket.destroy();
			reject(error);
		};
		const abort = () => fail(signal.reason);
		const timer = setTimeout(() => fail(noAnswer(settings)), connectTimeout);
		signal.addEventListener('abort', abort, { once: true });
		socket.on('error', (error: NodeJS.ErrnoException) => fail(connectError(settings, error)));
		socket.once('connect', () => {
			clearTimeout(timer);
			signal.removeEventListener('abort', abort);
			leaveTogether(socket);
			resolve(socket);
		});
	});
}

/** ssh2 writes each packet in three parts, and they would be three in the network, too; as would many small packets. */
function leaveTogether(socket: Socket): void {
	const write = socket.write.bind(socket) as (...args: unknown[]) => boolean;
	const together = (...args: unknown[]) => {
		if (socket.writableCorked === 0) {
			socket.cork();
			process.nextTick(() => socket.uncork());
		}
		return write(...args);
	};
	socket.write = together as Socket['write'];
}

async function openProxy(settings: Settings, command: string): Promise<Way> {
	const { stream, ended } = await localLink.open(['/bin/sh', '-c', `exec ${command}`]);
	return {
		stream,
		async failure() {
			const { code, stderr } = await ended;
			if (code === null || (code === 0 && stderr === '')) return null;
			const reason = stderr.trim().split('\n').at(-1) || `it ended with code ${code}`;
			const text = `${settings.name}: the ProxyCommand failed: ${reason}`;
			return new ProcdeckError('unreachable', text, `Try it in a terminal: ${command}`);
		},
	};
}

function noAnswer(settings: Settings): ProcdeckError {
	const { connectTimeout } = settings;
	return new ProcdeckError(
		'unreachable',
		`${place(settings)} does not answer within ${connectTimeout / 1000} s`,
		'Is the server up, and does a firewall let port and address through?',
	);
}

function connectError(settings: Settings, error: NodeJS.ErrnoException): ProcdeckError {
	const [reason, hint] = REASONS[codeOf(error)] ?? [error.message, null];
	return new ProcdeckError('unreachable', `${place(settings)} ${reason}`, hint, {
		cause: error,
	});
}

/** Of several addresses that all failed, the first one's. */
function codeOf(error: NodeJS.ErrnoException): string {
	if (error instanceof AggregateError) return (error.errors[0] as NodeJS.ErrnoException).code ?? '';
	return error.code ?? '';
}

/** With the name that a person knows it by, where that is another. */
export function place({ name, hostname, port }: Settings): string {
	return `${name === hostname ? '' : `${name}: `}${hostname} port ${port}`;
}

const REASONS: Readonly<Record<string, readonly [reason: string, hint: string]>> = {
	ENOTFOUND: ['is no known host name', 'Correct `host`, or add it to ~/.ssh/config or DNS.'],
	EAI_AGAIN: ['cannot be looked up: the name server does not answer', 'Is this machine online?'],
	ECONNREFUSED: ['refuses the connection', 'Is sshd running there, and on this port?'],
	ECONNRESET: ['broke off the connection', 'Does its sshd let this address in?'],
	ETIMEDOUT: ['does not answer', 'Is the server up, and does a firewall let port and address through?'],
	EHOSTUNREACH: ['cannot be reached: no route to the host', 'Is the server up, and this machine online?'],
	ENETUNREACH: ['cannot be reached: no network', 'Is this machine online?'],
};
