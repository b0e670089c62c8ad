import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { execa } from 'execa';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Link } from '../../../src/link/link.ts';
import type { Asker, UnknownHostKey } from '../../../src/model/question.ts';
import { makeKey, type Sshd, type SshdOptions, startSshd } from '../../support/sshd.ts';
import { connectTo } from './connect-to.ts';

/** Says yes or no, and keeps what it was asked. */
class Trusting implements Asker {
	readonly keys: UnknownHostKey[] = [];
	readonly #yes: boolean;

	constructor(yes: boolean) {
		this.#yes = yes;
	}

	async trust(key: UnknownHostKey): Promise<boolean> {
		this.keys.push(key);
		return this.#yes;
	}

	async answer(): Promise<null> {
		return null;
	}
}

async function server(options: SshdOptions = {}): Promise<Sshd> {
	const sshd = await startSshd(options);
	onTestFinished(() => sshd.stop());
	return sshd;
}

async function connect(sshd: Sshd, asker?: Asker): Promise<Link> {
	const link = await connectTo(sshd, asker === undefined ? {} : { asker });
	onTestFinished(() => link.close());
	return link;
}

async function fingerprintOf(file: string): Promise<string> {
	const { stdout } = await execa('ssh-keygen', ['-l', '-f', file]);
	return stdout.split(' ')[1] as string;
}

async function publicKey(file: string): Promise<string> {
	return (await readFile(file, 'utf8')).split(' ').slice(0, 2).join(' ');
}

describe('a host that is not known', () => {
	it('is shown with its fingerprint, written down on a yes, and then known', async () => {
		const sshd = await server();
		await rm(sshd.knownHosts);
		const asker = new Trusting(true);
		await connect(sshd, asker);
		expect(asker.keys).toEqual([
			{
				host: 'test',
				keyType: 'ssh-ed25519',
				fingerprint: await fingerprintOf(`${sshd.folder}/host_key.pub`),
				knownHosts: sshd.knownHosts,
			},
		]);
		expect(await readFile(sshd.knownHosts, 'utf8')).toBe(
			`test ${await publicKey(`${sshd.folder}/host_key.pub`)}\n`,
		);
		expect((await stat(sshd.knownHosts)).mode & 0o777).toBe(0o600);
		await connect(sshd);
	});

	it('is refused on a no, and nothing is written', async () => {
		const sshd = await server();
		await writeFile(sshd.knownHosts, '# mine');
		await expect(connectTo(sshd, { asker: new Trusting(false) })).rejects.toMatchObject({
			code: 'unreachable',
			message: expect.stringContaining(await fingerprintOf(`${sshd.folder}/host_key.pub`)),
			hint: expect.stringContaining('ssh test'),
		});
		expect(await readFile(sshd.knownHosts, 'utf8')).toBe('# mine');
	});

	it('is asked about once, however many connects wait for the answer', async () => {
		const sshd = await server();
		await writeFile(sshd.knownHosts, '');
		const asker = new Trusting(true);
		await Promise.all([connect(sshd, asker), connect(sshd, asker), connect(sshd, asker)]);
		expect(asker.keys).toHaveLength(1);
		expect((await readFile(sshd.knownHosts, 'utf8')).match(/\n/g)).toHaveLength(1);
	});

	it('is written hashed where the settings say so, behind a line without an end', async () => {
		const sshd = await server({ client: ['HashKnownHosts yes'] });
		await writeFile(sshd.knownHosts, '# no line end');
		await connect(sshd, new Trusting(true));
		expect(await readFile(sshd.knownHosts, 'utf8')).toMatch(
			/^# no line end\n\|1\|[^|]+\|\S+ ssh-ed25519 \S+\n$/,
		);
		await connect(sshd);
	});

	it('is refused without a question where StrictHostKeyChecking is yes', async () => {
		const sshd = await server({ client: ['StrictHostKeyChecking yes'] });
		await writeFile(sshd.knownHosts, '');
		const asker = new Trusting(true);
		await expect(connectTo(sshd, { asker })).rejects.toMatchObject({ code: 'unreachable' });
		expect(asker.keys).toEqual([]);
	});

	for (const setting of ['accept-new', 'no']) {
		it(`is taken without a question where it is ${setting}`, async () => {
			const sshd = await server({ client: [`StrictHostKeyChecking ${setting}`] });
			await writeFile(sshd.knownHosts, '');
			await connect(sshd);
			expect(await readFile(sshd.knownHosts, 'utf8')).toMatch(/^test ssh-ed25519 /);
		});
	}

	it('that only a certificate authority vouches for is told so', async () => {
		const sshd = await server();
		await writeFile(sshd.knownHosts, `@cert-authority * ${await publicKey(`${sshd.folder}/user_key.pub`)}\n`);
		await expect(connectTo(sshd)).rejects.toMatchObject({
			code: 'unreachable',
			hint: expect.stringMatching(/known_hosts:1 names a certificate authority/),
		});
	});

	it('can be used where its key cannot be written down', async () => {
		const sshd = await server();
		await rm(sshd.knownHosts);
		await mkdir(sshd.knownHosts);
		const asker = new Trusting(true);
		await connect(sshd, asker);
		await connect(sshd, asker);
		expect(asker.keys).toHaveLength(1);
	});
});

