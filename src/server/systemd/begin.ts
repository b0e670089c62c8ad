import { setTimeout as sleep } from 'node:timers/promises';
import { reconnectDelay } from '../../link/reconnect.ts';
import type { SupervisorChange } from '../../model/change.ts';
import { ProcdeckError } from '../../model/errors.ts';
import type { Begun } from '../carry-out.ts';
import { type Attempt, beginChange, type ChangeContext, finishChange, isLoss } from './changes.ts';

/** What changes need by the connection that there is, or by a new one. */
type Contexts = () => Promise<ChangeContext>;

/**
 * Begins a change. Where the connection breaks midway, what of it is there is read back over the next one and the rest
 * is done, unless that takes too long.
 * @throws ProcdeckError for bad input or an unreachable server: then nothing was attempted
 */
export async function beginDespiteLoss(
	contexts: Contexts,
	change: SupervisorChange,
	timeoutMs: number,
): Promise<Begun> {
	const first = await attempted(async () => beginChange(await contexts(), change));
	const { plan } = first.planned;
	if (!isLoss(first.failure)) return { planned: plan, problem: first.failure && asRefusal(first.failure) };
	const lost = (first.failure as Error).message;
	return { planned: plan, problem: await finish(contexts, first, timeoutMs), lost };
}

async function attempted(attempt: () => Promise<Attempt>): Promise<Attempt> {
	try {
		return await attempt();
	} catch (error) {
		throw asRefusal(error);
	}
}

/** @returns why it could not be finished */
async function finish(contexts: Contexts, first: Attempt, timeoutMs: number): Promise<Error | null> {
	const over = new AbortController();
	const late = sleep(timeoutMs, first, { signal: over.signal });
	try {
		const last = await Promise.race([late, finishOverNext(contexts, first, over.signal)]);
		if (!isLoss(last.failure)) return last.failure && asRefusal(last.failure);
	} finally {
		over.abort();
	}
	const message = `${first.failure?.message}; what became of the change there is not known`;
	return new ProcdeckError('unreachable', message);
}

async function finishOverNext(contexts: Contexts, first: Attempt, signal: AbortSignal): Promise<Attempt> {
	const { planned } = first;
	for (let failures = 0; !signal.aborted; failures++) {
		try {
			const last = await finishChange(await contexts(), planned);
			if (!isLoss(last.failure)) return last;
		} catch (error) {
			if (!isLoss(error)) return { planned, failure: error as Error };
		}
		await sleep(reconnectDelay(failures, Math.random()));
	}
	return first;
}

/** What a server says no with becomes an error for the user. */
function asRefusal(error: unknown): ProcdeckError {
	if (error instanceof ProcdeckError) return error;
	return new ProcdeckError('refused', (error as Error).message, null, { cause: error });
}
