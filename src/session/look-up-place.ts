import { lookup } from 'node:dns/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { ProcdeckError } from '../model/errors.ts';
import { parseSshTarget, type SshTarget } from '../model/ssh-target.ts';
import { type ConsoleStore, setPlaceRemark } from '../store/console-store.ts';
import type { PlaceRemark } from '../store/new-server.ts';

/** What OpenSSH's configuration makes of a place. */
export interface Way {
	readonly hostname: string;
	readonly user: string;
	readonly port: number;
	/** Another machine finds the host by its name. */
	readonly isThroughAnother: boolean;
}

/** Who types on does not want to know. */
const TYPING_PAUSE_MS = 250;

/** Tells a console where the place leads that is typed in it, once it is no longer typed at. */
export function placeLookup(
	store: ConsoleStore,
	wayTo: (target: SshTarget) => Promise<Way>,
): (place: string) => Promise<void> {
	let latest = 0;
	return async (place) => {
		const look = ++latest;
		await sleep(TYPING_PAUSE_MS);
		if (look !== latest || place.trim() === '') return;
		const remark = await lookUpPlace(place, wayTo);
		if (look === latest) setPlaceRemark(store, remark);
	};
}

/** Looks up where a place leads to, without connecting. @param wayTo throws ProcdeckError for what ssh does not take */
async function lookUpPlace(place: string, wayTo: (target: SshTarget) => Promise<Way>): Promise<PlaceRemark> {
	try {
		const { hostname, user, port, isThroughAnother } = await wayTo(parseSshTarget(place.trim()));
		const address = isThroughAnother ? hostname : await addressOf(hostname);
		const by = address === hostname ? hostname : `${hostname} (${address})`;
		return { place, isGood: true, words: `${user}@${by}, port ${port}` };
	} catch (error) {
		if (!(error instanceof ProcdeckError)) throw error;
		return { place, isGood: false, words: error.message };
	}
}

async function addressOf(hostname: string): Promise<string> {
	try {
		return (await lookup(hostname)).address;
	} catch {
		throw new ProcdeckError('unreachable', `there is no host ${hostname}`);
	}
}
