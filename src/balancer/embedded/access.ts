import { utimes } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { monotonicNow } from '../../linux/proc.ts';
import type { Backend, BackendObservation, BalancerConfiguration } from '../../model/balancer.ts';
import { ProcdeckError } from '../../model/errors.ts';
import { connect } from '../../wire/connection.ts';
import { within } from '../../wire/within.ts';
import { readConfiguration } from './configuration-file.ts';
import type { BalancerPaths } from './paths.ts';
import { type BalancerConnection, connectTo, type OwnObservation, PROTOCOL_VERSION } from './protocol.ts';

const RETRY_MS = 20;
/** One that is alive answers within milliseconds. */
const LONGEST_ANSWER_MS = 5_000;
const HANGING = [
	'the load balancer does not answer',
	'it may hang: end its process, and it is started again',
] as const;
/** So long its supervisor may take to start it, on a busy machine. */
const LONGEST_START_MS = 15_000;

/** The way to the load balancer in a folder, whether or not it runs. */
export class Access {
	readonly paths: BalancerPaths;
	readonly #supervisorSocket: string;
	#connection: Promise<BalancerConnection | null> | null = null;

	/** @param supervisorSocket of the supervisor that starts it */
	constructor(paths: BalancerPaths, supervisorSocket: string) {
		this.paths = paths;
		this.#supervisorSocket = supervisorSocket;
	}

	/** null: it does not run. */
	async connectIfRunning(): Promise<BalancerConnection | null> {
		const known = await this.#connection?.catch(() => null);
		if (known?.isOpen === true) return known;
		this.#connection = connectCompatible(this.paths.socket.path);
		return this.#connection;
	}

	/** @throws ProcdeckError `unreachable` when it does not run */
	async connect(): Promise<BalancerConnection> {
		const connection = await this.connectIfRunning();
		if (connection !== null) return connection;
		throw new ProcdeckError('unreachable', ...this.#notRunning());
	}

	/**
	 * Has its supervisor start it where it does not run.
	 * @throws ProcdeckError `refused` when nothing starts it
	 */
	async connectOrStart(): Promise<BalancerConnection> {
		const deadline = monotonicNow() + LONGEST_START_MS;
		let connection = await this.connectIfRunning();
		if (connection === null) await this.#hurry();
		const isKept = connection !== null || (await this.#isSupervised());
		while (connection === null) {
			if (!isKept || monotonicNow() > deadline) throw new ProcdeckError('refused', ...this.#notRunning());
			await sleep(RETRY_MS);
			connection = await this.connectIfRunning();
		}
		return connection;
	}

	/** What is to be said while it does not run. */
	observeStopped(): OwnObservation {
		const configuration = readConfiguration(this.paths.configuration);
		const isSetUp = configuration !== null;
		return {
			kind: 'embedded',
			connection: isSetUp ? 'stopped' : 'connected',
			reason: isSetUp ? this.#notRunning()[0] : null,
			asOf: new Date().toISOString(),
			configuration,
			backends: configuration === null ? [] : configuration.backends.map(unseen(configuration)),
			drift: [],
		};
	}

	async close(): Promise<void> {
		const connection = await this.#connection?.catch(() => null);
		connection?.close();
	}

	/** Its supervisor watches this file, and does not wait any longer for its next try. */
	async #hurry(): Promise<void> {
		const now = new Date();
		await utimes(this.paths.configuration, now, now).catch(() => {});
	}

	async #isSupervised(): Promise<boolean> {
		const connection = await connect(this.#supervisorSocket, 'the supervisor').catch(() => null);
		connection?.close();
		return connection !== null;
	}

	#notRunning(): [message: string, hint: string] {
		const hint =
			'`procdeck start` starts it with the stack; balancer.log beside its configuration says why it ended';
		return [
			'the load balancer does not run: the supervisor of its server keeps it, while the stack runs',
			hint,
		];
	}
}

function unseen({ serving }: BalancerConfiguration): (backend: Backend) => BackendObservation {
	return (backend) => ({
		...backend,
		state: serving[backend.server] === true ? 'checking' : 'off',
		reason: null,
		sessions: 0,
		requests: 0,
		errors: 0,
		responseMs: null,
	});
}

/** One of an older version is ended, for its supervisor to start this one's. */
async function connectCompatible(socketPath: string): Promise<BalancerConnection | null> {
	const connection = await connectTo(socketPath);
	if (connection === null) return null;
	try {
		const { protocol } = await within(LONGEST_ANSWER_MS, connection.request('hello', null), HANGING);
		if (protocol === PROTOCOL_VERSION) return connection;
		if (protocol > PROTOCOL_VERSION) throw newerBalancer();
		await connection.request('end', null);
	} catch (error) {
		const wentAway = !connection.isOpen;
		connection.close();
		if (!wentAway) throw error;
	}
	return null;
}

function newerBalancer(): ProcdeckError {
	const hint = 'use that version, or update this one';
	return new ProcdeckError('refused', 'the load balancer here is of a newer Procdeck', hint);
}
