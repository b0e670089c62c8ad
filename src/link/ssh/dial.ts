import { setTimeout as sleep } from 'node:timers/promises';
import type { Asker } from '../../model/question.ts';
import type { Caller } from './caller.ts';
import type { Connection } from './connection.ts';
import { Gate } from './gate.ts';
import { type Jump, takeJump, throughJump } from './jump.ts';
import { DroppedEarly, logIn } from './log-in.ts';
import type { Settings } from './settings.ts';
import { openWay } from './socket.ts';
import { inTurn } from './turns.ts';

/** sshd drops connects beyond MaxStartups, which is 10 by default. */
const connects = new Gate(10);
const JITTER_MS = 50;

/** With the waits between them they take some 20 s. Time is not counted: with many servers a try may wait long for its turn. */
const RETRIES = 15;
const FIRST_RETRY_WITHIN_MS = 200;
const RETRY_WITHIN_MS = 3_000;

/**
 * Connects and logs in. A server that drops us before it says hello has too many connects at once: it is tried again.
 * @throws ProcdeckError `unreachable`
 */
export async function dial(settings: Settings, caller: Caller): Promise<Connection> {
	const jump = await takeJump(settings, caller, dial);
	try {
		const connection = await persist(settings, jump, caller);
		connection.onEnd(() => jump?.release());
		return connection;
	} catch (error) {
		jump?.release();
		throw error;
	}
}

async function persist(settings: Settings, jump: Jump | null, caller: Caller): Promise<Connection> {
	for (let retries = 0; ; retries++) {
		try {
			return await connect(settings, jump, caller);
		} catch (error) {
			if (!(error instanceof DroppedEarly) || retries === RETRIES) throw error;
		}
		const longest = Math.min(FIRST_RETRY_WITHIN_MS * 2 ** retries, RETRY_WITHIN_MS);
		await sleep(Math.random() * longest, undefined, { signal: caller.signal });
	}
}

async function connect(settings: Settings, jump: Jump | null, caller: Caller): Promise<Connection> {
	const { signal } = caller;
	const leave = await connects.enter(signal);
	try {
		await sleep(Math.random() * JITTER_MS, undefined, { signal });
		const way = await (jump === null ? openWay(settings, signal) : throughJump(jump, settings));
		return await logIn(inTurn(way.stream), settings, leavingFirst(caller.asker, leave), caller).catch(
			async (error) => {
				throw error instanceof DroppedEarly ? ((await way.failure()) ?? error) : error;
			},
		);
	} finally {
		leave();
	}
}

/** Others need not wait while a person thinks. */
function leavingFirst(asker: Asker, leave: () => void): Asker {
	return {
		trust(key) {
			leave();
			return asker.trust(key);
		},
		answer(prompt, shown) {
			leave();
			return asker.answer(prompt, shown);
		},
	};
}
