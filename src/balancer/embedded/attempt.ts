import { type IncomingMessage, ServerResponse } from 'node:http';
import { failureText } from './health-check.ts';
import type { Member } from './member.ts';
import type { Session } from './sessions.ts';

const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE']);
/** How a connection that was open says that the other end has closed it meanwhile. */
const STALE = new Set<string | undefined>(['ECONNRESET', 'EPIPE']);

/** A request on its way to one backend. */
export class Attempt implements Session {
	readonly member: Member;
	readonly #client: { destroy(): unknown };
	readonly #beganAt = performance.now();
	isCut = false;
	place = -1;
	/** Its connection has served another request before. */
	isReused = false;
	isAnswered = false;

	/** @param client ends with the attempt when that is cut */
	constructor(member: Member, client: { destroy(): unknown }) {
		this.member = member;
		this.#client = client;
		member.begin(this);
	}

	end(): void {
		this.#client.destroy();
	}

	answered(status: number): void {
		this.isAnswered = true;
		const now = performance.now();
		this.member.answered(status, now - this.#beganAt, now);
	}
}

/** An answer that knows who is to give it: the library tells of its progress by it alone. */
export class ClientResponse extends ServerResponse {
	attempt: Attempt | null = null;
}

/** `again`: it may be asked anew, by a new connection; `elsewhere`: another one may be asked; `final`: nobody may. */
export type Failure = 'again' | 'elsewhere' | 'final';

/** What may still be done for a request that failed: nothing twice that an instance may have begun to act upon. */
export function judge(
	error: NodeJS.ErrnoException,
	{ member, isReused, isAnswered, isCut }: Attempt,
	request: IncomingMessage,
	response: ServerResponse,
): Failure | null {
	// The client went away itself.
	if (response.destroyed && !isCut) return null;
	if (error.syscall === 'connect') {
		member.health.refused(failureText(error));
		return 'elsewhere';
	}
	const isStale = isReused && STALE.has(error.code) && !isAnswered && !isCut;
	if (isStale && IDEMPOTENT.has(request.method ?? '') && !hasBody(request)) return 'again';
	member.failed();
	return 'final';
}

function hasBody({ headers }: IncomingMessage): boolean {
	return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
}
