import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { Attempt, type ClientResponse, type Failure, judge } from './attempt.ts';
import { dial, OneConnection } from './dial.ts';
import { answerHeaders, prepareRequest, sourceOf, stickyCookie, stickyCookieHeader } from './headers.ts';
import { failureText } from './health-check.ts';
import type { Member } from './member.ts';
import type { Pool } from './pool.ts';
import type { ProxyServer } from './proxy-library.ts';
import { refuse, refuseUpgrade } from './refuse.ts';

const MOST_ATTEMPTS = 3;

/** Gives each request, and each connection that is upgraded, to a backend. */
export class Forwarder {
	readonly #pool: Pool;
	readonly #library: ProxyServer;
	/** Told when a session of a backend that takes no part has ended. */
	readonly #onDrained: () => void;

	private constructor(pool: Pool, library: ProxyServer, onDrained: () => void) {
		this.#pool = pool;
		this.#library = library;
		this.#onDrained = onDrained;
		library.on('proxyReq', (asked: ClientRequest, _: IncomingMessage, response: ServerResponse) => {
			const { attempt } = response as ClientResponse;
			if (attempt !== null) attempt.isReused = asked.reusedSocket;
		});
		library.on('proxyRes', (answer: IncomingMessage, request: IncomingMessage, response: ServerResponse) =>
			this.#answered(answer, request, response as ClientResponse),
		);
	}

	static async create(pool: Pool, onDrained: () => void): Promise<Forwarder> {
		const { createProxyServer } = await import('./proxy-library.ts');
		return new Forwarder(pool, createProxyServer(), onDrained);
	}

	async request(request: IncomingMessage, response: ClientResponse): Promise<void> {
		prepareRequest(request, { upgrades: false });
		let tried: Set<Member> | null = null;
		for (let left = MOST_ATTEMPTS; left > 0; left -= 1) {
			const member = this.#choose(request, tried);
			if (member === null) break;
			const failure = await this.#attempt(member, request, response);
			if (failure === null) return;
			if (failure === 'final') return refuse(response, 502);
			if (failure === 'elsewhere') tried = (tried ?? new Set()).add(member);
		}
		refuse(response, 503);
	}

	async upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
		socket.on('error', () => socket.destroy());
		if (request.headers.upgrade?.toLowerCase() !== 'websocket') return refuseUpgrade(socket, 501);
		prepareRequest(request, { upgrades: true });
		const tried = new Set<Member>();
		for (let left = MOST_ATTEMPTS; left > 0 && !socket.destroyed; left -= 1) {
			const member = this.#choose(request, tried);
			if (member === null) break;
			const attempt = new Attempt(member, socket);
			const upstream = await connectTo(member);
			if (upstream !== null) return this.#join(attempt, request, socket, upstream, head);
			this.#over(attempt);
			tried.add(member);
		}
		refuseUpgrade(socket, 503);
	}

	#choose(request: IncomingMessage, tried: ReadonlySet<Member> | null): Member | null {
		const { sticky, algorithm } = this.#pool.settings;
		const source = algorithm === 'source' ? sourceOf(request) : '';
		return this.#pool.choose(source, sticky ? stickyCookie(request) : null, tried);
	}

	/** @returns null when it is over */
	async #attempt(
		member: Member,
		request: IncomingMessage,
		response: ClientResponse,
	): Promise<Failure | null> {
		const attempt = new Attempt(member, response);
		response.attempt = attempt;
		try {
			await this.#library.web(request, response, member.route);
			if (attempt.isCut) member.failed();
			return null;
		} catch (error) {
			return judge(error as NodeJS.ErrnoException, attempt, request, response);
		} finally {
			this.#over(attempt);
		}
	}

	#over(attempt: Attempt): void {
		const { member } = attempt;
		member.sessions.delete(attempt);
		if (member.isOut) this.#onDrained();
	}

	/** Begins the answer to the client; its body is the library's, which leaves a head alone that is written. */
	#answered(answer: IncomingMessage, request: IncomingMessage, response: ClientResponse): void {
		const { attempt } = response;
		if (attempt === null) return;
		const status = answer.statusCode ?? 0;
		const headers = answerHeaders(answer, request);
		const { cookie } = attempt.member;
		if (this.#pool.settings.sticky && stickyCookie(request) !== cookie)
			headers.push(...stickyCookieHeader(cookie));
		try {
			response.writeHead(status, answer.statusMessage, headers);
			attempt.answered(status);
		} catch {
			// An instance may say what must not be passed on, such as control characters.
			attempt.answered(502);
			answer.destroy();
			refuse(response, 502);
		}
	}

	/** The connection that is made goes on as the upgraded one's other half, until either ends. */
	async #join(
		attempt: Attempt,
		request: IncomingMessage,
		socket: Duplex,
		upstream: Socket,
		head: Buffer,
	): Promise<void> {
		socket.once('close', () => upstream.destroy());
		upstream.once('close', () => socket.end());
		const { target } = attempt.member.route;
		// The library tells of this request before it returns.
		const follow = (asked: ClientRequest) => followUpgrade(asked, attempt, socket);
		this.#library.once('proxyReqWs', follow);
		const over = this.#library.ws(
			request,
			socket as Socket,
			{ target, agent: new OneConnection(upstream) },
			head,
		);
		this.#library.off('proxyReqWs', follow);
		// That it broke off is told to the client by its connection.
		await over.catch(() => {});
		if (attempt.isCut || !attempt.isAnswered) attempt.member.failed();
		upstream.destroy();
		this.#over(attempt);
	}
}

function followUpgrade(asked: ClientRequest, attempt: Attempt, socket: Duplex): void {
	asked.once('upgrade', ({ statusCode = 101 }) => attempt.answered(statusCode));
	asked.once('response', ({ statusCode = 0 }) => attempt.answered(statusCode));
	// Before the library, which would only close the connection.
	asked.once('error', () => refuseUpgrade(socket, 502));
}

/** null: it cannot be connected to, and is not asked again until it is found to be well. */
function connectTo(member: Member): Promise<Socket | null> {
	return new Promise((resolve) => {
		dial(member.backend, (error, socket) => {
			if (error !== null) member.health.refused(failureText(error));
			resolve(error === null ? socket : null);
		});
	});
}
