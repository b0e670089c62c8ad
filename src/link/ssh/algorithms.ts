import type { Algorithms, CipherAlgorithm, KexAlgorithm, MacAlgorithm, ServerHostKeyAlgorithm } from 'ssh2';
import type { Settings } from './settings.ts';

/** What ssh2 can do, the fastest here first; the settings say which of them are wanted. */
const KEX: readonly KexAlgorithm[] = [
	'curve25519-sha256',
	'curve25519-sha256@libssh.org',
	'ecdh-sha2-nistp256',
	'ecdh-sha2-nistp384',
	'ecdh-sha2-nistp521',
	'diffie-hellman-group-exchange-sha256',
	'diffie-hellman-group14-sha256',
	'diffie-hellman-group16-sha512',
	'diffie-hellman-group18-sha512',
	'diffie-hellman-group-exchange-sha1',
	'diffie-hellman-group14-sha1',
	'diffie-hellman-group1-sha1',
];

const CIPHERS: readonly CipherAlgorithm[] = [
	'aes128-gcm@openssh.com',
	'aes256-gcm@openssh.com',
	'aes128-ctr',
	'aes192-ctr',
	'aes256-ctr',
	'chacha20-poly1305@openssh.com',
	'aes256-cbc',
	'aes192-cbc',
	'aes128-cbc',
];

const MACS: readonly MacAlgorithm[] = [
	'hmac-sha2-256-etm@openssh.com',
	'hmac-sha2-512-etm@openssh.com',
	'hmac-sha1-etm@openssh.com',
	'hmac-sha2-256',
	'hmac-sha2-512',
	'hmac-sha1',
];

const HOST_KEYS: readonly ServerHostKeyAlgorithm[] = [
	'ssh-ed25519',
	'ecdsa-sha2-nistp256',
	'ecdsa-sha2-nistp384',
	'ecdsa-sha2-nistp521',
	'rsa-sha2-512',
	'rsa-sha2-256',
	'ssh-rsa',
];

/** @param knownTypes of the keys that the host is known by: they come first, so that a known key is shown */
export function algorithms(settings: Settings, knownTypes: ReadonlySet<string>): Algorithms {
	const hostKeys = wanted(HOST_KEYS, settings.hostKeyAlgorithms);
	const isKnown = (algorithm: string) => knownTypes.has(algorithm.startsWith('rsa-') ? 'ssh-rsa' : algorithm);
	return {
		kex: wanted(KEX, settings.kexAlgorithms),
		cipher: wanted(CIPHERS, settings.ciphers),
		hmac: wanted(MACS, settings.macs),
		serverHostKey: [...hostKeys.filter(isKnown), ...hostKeys.filter((algorithm) => !isKnown(algorithm))],
	};
}

/** Where nothing that is wanted can be done, all that can be: the server then decides. */
function wanted<T extends string>(able: readonly T[], names: readonly string[]): T[] {
	const both = able.filter((name) => names.includes(name));
	return both.length > 0 ? both : [...able];
}
