import { ProcdeckError } from './errors.ts';

/** Where a server is reached, as `[USER@]HOST[:PORT]` says it. */
export interface SshTarget {
	/** An address, or a Host of `~/.ssh/config`. */
	readonly host: string;
	readonly user: string | null;
	readonly port: number | null;
}

const TARGET =
	/^(?:(?<user>[^\s@]+)@)?(?:\[(?<bracketed>[^\]]+)\]|(?<address>[^\s@:]*:[^\s@]*:[^\s@]*)|(?<plain>[^\s@:]+))(?::(?<port>\d+))?$/;

/**
 * Reads `[USER@]HOST[:PORT]`; an IPv6 address stands in brackets where a port follows it.
 * @throws ProcdeckError `usage`
 */
export function parseSshTarget(text: string): SshTarget {
	const { user, bracketed, address, plain, port } = TARGET.exec(text)?.groups ?? {};
	const host = bracketed ?? address ?? plain ?? '';
	const number = port === undefined ? null : Number(port);
	// What begins with a dash would be an option to ssh.
	const isName = host !== '' && !/^-|[\s\p{Cc}]/u.test(host) && !/^-|\p{Cc}/u.test(user ?? '');
	if (!isName || (number !== null && (number < 1 || number > 65_535))) {
		throw new ProcdeckError(
			'usage',
			`${JSON.stringify(text)} is no address of a server`,
			'write [USER@]HOST[:PORT], such as deploy@203.0.113.5:2222 or [2001:db8::5]:2222',
		);
	}
	return { host, user: user ?? null, port: number };
}

/** As a person writes it, in the form that {@link parseSshTarget} reads. */
export function sshTargetText({ host, user, port }: SshTarget): string {
	const name = port !== null && host.includes(':') ? `[${host}]` : host;
	return `${user === null ? '' : `${user}@`}${name}${port === null ? '' : `:${port}`}`;
}
