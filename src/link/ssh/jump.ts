import { ProcdeckError } from '../../model/errors.ts';
import type { Caller } from './caller.ts';
import { ChannelRefused, type Connection } from './connection.ts';
import { readSettings, type Settings, type Target } from './settings.ts';
import type { Way } from './socket.ts';

export type Dial = (settings: Settings, caller: Caller) => Promise<Connection>;

/** A connection to a jump host, lent to one connection that goes through it. */
export interface Jump {
	readonly connection: Connection;
	/** The connection ends when nobody uses it any more. */
	release(): void;
}

interface SharedJump {
	readonly connecting: Promise<Connection>;
	users: number;
	/** The jump host that it is reached through. */
	behind: string | null;
}

/** The connections to jump hosts. All servers behind one share it. */
const shared = new Map<string, SharedJump>();

/**
 * @returns null where the host is reached without one
 * @throws ProcdeckError `unreachable` when the jump host is
 */
export async function takeJump(settings: Settings, caller: Caller, dial: Dial): Promise<Jump | null> {
	const hops = settings.proxyJump;
	if (hops.length === 0) return null;
	const key = JSON.stringify([caller.configFile, hops]);
	if (caller.jump !== null) leadTo(key, caller.jump, settings);
	const entry = shared.get(key) ?? share(key, hops, caller, dial);
	entry.users++;
	let isTaken = true;
	const release = () => {
		if (!isTaken) return;
		isTaken = false;
		entry.users--;
		if (entry.users === 0) forget(key, entry);
	};
	try {
		return { connection: await abortable(entry.connecting, caller.signal), release };
	} catch (error) {
		release();
		throw error;
	}
}

/** @throws ProcdeckError `unreachable` when the jump host cannot reach the host */
export async function throughJump({ connection }: Jump, settings: Settings): Promise<Way> {
	const { name, hostname, port } = settings;
	try {
		const stream = await connection.forward(hostname, port);
		return { stream, failure: async () => connection.reason };
	} catch (error) {
		if (!(error instanceof ChannelRefused)) throw error;
		const text = `${name}: the jump host ${connection.name} cannot reach ${hostname} port ${port}: ${error.message}`;
		throw new ProcdeckError('unreachable', text, 'Is the server up, and may the jump host forward to it?');
	}
}

/** Two jump hosts that wait for each other would wait for ever. */
function leadTo(key: string, jump: string, settings: Settings): void {
	for (let next: string | null = key; next !== null; next = shared.get(next)?.behind ?? null) {
		if (next !== jump) continue;
		const text = `${settings.name}: ProxyJump goes round in circles`;
		throw new ProcdeckError('unreachable', text, 'Give the jump host itself `ProxyJump none`.');
	}
	const entry = shared.get(jump);
	if (entry !== undefined) entry.behind = key;
}

function share(key: string, hops: readonly Target[], caller: Caller, dial: Dial): SharedJump {
	const entry: SharedJump = { connecting: dialHop(key, hops, caller, dial), users: 0, behind: null };
	shared.set(key, entry);
	entry.connecting.then(
		(connection) => connection.onEnd(() => forget(key, entry)),
		() => forget(key, entry),
	);
	return entry;
}

/** The hops before it come from the same list; the first one's own configuration may name more. */
async function dialHop(
	key: string,
	hops: readonly Target[],
	caller: Caller,
	dial: Dial,
): Promise<Connection> {
	const before = hops.slice(0, -1);
	const settings = await readSettings(hops.at(-1) as Target, caller.configFile);
	const onItsWay = before.length === 0 ? settings : { ...settings, proxyJump: before, proxyCommand: null };
	// Several wait for it: it is not given up because one of them is.
	const { signal } = new AbortController();
	return dial(onItsWay, { ...caller, signal, jump: key, hasPulse: false });
}

function forget(key: string, entry: SharedJump): void {
	if (shared.get(key) === entry) shared.delete(key);
	if (entry.users > 0) return;
	entry.connecting.then(
		(connection) => connection.end(),
		() => {},
	);
}

function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
	return new Promise((resolve, reject) => {
		const abort = () => reject(signal.reason);
		if (signal.aborted) abort();
		signal.addEventListener('abort', abort, { once: true });
		work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
	});
}