describe('a host whose key has changed', () => {
	it('is refused whatever the settings, with the line, the fingerprint and what to do', async () => {
		const sshd = await server({ client: ['StrictHostKeyChecking no'] });
		const other = `${sshd.folder}/other`;
		await makeKey(other);
		const line = `# a comment\ntest ${await publicKey(`${other}.pub`)}\n`;
		await writeFile(sshd.knownHosts, line);
		const asker = new Trusting(true);
		const refusal = await connectTo(sshd, { asker }).catch((error) => error);
		expect(refusal).toMatchObject({ code: 'unreachable' });
		expect(refusal.message).toContain(`${sshd.knownHosts}:2`);
		expect(refusal.message).toContain(await fingerprintOf(`${sshd.folder}/host_key.pub`));
		expect(refusal.hint).toContain('ssh-keygen -R');
		expect(asker.keys).toEqual([]);
		expect(await readFile(sshd.knownHosts, 'utf8')).toBe(line);
	});

	it('is refused when its key is revoked', async () => {
		const sshd = await server();
		const key = await publicKey(`${sshd.folder}/host_key.pub`);
		await writeFile(sshd.knownHosts, `test ${key}\n@revoked * ${key}\n`);
		await expect(connectTo(sshd, { asker: new Trusting(true) })).rejects.toThrow(
			/revoked in .*known_hosts:2/,
		);
	});
});

describe('a host with several keys', () => {
	for (const type of ['rsa', 'ecdsa', 'ed25519']) {
		it(`shows its ${type} key where that is the known one`, async () => {
			const folder = await server();
			for (const each of ['rsa', 'ecdsa', 'ed25519']) {
				await execa('ssh-keygen', ['-q', '-t', each, '-N', '', '-f', `${folder.folder}/${each}`]);
			}
			const sshd = await server({
				server: ['rsa', 'ecdsa', 'ed25519'].map((each) => `HostKey ${folder.folder}/${each}`),
			});
			await writeFile(sshd.knownHosts, `test ${await publicKey(`${folder.folder}/${type}.pub`)}\n`);
			await connect(sshd);
		});
	}
});

describe('a host on a port of its own', () => {
	it('is looked up with its port, and without it when that finds nothing', async () => {
		const sshd = await server();
		const key = await publicKey(`${sshd.folder}/host_key.pub`);
		const config = (await readFile(sshd.configFile, 'utf8')).replace('HostKeyAlias test', '');
		await writeFile(sshd.configFile, config);
		for (const name of [`[127.0.0.1]:${sshd.port}`, '127.0.0.1']) {
			await writeFile(sshd.knownHosts, `${name} ${key}\n`);
			await connect(sshd);
		}
		await writeFile(sshd.knownHosts, `[127.0.0.1]:1 ${key}\n`);
		await expect(connectTo(sshd)).rejects.toThrow(/not known/);
	});
});
