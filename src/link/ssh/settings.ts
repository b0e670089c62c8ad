import { homedir, hostname, userInfo } from 'node:os';
import { ProcdeckError } from '../../model/errors.ts';
import { localLink } from '../local.ts';
import { Gate } from './gate.ts';
import { expandTokens, type Tokens } from './tokens.ts';

/** Where a connection is to go, as a person calls it: `host` may be a Host of `~/.ssh/config`. */
export interface Target {
	readonly host: string;
	readonly user: string | null;
	readonly port: number | null;
}

/** What OpenSSH's configuration says about a target. Times are in milliseconds, paths are absolute. */
export interface Settings {
	/** The host as a person calls it, for messages. */
	readonly name: string;
	/** Its name or address in the network. */
	readonly hostname: string;
	readonly user: string;
	readonly port: number;
	/** 0: either. */
	readonly family: 0 | 4 | 6;
	readonly connectTimeout: number;
	/** The hops before it, first to last. */
	readonly proxyJump: readonly Target[];
	readonly proxyCommand: string | null;
	/** The path of the agent's socket. */
	readonly agent: string | null;
	readonly identityFiles: readonly string[];
	readonly identitiesOnly: boolean;
	readonly publicKey: boolean;
	readonly keyboardInteractive: boolean;
	readonly password: boolean;
	/** Whether a person may be asked for passphrases and passwords. */
	readonly asks: boolean;
	readonly passwordPrompts: number;
	readonly userKnownHosts: readonly string[];
	readonly globalKnownHosts: readonly string[];
	/** The name to look up among the known hosts in place of host name and port. */
	readonly hostKeyAlias: string | null;
	readonly hashKnownHosts: boolean;
	/** What becomes of a host whose key is not known. */
	readonly unknownHosts: 'refuse' | 'ask' | 'accept';
	readonly keepaliveInterval: number;
	readonly keepaliveCount: number;
	readonly hostKeyAlgorithms: readonly string[];
	readonly kexAlgorithms: readonly string[];
	readonly ciphers: readonly string[];
	readonly macs: readonly string[];
}

const CONNECT_TIMEOUT_MS = 10_000;
const KEEPALIVE_MS = 4_000;
/** `Match exec` in the user's configuration may take its time. */
const WITHIN_MS = 20_000;

/** Hundreds of servers need not be hundreds of processes at once. */
const readings = new Gate(4);

/**
 * Asks OpenSSH itself (`ssh -G`), so that Host, Match and Include mean exactly what they mean to it.
 * @param configFile in place of `~/.ssh/config`
 * @throws ProcdeckError `unreachable` where there is no `ssh`, or the configuration is not valid
 */
export async function readSettings(target: Target, configFile: string | null): Promise<Settings> {
	const { host, user, port } = target;
	if (!/^[^-\s][^\s\0]*$/.test(host)) {
		throw new ProcdeckError(
			'unreachable',
			`${JSON.stringify(host)} is no host name`,
			'Correct `host` there.',
		);
	}
	const options = [
		...(configFile === null ? [] : ['-F', configFile]),
		...(user === null ? [] : ['-l', user]),
		...(port === null ? [] : ['-p', String(port)]),
	];
	const leave = await readings.enter();
	const { exitCode, stdout, stderr } = await localLink
		.run(['ssh', '-G', ...options, '--', host], { timeoutMs: WITHIN_MS })
		.finally(leave);
	if (exitCode === 0) return parseSettings(host, stdout);
	if (/ENOENT/.test(stderr)) {
		const hint = 'Install the OpenSSH client (package openssh-client): it reads ~/.ssh/config.';
		throw new ProcdeckError('unreachable', `${host}: there is no \`ssh\` on this machine`, hint);
	}
	const reason = stderr.trim().split('\n')[0];
	throw new ProcdeckError('unreachable', `${host}: ssh -G failed: ${reason}`, `Try: ssh -G ${host}`);
}

