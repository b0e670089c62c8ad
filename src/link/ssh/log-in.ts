import type { Duplex } from 'node:stream';
import ssh2 from 'ssh2';
import { ProcdeckError } from '../../model/errors.ts';
import type { Asker } from '../../model/question.ts';
import { algorithms } from './algorithms.ts';
import { Authentication } from './authentication.ts';
import type { Caller } from './caller.ts';
import { Connection } from './connection.ts';
import { Deadline } from './deadline.ts';
import { type HostKeyCheck, hostKeyCheck } from './host-key.ts';
import { keepAlive } from './keepalive.ts';
import type { Settings } from './settings.ts';
import { place } from './socket.ts';

/** For each step of logging in: servers take a while over a wrong password, and some ask a directory. */
const STEP_WITHIN_MS = 20_000;

/** The server broke off before it said hello: it has too many connects at once, or does not want us. */
export class DroppedEarly extends ProcdeckError {}

/**
 * Shakes hands over a socket, checks the host's key and logs in.
 * @throws DroppedEarly
 * @throws ProcdeckError `unreachable`
 */
export async function logIn(
	socket: Duplex,
	settings: Settings,
	asker: Asker,
	{ signal, hasPulse }: Pick<Caller, 'signal' | 'hasPulse'>,
): Promise<Connection> {
	const client = new ssh2.Client();
	const deadline = new Deadline(settings.connectTimeout, () => fail(late(settings)));
	const patience = <T>(work: Promise<T>) => deadline.pauseFor(work);
	const authentication = new Authentication(settings, asker, patience);
	let failure: Error | null = null;
	let broken: Error | null = null;
	const fail = (error: Error) => {
		failure ??= error;
		socket.destroy();
	};
	const abort = () => fail(signal.reason);
	signal.addEventListener('abort', abort, { once: true });
	try {
		const hostKeys = await hostKeyCheck(settings, asker);
		await new Promise<void>((resolve, reject) => {
			client.on('error', (error) => {
				if (error.message === 'Connection lost before handshake') failure ??= droppedEarly(settings);
				else if (error.level === 'client-socket') broken = failureOf(settings, authentication, error);
				// A key that does not sign is not the end: the next one is tried.
				else if (error.level !== 'agent') fail(failureOf(settings, authentication, error));
			});
			client.on('close', () => reject(failure ?? broken ?? closed(settings, authentication)));
			client.on('end', () => socket.destroy());
			client.once('handshake', () => {
				deadline.restart(STEP_WITHIN_MS);
				void hostKeys.remember();
			});
			client.once('ready', resolve);
			if (socket.destroyed) return reject(failure ?? droppedEarly(settings));
			client.connect({
				sock: socket as never,
				username: settings.user,
				algorithms: algorithms(settings, hostKeys.knownTypes),
				hostVerifier: hostVerifier((key) => patience(hostKeys.check(key)), fail),
				...authHandler((left) => patience(authentication.next(left)), fail),
				readyTimeout: 0,
				keepaliveInterval: hasPulse ? 0 : settings.keepaliveInterval,
				// Whether anything comes is watched elsewhere: the answer itself may queue behind megabytes of a log.
				keepaliveCountMax: Number.MAX_SAFE_INTEGER,
			});
		});
	} catch (error) {
		socket.destroy();
		throw error;
	} finally {
		deadline.end();
		signal.removeEventListener('abort', abort);
	}
	authentication.succeeded();
	const connection = new Connection(settings.name, client, socket);
	if (!hasPulse) keepAlive(connection, settings);
	return connection;
}

/** On a rekey the key has to be the same. */
function hostVerifier(check: HostKeyCheck['check'], fail: (error: Error) => void) {
	let trusted: Buffer | null = null;
	return (key: Buffer, verify: (valid: boolean) => void): undefined => {
		if (trusted !== null) {
			verify(trusted.equals(key));
			return;
		}
		const shown = Buffer.from(key);
		check(shown).then(() => {
			trusted = shown;
			verify(true);
		}, fail);
	};
}

/**
 * After a key was refused, ssh2 does not say what the server takes now, which is how a second factor is asked for; its
 * debug messages do.
 */
function authHandler(choose: Authentication['next'], fail: (error: Error) => void) {
	let taken: string[] | null = null;
	return {
		debug(message: string) {
			const [, methods] = /^Inbound: Received USERAUTH_FAILURE \((.*)\)$/.exec(message) ?? [];
			if (methods !== undefined) taken = methods.split(',');
		},
		authHandler(_left: unknown, _partial: unknown, next: (method: never) => void): undefined {
			choose(taken).then((method) => next(method as never), fail);
		},
	};
}

function failureOf(
	settings: Settings,
	authentication: Authentication,
	error: Error & { level?: string },
): Error {
	if (error instanceof ProcdeckError) return error;
	if (error.level === 'client-authentication') return denied(settings, authentication);
	if (/too many authentication failures/i.test(error.message)) {
		const text = `${settings.name}: the server gave up on us: ${authentication.report()}`;
		const hint = 'Name the one key in ~/.ssh/config: IdentityFile …, IdentitiesOnly yes.';
		return new ProcdeckError('unreachable', text, hint);
	}
	return new ProcdeckError('unreachable', `${settings.name}: ${error.message}`, null, { cause: error });
}

function denied(settings: Settings, authentication: Authentication): ProcdeckError {
	return new ProcdeckError(
		'unreachable',
		`${settings.name}: permission denied for ${settings.user}: ${authentication.report()}`,
		`Try: ssh ${settings.user}@${settings.name}. A key gets there with ssh-copy-id, and stays unlocked with ssh-add.`,
	);
}

function closed(settings: Settings, authentication: Authentication): ProcdeckError {
	const text = `${settings.name}: the server closed the connection during login: ${authentication.report()}`;
	return new ProcdeckError('unreachable', text, `Its log says why; or try: ssh -v ${settings.name}`);
}

function late(settings: Settings): ProcdeckError {
	const text = `${place(settings)} took too long to log in`;
	return new ProcdeckError('unreachable', text, `Is it an SSH server? Try: ssh -v ${settings.name}`);
}

function droppedEarly(settings: Settings): DroppedEarly {
	return new DroppedEarly(
		'unreachable',
		`${settings.name}: the server closed the connection before it said hello`,
		'It has too many connects at once (MaxStartups), or does not let this address in.',
	);
}
