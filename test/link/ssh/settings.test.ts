import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseHop, readSettings, type Target } from '../../../src/link/ssh/settings.ts';
import { tempFolder } from '../../support/temp-folder.ts';

async function settingsOf(
	config: string,
	target: string | Partial<Target>,
	more: Record<string, string> = {},
) {
	const folder = await tempFolder({ config, ...more });
	const wanted = typeof target === 'string' ? { host: target } : target;
	return readSettings({ host: 'web1', user: null, port: null, ...wanted }, join(folder, 'config'));
}

describe('settings', () => {
	it('are what OpenSSH makes of the file', async () => {
		const settings = await settingsOf(
			`Host web*
	HostName %h.example.com
	User deploy
	Port 2222
	IdentityFile ~/.ssh/%r-key
	IdentityFile /keys/second
	IdentitiesOnly yes
	ProxyJump admin@jump1:2200,jump2
	UserKnownHostsFile ~/.ssh/mine /etc/ssh/ours
	GlobalKnownHostsFile none
	StrictHostKeyChecking accept-new
	HostKeyAlias cluster
	ServerAliveInterval 7
	ServerAliveCountMax 4
	ConnectTimeout 3
	NumberOfPasswordPrompts 1
	HashKnownHosts yes
	AddressFamily inet6
	BatchMode yes
`,
			'web1',
		);
		expect(settings).toMatchObject({
			name: 'web1',
			hostname: 'web1.example.com',
			user: 'deploy',
			port: 2222,
			family: 6,
			identityFiles: [join(homedir(), '.ssh/deploy-key'), '/keys/second'],
			identitiesOnly: true,
			proxyJump: [
				{ host: 'jump1', user: 'admin', port: 2200 },
				{ host: 'jump2', user: null, port: null },
			],
			proxyCommand: null,
			userKnownHosts: [join(homedir(), '.ssh/mine'), '/etc/ssh/ours'],
			globalKnownHosts: [],
			unknownHosts: 'accept',
			hostKeyAlias: 'cluster',
			keepaliveInterval: 7_000,
			keepaliveCount: 4,
			connectTimeout: 3_000,
			passwordPrompts: 1,
			hashKnownHosts: true,
			asks: false,
		});
	});

	it('have our defaults where OpenSSH has none', async () => {
		expect(await settingsOf('', 'web1')).toMatchObject({
			hostname: 'web1',
			port: 22,
			family: 0,
			keepaliveInterval: 4_000,
			keepaliveCount: 3,
			connectTimeout: 10_000,
			unknownHosts: 'ask',
			asks: true,
			proxyJump: [],
			hostKeyAlias: null,
		});
	});

	it('follow Include and Match', async () => {
		const folder = await tempFolder({
			more: 'Host web1\n\tUser included\nMatch user included\n\tPort 2022\n',
		});
		const settings = await settingsOf(`Include ${join(folder, 'more')}\n`, 'web1');
		expect(settings).toMatchObject({ user: 'included', port: 2022 });
	});

	it('yield to what the target says', async () => {
		const settings = await settingsOf('Host *\n\tUser other\n\tPort 1\n', { user: 'deploy', port: 2222 });
		expect(settings).toMatchObject({ user: 'deploy', port: 2222 });
	});

	it('fill in a ProxyCommand', async () => {
		const settings = await settingsOf('Host *\n\tProxyCommand nc -X 5 %h %p %% %r\n\tUser me\n', 'web1');
		expect(settings.proxyCommand).toBe('nc -X 5 web1 22 % me');
	});

	it('let no host name into the shell of a ProxyCommand', async () => {
		const settings = settingsOf('Host *\n\tHostName a;b\n\tProxyCommand nc %h %p\n', 'web1');
		await expect(settings).rejects.toMatchObject({ code: 'unreachable' });
	});

	it('find the agent', async () => {
		const before = process.env.SSH_AUTH_SOCK;
		process.env.SSH_AUTH_SOCK = '/run/agent';
		onTestFinished(() => {
			if (before === undefined) delete process.env.SSH_AUTH_SOCK;
			else process.env.SSH_AUTH_SOCK = before;
		});
		expect((await settingsOf('', 'web1')).agent).toBe('/run/agent');
		expect((await settingsOf('IdentityAgent none\n', 'web1')).agent).toBeNull();
		expect((await settingsOf('IdentityAgent ~/agent-%r\nUser me\n', 'web1')).agent).toBe(
			join(homedir(), 'agent-me'),
		);
	});

	it('take an IPv6 address', async () => {
		expect(await settingsOf('', '::1')).toMatchObject({ hostname: '::1', port: 22 });
	});

	for (const host of ['-oProxyCommand=touch /tmp/x', '', 'a b', 'a\nb']) {
		it(`refuse ${JSON.stringify(host)} as a host`, async () => {
			await expect(settingsOf('', host)).rejects.toMatchObject({ code: 'unreachable' });
		});
	}

	it('that are not valid are told as OpenSSH tells them', async () => {
		await expect(settingsOf('Nonsense yes\n', 'web1')).rejects.toMatchObject({
			code: 'unreachable',
			message: expect.stringContaining('Bad configuration option: nonsense'),
		});
	});
});

describe('a hop', () => {
	for (const [text, hop] of [
		['jump', { host: 'jump', user: null, port: null }],
		['me@jump:2222', { host: 'jump', user: 'me', port: 2222 }],
		['ssh://me@jump:2222', { host: 'jump', user: 'me', port: 2222 }],
		['me@[::1]:2222', { host: '::1', user: 'me', port: 2222 }],
		['::1', { host: '::1', user: null, port: null }],
	] as const) {
		it(`${text} is read`, () => expect(parseHop(text)).toEqual(hop));
	}
});
