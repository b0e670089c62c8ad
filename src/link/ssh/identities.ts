import ssh2, { type ParsedKey } from 'ssh2';
import { fingerprint } from './host-key.ts';
import { type KeyFile, parseKey, readKeyFile } from './key-file.ts';
import { type Ask, unlock } from './secrets.ts';
import type { Settings } from './settings.ts';

const AGENT_WITHIN_MS = 5_000;

/** A key to log in with. Its private half is not needed before the server has said that it takes the key. */
export interface Identity {
	/** For messages. */
	readonly label: string;
	readonly publicKey: ParsedKey;
	/** @param hash as ssh2 names it; undefined: the key type's own */
	sign(data: Buffer, hash: string | undefined): Promise<Buffer>;
}

/** What may be tried, in OpenSSH's order, and what could not be used, in words. */
export interface Identities {
	readonly usable: readonly Identity[];
	readonly remarks: readonly string[];
}

/** The agent's keys that are configured too, its other ones (unless IdentitiesOnly), then key files. */
export async function findIdentities(settings: Settings, ask: Ask): Promise<Identities> {
	const remarks: string[] = [];
	const read = await Promise.all([...new Set(settings.identityFiles)].map(readKeyFile));
	const files = read.filter((file) => file !== null);
	const held = await agentIdentities(settings.agent, remarks);
	const heldBy = ({ publicKey: wanted }: KeyFile) =>
		wanted && held.find(({ publicKey }) => publicKey.getPublicSSH().equals(wanted.getPublicSSH()));

	const usable = new Set<Identity>();
	for (const file of files) {
		const identity = heldBy(file);
		if (identity) usable.add(identity);
	}
	if (!settings.identitiesOnly) for (const identity of held) usable.add(identity);
	for (const file of files) {
		const identity = heldBy(file) ? null : await fileIdentity(file, ask, remarks);
		if (identity !== null) usable.add(identity);
	}
	return { usable: [...usable], remarks };
}

async function agentIdentities(path: string | null, remarks: string[]): Promise<Identity[]> {
	if (path === null) return [];
	const agent = ssh2.createAgent(path);
	const keys = await new Promise<readonly unknown[]>((resolve, reject) => {
		const timer = setTimeout(() => reject(new Error('no answer')), AGENT_WITHIN_MS);
		agent.getIdentities((error, found) => {
			clearTimeout(timer);
			if (error) reject(error);
			else resolve((found ?? []) as readonly unknown[]);
		});
	}).catch(() => {
		remarks.push(`the agent at ${path} (cannot be reached)`);
		return [];
	});
	return keys.flatMap((raw) => {
		const publicKey = parseKey(raw as Buffer);
		if (publicKey instanceof Error) return [];
		const name = publicKey.comment || fingerprint(publicKey.getPublicSSH());
		return [{ label: `the agent's key ${name}`, publicKey, sign: signer(agent, publicKey) }];
	});
}

function signer(agent: InstanceType<typeof ssh2.BaseAgent>, key: ParsedKey): Identity['sign'] {
	return (data, hash) =>
		new Promise((resolve, reject) => {
			const options = hash === undefined ? {} : { hash: hash as 'sha256' | 'sha512' };
			agent.sign(key, data, options, (error, signature) => {
				if (signature === undefined) reject(error ?? new Error('the agent did not sign'));
				else resolve(signature);
			});
		});
}

/** @returns null for a key that cannot be used */
async function fileIdentity(file: KeyFile, ask: Ask, remarks: string[]): Promise<Identity | null> {
	const { shownPath: label, privateKey } = file;
	if (typeof privateKey === 'string') {
		remarks.push(`${label} (${privateKey})`);
		return null;
	}
	const unlocked = async () => {
		const key = await unlock(label, privateKey, ask);
		if (key === null) remarks.push(`${label} (locked by a passphrase)`);
		return key;
	};
	const publicKey = file.publicKey ?? (await unlocked());
	if (publicKey === null) return null;
	return {
		label,
		publicKey,
		async sign(data, hash) {
			const key = await unlocked();
			if (key === null) throw new Error('locked');
			return key.sign(data, hash);
		},
	};
}
