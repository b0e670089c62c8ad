import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { digest } from '../../model/digest.ts';

/** Of one connection each: the next one has its own. How a request's body is framed is the library's business. */
const OF_ONE_HOP: readonly string[] = [
	'keep-alive',
	'proxy-connection',
	'proxy-authenticate',
	'proxy-authorization',
	'te',
	'trailer',
];

/** How an IPv6 socket writes an IPv4 address. */
const MAPPED_IPV4 = '::ffff:';

export const STICKY_COOKIE = 'procdeck_backend';

/** Makes a client's headers those of a request to an instance. */
export function prepareRequest(request: IncomingMessage, { upgrades }: { readonly upgrades: boolean }): void {
	const { headers, socket } = request;
	request.url = originForm(request.url ?? '/');
	dropHop(headers);
	// Answered here, to the client, before its body comes.
	drop(headers, 'expect');
	if (!upgrades) {
		drop(headers, 'upgrade');
		// The instance's connection is kept, whatever the client does with its own.
		if (headers.connection !== undefined) headers.connection = 'keep-alive';
	}
	const client = sourceOf(request);
	const before = headers['x-forwarded-for'];
	headers['x-forwarded-for'] = before === undefined ? client : `${String(before)}, ${client}`;
	headers['x-forwarded-proto'] = (socket as TLSSocket).encrypted === true ? 'https' : 'http';
	if (headers.host === undefined) delete headers['x-forwarded-host'];
	else headers['x-forwarded-host'] = headers.host;
}

/**
 * An instance's headers as those of the answer to a client, whose connection is not the instance's: names and values in
 * turn, as they came. To take them apart by name would cost each request more than all else here.
 */
export function answerHeaders(answer: IncomingMessage, request: IncomingMessage): string[] {
	const { rawHeaders } = answer;
	const leftOut = namedByConnection(rawHeaders);
	const isFramed = !isWithoutFrame(answer, request);
	const kept: string[] = [];
	for (let at = 0; at < rawHeaders.length; at += 2) {
		const name = rawHeaders[at]!.toLowerCase();
		if (name === 'connection' || OF_ONE_HOP.includes(name) || leftOut.includes(name)) continue;
		if (isFramed || name !== 'transfer-encoding') kept.push(rawHeaders[at]!, rawHeaders[at + 1]!);
	}
	return kept;
}

function namedByConnection(rawHeaders: readonly string[]): readonly string[] {
	let named = NONE;
	for (let at = 0; at < rawHeaders.length; at += 2) {
		if (rawHeaders[at]!.length === 'connection'.length && rawHeaders[at]!.toLowerCase() === 'connection')
			named = [...named, ...tokensOf(rawHeaders[at + 1])];
	}
	return named;
}

/** Chunks are not for who speaks HTTP/1.0, nor for an answer that never has a body (RFC 9112, 6.1). */
function isWithoutFrame({ statusCode }: IncomingMessage, { httpVersion }: IncomingMessage): boolean {
	return httpVersion === '1.0' || statusCode === 204 || statusCode === 304;
}

/** The client's address. */
export function sourceOf({ socket }: IncomingMessage): string {
	const address = socket.remoteAddress ?? '';
	return address.startsWith(MAPPED_IPV4) ? address.slice(MAPPED_IPV4.length) : address;
}

/** Names a backend in a cookie without telling where it is. */
export function cookieValue(key: string): string {
	return digest(key, 12);
}

/** What the client's sticky cookie says; null: it has none. */
export function stickyCookie({ headers }: IncomingMessage): string | null {
	return new RegExp(`(?:^|;\\s*)${STICKY_COOKIE}=([0-9a-f]+)`).exec(headers.cookie ?? '')?.[1] ?? null;
}

/** The header that has a client come back to a backend: its name and its value. */
export function stickyCookieHeader(value: string): readonly [string, string] {
	return ['Set-Cookie', `${STICKY_COOKIE}=${value}; Path=/; HttpOnly; SameSite=Lax`];
}

/** A client may send the whole URL, as to a proxy of its own. */
function originForm(url: string): string {
	if (url.startsWith('/') || !URL.canParse(url)) return url;
	const { pathname, search } = new URL(url);
	return pathname + search;
}

function dropHop(headers: IncomingHttpHeaders): void {
	for (const name of tokensOf(headers.connection)) drop(headers, name);
	for (const name of OF_ONE_HOP) drop(headers, name);
}

/** To delete what is not there costs as much as to delete what is. */
function drop(headers: IncomingHttpHeaders, name: string): void {
	if (headers[name] !== undefined) delete headers[name];
}

/** Never what says how long a body is, or where it goes. */
const KEPT = new Set(['', 'close', 'keep-alive', 'upgrade', 'transfer-encoding', 'content-length', 'host']);

const NONE: readonly string[] = [];

function tokensOf(connection: string | undefined): readonly string[] {
	if (connection === undefined || KEPT.has(connection)) return NONE;
	const tokens = connection.split(',').map((token) => token.trim().toLowerCase());
	return tokens.filter((token) => !KEPT.has(token));
}