/** @param output what `ssh -G` printed: a line for each setting, its name in small letters */
export function parseSettings(name: string, output: string): Settings {
	const lines = output.split('\n').map((line): [string, string] => {
		const space = line.indexOf(' ');
		return space < 0 ? [line, ''] : [line.slice(0, space), line.slice(space + 1).trim()];
	});
	const values = new Map(lines);
	const text = (key: string) => values.get(key) ?? '';
	const optional = (key: string) => (/^(none)?$/i.test(text(key)) ? null : text(key));
	const is = (key: string) => /^(yes|true)$/.test(text(key));
	const number = (key: string, otherwise: number) => Number.parseInt(text(key), 10) || otherwise;
	const list = (key: string) => text(key).split(',').filter(Boolean);

	const tokens = tokensOf(name, text('hostname'), text('port'), text('user'), optional('hostkeyalias'));
	const path = (value: string) => absolute(expandTokens(value, tokens));
	const identityFiles = lines.filter(([key, value]) => key === 'identityfile' && value !== 'none');
	return {
		name,
		hostname: text('hostname'),
		user: text('user'),
		port: number('port', 22),
		family: text('addressfamily') === 'inet' ? 4 : text('addressfamily') === 'inet6' ? 6 : 0,
		connectTimeout: number('connecttimeout', 0) * 1000 || CONNECT_TIMEOUT_MS,
		proxyJump: list('proxyjump')
			.filter((hop) => hop !== 'none')
			.map(parseHop),
		proxyCommand: proxyCommandOf(optional('proxycommand'), tokens),
		agent: agentOf(text('identityagent'), path),
		identityFiles: identityFiles.map(([, value]) => path(value)),
		identitiesOnly: is('identitiesonly'),
		publicKey: text('pubkeyauthentication') !== 'no' && text('pubkeyauthentication') !== 'false',
		keyboardInteractive: is('kbdinteractiveauthentication'),
		password: is('passwordauthentication'),
		asks: !is('batchmode'),
		passwordPrompts: number('numberofpasswordprompts', 3),
		userKnownHosts: pathsOf(text('userknownhostsfile')).map(path),
		globalKnownHosts: pathsOf(text('globalknownhostsfile')).map(path),
		hostKeyAlias: optional('hostkeyalias'),
		hashKnownHosts: is('hashknownhosts'),
		unknownHosts: UNKNOWN_HOSTS[text('stricthostkeychecking')] ?? 'ask',
		keepaliveInterval: number('serveraliveinterval', 0) * 1000 || KEEPALIVE_MS,
		keepaliveCount: number('serveralivecountmax', 3),
		hostKeyAlgorithms: list('hostkeyalgorithms'),
		kexAlgorithms: list('kexalgorithms'),
		ciphers: list('ciphers'),
		macs: list('macs'),
	};
}

/** `no` accepts a host that is not known; never, as OpenSSH would in part, one whose key has changed. */
const UNKNOWN_HOSTS: Readonly<Record<string, Settings['unknownHosts']>> = {
	yes: 'refuse',
	true: 'refuse',
	ask: 'ask',
	'accept-new': 'accept',
	no: 'accept',
	off: 'accept',
	false: 'accept',
};

function tokensOf(name: string, host: string, port: string, user: string, alias: string | null): Tokens {
	const machine = hostname();
	return {
		n: name,
		h: host,
		p: port,
		r: user,
		k: alias ?? name,
		d: homedir(),
		u: userInfo().username,
		i: String(userInfo().uid),
		l: machine,
		L: machine.split('.')[0] ?? machine,
	};
}

/** `[USER@]HOST[:PORT]`, `ssh://` in front or not, an IPv6 address in brackets. */
export function parseHop(text: string): Target {
	const [, user, bracketed, plain, port] =
		/^(?:ssh:\/\/)?(?:(.*)@)?(?:\[([^\]]+)\]|([^:]*))(?::(\d+))?\/?$/.exec(text) ?? [];
	// An IPv6 address without brackets has no port behind it.
	const host = bracketed ?? plain ?? text;
	return { host, user: user ?? null, port: port === undefined ? null : Number(port) };
}

function agentOf(setting: string, path: (value: string) => string): string | null {
	if (setting === 'none') return null;
	const inherited = process.env.SSH_AUTH_SOCK || null;
	if (setting === '' || setting === 'SSH_AUTH_SOCK') return inherited;
	if (/^\$\w+$/.test(setting)) return process.env[setting.slice(1)] || null;
	return path(setting);
}

function proxyCommandOf(command: string | null, tokens: Tokens): string | null {
	if (command === null) return null;
	// They get into a shell's hands unquoted, as the user's own command says.
	for (const token of ['n', 'h', 'r'] as const) {
		if (command.includes(`%${token}`) && !/^[\w.:%@+=,-]+$/.test(tokens[token] ?? '')) {
			const text = `${tokens.n}: ${JSON.stringify(tokens[token])} does not go into a ProxyCommand`;
			throw new ProcdeckError('unreachable', text, 'Use names without special characters.');
		}
	}
	return expandTokens(command, tokens);
}

/** ssh -G prints several paths in one line, and without the quotes of those that contain spaces. */
function pathsOf(text: string): string[] {
	return text.split(/\s+(?=[/~%$]|none\b)/).filter((path) => path !== '' && path !== 'none');
}

function absolute(path: string): string {
	return path.replace(/^~(?=\/|$)/, homedir());
}
