import { readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import ssh2, { type ParsedKey } from 'ssh2';

/** A file that an IdentityFile names. */
export interface KeyFile {
	/** As people write it: `~/.ssh/id_ed25519`. */
	readonly shownPath: string;
	/** null: it is known only once the file is unlocked. */
	readonly publicKey: ParsedKey | null;
	/** The private half, or why it cannot be used. */
	readonly privateKey: PrivateKey | string;
}

export interface PrivateKey {
	readonly isEncrypted: boolean;
	/** @returns null when the passphrase is not right */
	decrypt(passphrase: string): ParsedKey | null;
}

/**
 * @param path of a private key, or of a public one whose private half an agent has
 * @returns null where there is neither
 */
export async function readKeyFile(path: string): Promise<KeyFile | null> {
	const found = await readPrivate(path);
	const beside = await readPublic(`${path}.pub`);
	const home = `${homedir()}/`;
	const shownPath = path.startsWith(home) ? `~/${path.slice(home.length)}` : path;
	if (found === null) {
		return beside && { shownPath, publicKey: beside, privateKey: 'the private half is not there' };
	}
	if ('flaw' in found) return { shownPath, publicKey: beside, privateKey: found.flaw };
	const key = parseKey(found.content);
	if (!(key instanceof Error)) {
		if (!key.isPrivateKey()) return { shownPath, publicKey: key, privateKey: 'a public key' };
		return { shownPath, publicKey: key, privateKey: { isEncrypted: false, decrypt: () => key } };
	}
	const open = publicPart(found.content);
	if (!/encrypted/i.test(key.message) || open instanceof Error) {
		return { shownPath, publicKey: beside, privateKey: 'a kind of key that is not supported' };
	}
	const decrypt = (passphrase: string) => orNull(parseKey(found.content, passphrase));
	return { shownPath, publicKey: beside ?? open, privateKey: { isEncrypted: true, decrypt } };
}

export function parseKey(content: string | Buffer, passphrase?: string): ParsedKey | Error {
	const parsed: unknown = ssh2.utils.parseKey(content, passphrase);
	return (Array.isArray(parsed) ? parsed[0] : parsed) as ParsedKey | Error;
}

async function readPrivate(path: string): Promise<{ content: string } | { flaw: string } | null> {
	try {
		const { mode, uid } = await stat(path);
		const content = await readFile(path, 'latin1');
		// OpenSSH refuses it, too.
		const isOpen = uid === process.getuid?.() && (mode & 0o077) !== 0;
		return isOpen && /PRIVATE KEY/.test(content) ? { flaw: 'others may read it: chmod 600' } : { content };
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === 'ENOENT' ? null : { flaw: 'it cannot be read' };
	}
}

async function readPublic(path: string): Promise<ParsedKey | null> {
	const text = await readFile(path, 'latin1').catch(() => null);
	const key = text === null ? null : orNull(parseKey(text));
	return key?.isPrivateKey() ? null : key;
}

function orNull(key: ParsedKey | Error): ParsedKey | null {
	return key instanceof Error ? null : key;
}

/**
 * OpenSSH's own format keeps the public half in the clear, before what is encrypted.
 * @returns null for other formats; an error for a kind of key that is not supported
 */
function publicPart(content: string): ParsedKey | Error | null {
	const [, body] = /-BEGIN OPENSSH PRIVATE KEY-+([^-]+)-/.exec(content) ?? [];
	if (body === undefined) return null;
	const bytes = Buffer.from(body, 'base64');
	let at = 'openssh-key-v1\0'.length;
	try {
		// The cipher, the key derivation and its options; then how many keys there are, and the first.
		for (let field = 0; field < 3; field++) at += 4 + bytes.readUInt32BE(at);
		at += 4;
		return parseKey(bytes.subarray(at + 4, at + 4 + bytes.readUInt32BE(at)));
	} catch (error) {
		return error as Error;
	}
}
