import { createHash } from 'node:crypto';
import { appendFile, mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ProcdeckError } from '../../model/errors.ts';
import type { Asker } from '../../model/question.ts';
import {
	judge,
	type KnownHost,
	type KnownHostsFile,
	knownHostLine,
	knownHosts,
	knownName,
} from './known-hosts.ts';
import type { Settings } from './settings.ts';

/** Checks the key that one host shows against the known_hosts files. */
export interface HostKeyCheck {
	/** The types of the keys that it is known by. */
	readonly knownTypes: ReadonlySet<string>;
	/**
	 * Asks where the key is not known yet.
	 * @param blob the key as it goes over the wire
	 * @throws ProcdeckError `unreachable` when the key is not trusted
	 */
	check(blob: Buffer): Promise<void>;
	/** Writes down a key that was trusted just now; called once the host has proved that it has it. */
	remember(): Promise<void>;
}

/** Questions that wait for an answer, so that several connections to a host ask once. */
const asked = new Map<string, Promise<boolean>>();

/** Lines of hosts that were trusted since the start of this process, for where they cannot be written down. */
const trusted = new Set<string>();

export async function hostKeyCheck(settings: Settings, asker: Asker): Promise<HostKeyCheck> {
	const files = await readFiles([...settings.userKnownHosts, ...settings.globalKnownHosts]);
	const name = settings.hostKeyAlias ?? knownName(settings.hostname, settings.port);
	const lines = knownHosts(files, name);
	// As OpenSSH: a key that is known for the host without its port will do, too.
	const bare =
		settings.hostKeyAlias === null && settings.port !== 22 ? knownName(settings.hostname, 22) : null;
	const bareLines = bare === null ? [] : knownHosts(files, bare);
	const file = settings.userKnownHosts[0];
	let fresh: { readonly type: string; readonly key: string } | null = null;

	return {
		knownTypes: new Set(
			[...lines, ...bareLines].filter(({ marker }) => marker === null).map(({ type }) => type),
		),
		async check(blob) {
			const type = typeOf(blob);
			const key = blob.toString('base64');
			const verdict = judge(lines, type, key);
			const bareVerdict = judge(bareLines, type, key);
			if (bareVerdict.kind === 'revoked') throw revoked(settings, bareVerdict.known);
			if (verdict.kind === 'known') return;
			if (verdict.kind === 'revoked') throw revoked(settings, verdict.known);
			if (verdict.kind === 'changed') throw changed(settings, name, type, blob, verdict.known);
			if (bareVerdict.kind === 'known' || trusted.has(`${name} ${key}`)) return;
			if (settings.unknownHosts !== 'accept') {
				const shown = { host: name, keyType: type, fingerprint: fingerprint(blob), knownHosts: file ?? '' };
				const yes = settings.unknownHosts === 'ask' && settings.asks && (await askOnce(asker, shown));
				if (!yes) throw unknown(settings, name, type, blob, lines);
			}
			fresh = { type, key };
		},
		async remember() {
			if (fresh === null || trusted.has(`${name} ${fresh.key}`)) return;
			trusted.add(`${name} ${fresh.key}`);
			// As OpenSSH: where it cannot be written the connection goes on all the same.
			const line = knownHostLine(name, fresh.type, fresh.key, settings.hashKnownHosts);
			if (file !== undefined) await append(file, line).catch(() => {});
		},
	};
}

function askOnce(asker: Asker, key: Parameters<Asker['trust']>[0]): Promise<boolean> {
	const id = `${key.host} ${key.fingerprint}`;
	const pending = asked.get(id) ?? asker.trust(key).finally(() => asked.delete(id));
	asked.set(id, pending);
	return pending;
}

async function readFiles(paths: readonly string[]): Promise<KnownHostsFile[]> {
	const files = await Promise.all(
		paths.map(async (path) => ({ path, text: await readFile(path, 'utf8').catch(() => '') })),
	);
	return files.filter(({ text }) => text !== '');
}

/** In one write, so that no other program's line gets in between. */
async function append(path: string, line: string): Promise<void> {
	await mkdir(dirname(path), { recursive: true, mode: 0o700 });
	const before = (await endsWithLine(path)) ? '' : '\n';
	await appendFile(path, `${before}${line}\n`, { mode: 0o600 });
}

async function endsWithLine(path: string): Promise<boolean> {
	const file = await open(path, 'r').catch(() => null);
	if (file === null) return true;
	try {
		const { size } = await file.stat();
		if (size === 0) return true;
		const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
		return buffer.toString() === '\n';
	} finally {
		await file.close();
	}
}

/** The type is the first field of the key: its length in four bytes, then its text. */
function typeOf(blob: Buffer): string {
	return blob.subarray(4, 4 + blob.readUInt32BE(0)).toString('latin1');
}

/** As ssh shows it. */
export function fingerprint(blob: Buffer): string {
	return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;
}

function changed(
	settings: Settings,
	name: string,
	type: string,
	blob: Buffer,
	known: KnownHost,
): ProcdeckError {
	return new ProcdeckError(
		'unreachable',
		`${settings.name}: the host key has changed: it shows a ${type} key ${fingerprint(blob)}, which is not the ${known.type} key in ${known.file}:${known.line}. Somebody may be listening in`,
		`Only if you know that the server has a new key: ssh-keygen -R '${name}' -f '${known.file}', then connect again and compare the fingerprint.`,
	);
}

function revoked(settings: Settings, known: KnownHost): ProcdeckError {
	return new ProcdeckError(
		'unreachable',
		`${settings.name}: its host key is revoked in ${known.file}:${known.line}`,
		'Give the server a new host key.',
	);
}

function unknown(
	settings: Settings,
	name: string,
	type: string,
	blob: Buffer,
	lines: readonly KnownHost[],
): ProcdeckError {
	const certified = lines.find(({ marker }) => marker === 'cert-authority');
	const remark =
		certified === undefined
			? ''
			: ` ${certified.file}:${certified.line} names a certificate authority: host certificates are not supported.`;
	return new ProcdeckError(
		'unreachable',
		`${settings.name}: its host key is not known (${name}, ${type}, ${fingerprint(blob)})`,
		`Connect once in a terminal with ssh ${settings.name}, compare the fingerprint, and say yes.${remark}`,
	);
}
