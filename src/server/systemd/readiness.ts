import { createInterface } from 'node:readline';
import type { ReadyCheck } from '../../model/stack.ts';
import { acceptsTcp, answersHttp, askUntilYes, type Connect } from '../probe.ts';
import { journalAccess } from './facts.ts';
import { journalCommand, parseEntry } from './journal.ts';
import type { Session } from './session.ts';

export interface ReadinessTarget {
	/** `web.1` */
	readonly name: string;
	readonly port: number | null;
	/** When it started, in milliseconds since the epoch by the server's clock. */
	readonly startedAt: number;
}

/**
 * Waits until an instance on a server is ready.
 * @returns false when it is not in time, or `signal` was aborted
 */
export async function isReadyInTime(
	session: Session,
	check: ReadyCheck,
	target: ReadinessTarget,
	signal: AbortSignal,
): Promise<boolean> {
	const until = AbortSignal.any([signal, AbortSignal.timeout(check.timeoutMs)]);
	switch (check.kind) {
		case 'http':
			return askUntilYes((inTime) => answersHttp(connectTo(session, target.port), check.path, inTime), until);
		case 'tcp':
			return askUntilYes(
				(inTime) => acceptsTcp(connectTo(session, check.port ?? target.port), inTime),
				until,
			);
		case 'log':
			return logs(session, new RegExp(check.pattern), target, until);
	}
}

/** As seen from the server itself. What does not answer in time is asked anew. */
function connectTo({ link }: Session, port: number | null): Connect {
	return async (signal) => {
		if (port === null) throw new Error('it has no port');
		const { promise: patience, reject } = Promise.withResolvers<never>();
		signal.addEventListener('abort', () => reject(new Error('no answer in time')), { once: true });
		const connecting = link.connect('127.0.0.1', port);
		connecting.then((socket) => signal.aborted && socket.destroy()).catch(() => {});
		return Promise.race([connecting, patience]);
	};
}

async function logs(
	session: Session,
	pattern: RegExp,
	{ name, startedAt }: ReadinessTarget,
	until: AbortSignal,
): Promise<boolean> {
	const access = journalAccess(session.facts, session.layout.scope);
	if (access === null) return false;
	const [type = '', index] = name.split('.');
	const query = { selectors: [{ type, index: Number(index) }], follow: true, lines: null, since: startedAt };
	const channel = await session.link.open(journalCommand(access, session.layout, query));
	const lines = createInterface({ input: channel.stream });
	until.addEventListener('abort', () => lines.close(), { once: true });
	try {
		for await (const line of lines) {
			if (pattern.test(parseEntry(line)?.text ?? '')) return !until.aborted;
		}
	} catch {
		// The channel was closed, or the link was lost.
	} finally {
		channel.close();
	}
	return false;
}
