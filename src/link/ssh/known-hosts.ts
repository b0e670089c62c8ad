import { createHmac, randomBytes } from 'node:crypto';

/** A known_hosts file as it was read. */
export interface KnownHostsFile {
	readonly path: string;
	readonly text: string;
}

/** A line of a known_hosts file that is about the host in question. */
export interface KnownHost {
	readonly file: string;
	/** From 1. */
	readonly line: number;
	readonly marker: 'revoked' | 'cert-authority' | null;
	/** `ssh-ed25519` and so on. */
	readonly type: string;
	/** In base64. */
	readonly key: string;
}

export type Verdict =
	| { readonly kind: 'known' }
	| { readonly kind: 'unknown' }
	/** `known` is the line that it differs from. */
	| { readonly kind: 'changed'; readonly known: KnownHost }
	| { readonly kind: 'revoked'; readonly known: KnownHost };

/** The name that stands in known_hosts for a host and its port. */
export function knownName(host: string, port: number): string {
	return port === 22 ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`;
}

/** The lines that are about `name`, in the files' order. Lines that make no sense are passed over. */
export function knownHosts(files: readonly KnownHostsFile[], name: string): KnownHost[] {
	return files.flatMap(({ path, text }) =>
		text.split('\n').flatMap((line, index) => {
			const fields = line.trim().split(/[ \t]+/);
			const marker = fields[0]?.startsWith('@') ? fields.shift()?.slice(1) : null;
			const [hosts, type, key] = fields;
			if (hosts === undefined || type === undefined || key === undefined || hosts.startsWith('#')) return [];
			if (marker !== null && marker !== 'revoked' && marker !== 'cert-authority') return [];
			return matches(hosts, name) ? [{ file: path, line: index + 1, marker, type, key }] : [];
		}),
	);
}

/**
 * What the known lines say about a key that a host showed. Where keys of other types are known, it counts as changed:
 * those types were offered first, so a host that still had them would have shown one.
 */
export function judge(lines: readonly KnownHost[], type: string, key: string): Verdict {
	const revoked = lines.find((line) => line.marker === 'revoked' && line.key === key);
	if (revoked !== undefined) return { kind: 'revoked', known: revoked };
	const trusted = lines.filter(({ marker }) => marker === null);
	if (trusted.some((line) => line.type === type && line.key === key)) return { kind: 'known' };
	const known = trusted.find((line) => line.type === type) ?? trusted[0];
	return known === undefined ? { kind: 'unknown' } : { kind: 'changed', known };
}

/** A line for a known_hosts file, without its line end. */
export function knownHostLine(name: string, type: string, key: string, hashed: boolean): string {
	return `${hashed ? hash(name, randomBytes(20)) : name} ${type} ${key}`;
}

function hash(name: string, salt: Buffer): string {
	// What the format says; it only keeps names from casual readers.
	const digest = createHmac('sha1', salt).update(name).digest('base64');
	return `|1|${salt.toString('base64')}|${digest}`;
}

/** @param hosts the first field of a line: one hashed name, or patterns between commas */
function matches(hosts: string, name: string): boolean {
	if (hosts.startsWith('|1|')) {
		const salt = Buffer.from(hosts.split('|')[2] ?? '', 'base64');
		return hash(name, salt) === hosts;
	}
	const patterns = hosts.toLowerCase().split(',');
	const matching = patterns.filter((pattern) => glob(pattern.replace(/^!/, ''), name));
	return matching.length > 0 && !matching.some((pattern) => pattern.startsWith('!'));
}

/** `*` stands for any characters, `?` for one. */
function glob(pattern: string, name: string): boolean {
	const source = pattern.replace(/[\\^$.*+?()[\]{}|]/g, (character) =>
		character === '*' ? '.*' : character === '?' ? '.' : `\\${character}`,
	);
	return new RegExp(`^${source}$`, 's').test(name);
}
