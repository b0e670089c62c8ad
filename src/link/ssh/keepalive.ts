import type { Connection } from './connection.ts';
import type { Settings } from './settings.ts';
import { isBehind } from './turns.ts';

/**
 * Gives a connection up when nothing at all has come for some intervals. Somebody else sees to it that in each something
 * comes. Intervals are counted, not time: a machine that was asleep has not waited.
 */
export function keepAlive(connection: Connection, { keepaliveInterval, keepaliveCount }: Settings): void {
	let silent = 0;
	connection.onData(() => {
		silent = 0;
	});
	const timer = setInterval(() => {
		// Its answer may be among what we have not come to yet.
		if (isBehind()) return;
		silent++;
		if (silent <= keepaliveCount) return;
		connection.lose(`the server has not answered for ${(keepaliveCount * keepaliveInterval) / 1000} s`);
	}, keepaliveInterval);
	timer.unref();
	connection.onEnd(() => clearInterval(timer));
}
