import { isDeepStrictEqual } from 'node:util';
import type { Backend } from '../model/balancer.ts';
import type { ChangeOptions, ChangeRow } from '../model/change.ts';
import type { InstanceObservation, ServerObservation } from '../model/observed.ts';
import { WEB_TYPE } from '../model/stack.ts';
import type { Server } from '../server/server.ts';
import { succeeded } from './outcome.ts';
import { snapshotOf } from './snapshot.ts';
import type { Traffic } from './traffic.ts';

/** One more instance of web on a server, which answers while another one cannot. */
export class Surge {
	readonly #server: Server;
	readonly #traffic: Traffic;
	readonly #options: ChangeOptions;

	constructor(server: Server, traffic: Traffic, options: ChangeOptions) {
		this.#server = server;
		this.#traffic = traffic;
		this.#options = options;
	}

	/** @returns null once it has traffic, or the row of why it has not */
	async begin(): Promise<ChangeRow | null> {
		const failed = (await this.#turn(true)).find((row) => !succeeded(row));
		if (failed !== undefined) return failed;
		const seen = await snapshotOf(this.#server);
		const wanted = this.#traffic.backendsOf(seen);
		const guest = guestIn(seen, wanted);
		await this.#traffic.set([...wanted, guest]);
		return this.#traffic.restored(guest);
	}

	/**
	 * Makes what is wanted backends, where the load balancer has not learnt of it; what a restart has left behind stays.
	 * @returns the wanted ones
	 */
	async catchUp(): Promise<Backend[]> {
		const seen = await snapshotOf(this.#server);
		const wanted = this.#traffic.backendsOf(seen);
		const known = await this.#traffic.known();
		const isKnown = (backend: Backend) => known.some((each) => isDeepStrictEqual(each, backend));
		if (wanted.every(isKnown)) return wanted;
		const guests = new Set(beyond(seen).map(({ name }) => name));
		await this.#traffic.set([...wanted, ...known.filter(({ instance }) => guests.has(instance))]);
		return wanted;
	}

	/**
	 * Ends it, and whatever a restart has left behind that was broken off; what is wanted alone has traffic then.
	 * @returns what became of it: where nothing else answers, it goes on
	 */
	async end(): Promise<ChangeRow[]> {
		const seen = await snapshotOf(this.#server);
		const guests = beyond(seen);
		const isGuest = ({ server, instance }: Backend) =>
			server === seen.name && guests.some(({ name }) => name === instance);
		const healthy = await this.#traffic.healthy();
		if (healthy.length > 0 && healthy.every(isGuest)) return healthy.map(goesOn);
		await this.#traffic.set(this.#traffic.backendsOf(seen));
		return guests.length > 0 ? this.#turn(false) : [];
	}

	/** As {@link Surge.end}, for one whose restart is over: what is wanted has time to answer. */
	async endLater(): Promise<ChangeRow[]> {
		for (const backend of await this.catchUp()) if ((await this.#traffic.restored(backend)) === null) break;
		return this.end();
	}

	#turn(on: boolean): Promise<ChangeRow[]> {
		return this.#server.apply({ verb: 'surge', type: WEB_TYPE, on }, this.#options);
	}
}

/** The instances of web beyond the wanted ones. */
export function beyond({ types, instances }: ServerObservation): InstanceObservation[] {
	const wanted = types.find(({ type }) => type === WEB_TYPE)?.wanted ?? 0;
	return instances.filter(({ type, index }) => type === WEB_TYPE && index > wanted);
}

function goesOn({ server, instance }: Backend): ChangeRow {
	const reason = `${instance} goes on beyond the wanted ones: nothing else answers`;
	return { server, type: WEB_TYPE, instance, from: 1, to: 0, outcome: 'failed', reason, code: 'refused' };
}

function guestIn(seen: ServerObservation, [first]: readonly Backend[]): Backend {
	const guest = beyond(seen).find(({ port }) => port !== null);
	if (guest === undefined || first === undefined)
		throw new Error(`${seen.name} shows no further instance of web`);
	return { ...first, instance: guest.name, port: guest.port! };
}
