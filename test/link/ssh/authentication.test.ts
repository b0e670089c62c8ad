import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, copyFile, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import type { AuthContext } from 'ssh2';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Link } from '../../../src/link/link.ts';
import type { Asker } from '../../../src/model/question.ts';
import { makeKey, type Sshd, type SshdOptions, startSshd } from '../../support/sshd.ts';
import { waitFor } from '../../support/wait-for.ts';
import { connectTo } from './connect-to.ts';
import { oddServer } from './odd-server.ts';

/** Answers questions in their order, and keeps them. */
class Answering implements Asker {
	readonly questions: string[] = [];
	readonly #answers: (string | null)[];

	constructor(...answers: (string | null)[]) {
		this.#answers = answers;
	}

	async trust(): Promise<boolean> {
		return false;
	}

	async answer(prompt: string): Promise<string | null> {
		this.questions.push(prompt);
		return this.#answers.shift() ?? null;
	}
}

async function server(options: SshdOptions = {}): Promise<Sshd> {
	const sshd = await startSshd(options);
	onTestFinished(() => sshd.stop());
	return sshd;
}

async function login(config: { readonly configFile: string }, asker?: Asker): Promise<Link> {
	const link = await connectTo(config, asker === undefined ? {} : { asker });
	onTestFinished(() => link.close());
	return link;
}

/** Replaces the one key that the server takes, and that its client has. */
async function useKey(sshd: Sshd, ...options: string[]): Promise<string> {
	const path = join(sshd.folder, 'user_key');
	await Promise.all([rm(path), rm(`${path}.pub`)]);
	await makeKey(path, ...options);
	await copyFile(`${path}.pub`, join(sshd.folder, 'authorized_keys'));
	return path;
}

async function agent(sshd: Sshd): Promise<{ socket: string; add(key: string): Promise<void> }> {
	const socket = join(sshd.folder, 'agent');
	const daemon: ChildProcess = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' });
	onTestFinished(() => void daemon.kill());
	const env = { SSH_AUTH_SOCK: socket };
	await waitFor(
		async () => (await execa('ssh-add', ['-l'], { env, reject: false })).exitCode === 1,
		'the agent',
	);
	return { socket, add: async (key) => void (await execa('ssh-add', ['-q', key], { env })) };
}

describe('a key file', () => {
	for (const options of [
		['-t', 'ed25519'],
		['-t', 'rsa'],
		['-t', 'ecdsa'],
		['-t', 'rsa', '-m', 'PEM'],
	]) {
		it(`logs in (${options.join(' ')})`, async () => {
			const sshd = await server();
			await useKey(sshd, ...options);
			await login(sshd);
		});
	}

	for (const [kind, ...options] of [['OpenSSH'], ['PEM', '-t', 'rsa', '-m', 'PEM']] as const) {
		it(`has its passphrase asked once for all connections (${kind})`, async () => {
			const sshd = await server();
			const key = await useKey(sshd, ...options, '-N', 'open sesame');
			const asker = new Answering('wrong', 'open sesame');
			await Promise.all([login(sshd, asker), login(sshd, asker), login(sshd, asker)]);
			await login(sshd, asker);
			expect(asker.questions).toEqual([`Passphrase of ${key}`, `Passphrase of ${key} (that was not it)`]);
		});
	}

	it('is not asked about when the server does not take it', async () => {
		const sshd = await server();
		const key = await useKey(sshd, '-N', 'open sesame');
		await writeFile(join(sshd.folder, 'authorized_keys'), '');
		const asker = new Answering('open sesame');
		await expect(connectTo(sshd, { asker })).rejects.toMatchObject({
			code: 'unreachable',
			message: expect.stringMatching(`permission denied for .*: tried ${key}; the server takes publickey`),
		});
		expect(asker.questions).toEqual([]);
	});

	it('whose passphrase nobody knows is told, without what was typed', async () => {
		const sshd = await server();
		const key = await useKey(sshd, '-N', 'open sesame');
		const asker = new Answering('secret one', 'secret two', 'secret three', 'secret four');
		const refusal = await connectTo(sshd, { asker }).catch((error) => error);
		expect(refusal.message).toContain(`${key} (locked by a passphrase)`);
		expect(asker.questions).toHaveLength(3);
		expect(`${refusal.message} ${refusal.hint} ${refusal.stack}`).not.toMatch(/secret/);
	});

	it('is never asked about in batch mode', async () => {
		const sshd = await server({ client: ['BatchMode yes'] });
		await useKey(sshd, '-N', 'open sesame');
		const asker = new Answering('open sesame');
		await expect(connectTo(sshd, { asker })).rejects.toMatchObject({ code: 'unreachable' });
		expect(asker.questions).toEqual([]);
	});

	it('may be missing or unreadable while another works', async () => {
		const sshd = await server({ client: ['IdentityFile /no/such/key', 'IdentityFile /etc'] });
		await login(sshd);
	});

	it('that others can read is not used, as OpenSSH does not', async () => {
		const sshd = await server();
		await chmod(join(sshd.folder, 'user_key'), 0o644);
		await expect(connectTo(sshd)).rejects.toThrow(/user_key \(others may read it: chmod 600\)/);
	});

	it('of a kind that is not supported is told, and no passphrase is asked for it', async () => {
		const sshd = await server();
		const key = join(sshd.folder, 'user_key');
		await writeFile(key, '-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2Vw\n-----END PRIVATE KEY-----\n');
		const asker = new Answering('secret');
		await expect(connectTo(sshd, { asker })).rejects.toThrow(/a kind of key that is not supported/);
		expect(asker.questions).toEqual([]);
	});
});

describe('an agent', () => {
	it('logs in with a key that is in no file', async () => {
		const sshd = await server();
		const held = await agent(sshd);
		await held.add(join(sshd.folder, 'user_key'));
		await rm(join(sshd.folder, 'user_key'));
		const config = (await readFile(sshd.configFile, 'utf8'))
			.replace('IdentityAgent none', `IdentityAgent ${held.socket}`)
			.replace('IdentitiesOnly yes', 'IdentitiesOnly no');
		await writeFile(sshd.configFile, config);
		await login(sshd);
	});

	it('is used first for a configured key, so that its passphrase is not asked', async () => {
		const sshd = await server();
		const held = await agent(sshd);
		const key = await useKey(sshd);
		await held.add(key);
		await execa('ssh-keygen', ['-q', '-p', '-N', 'open sesame', '-f', key]);
		const config = await readFile(sshd.configFile, 'utf8');
		await writeFile(sshd.configFile, config.replace('IdentityAgent none', `IdentityAgent ${held.socket}`));
		const asker = new Answering();
		await login(sshd, asker);
		expect(asker.questions).toEqual([]);
	});

	it('offers only the configured key with IdentitiesOnly, however many it has', async () => {
		const sshd = await server({ server: ['MaxAuthTries 3'] });
		const held = await agent(sshd);
		for (let number = 0; number < 5; number++) {
			await makeKey(join(sshd.folder, `other${number}`));
			await held.add(join(sshd.folder, `other${number}`));
		}
		await held.add(join(sshd.folder, 'user_key'));
		// The private half is in the agent alone.
		await rm(join(sshd.folder, 'user_key'));
		const config = (await readFile(sshd.configFile, 'utf8')).replace(
			'IdentityAgent none',
			`IdentityAgent ${held.socket}`,
		);
		await writeFile(sshd.configFile, config);
		await login(sshd);
		await writeFile(
			sshd.configFile,
			config.replace('IdentitiesOnly yes', '').replace(/IdentityFile .*/, 'IdentityFile none'),
		);
		await expect(connectTo(sshd)).rejects.toMatchObject({
			message: expect.stringMatching(/the server gave up on us: tried the agent's key/),
			hint: expect.stringContaining('IdentitiesOnly yes'),
		});
	});

	it('that is not there is passed over', async () => {
		const sshd = await server({ client: ['IdentityAgent /no/such/socket'] });
		await login(sshd);
	});
});

describe('a password', () => {
	const takes = (password: string) => (attempt: AuthContext) => {
		if (attempt.method === 'password' && attempt.password === password) attempt.accept();
		else attempt.reject(['password']);
	};

	it('is asked for, again after a wrong one, and remembered', async () => {
		const config = await oddServer({ logIn: takes('letmein') });
		const asker = new Answering('wrong', 'letmein');
		await login(config, asker);
		await login(config, asker);
		expect(asker.questions).toEqual(['somebody@test: Password', 'somebody@test: Password']);
	});

	it('is asked for anew when the remembered one is no longer right', async () => {
		let password = 'first';
		const config = await oddServer({ logIn: (attempt) => takes(password)(attempt) });
		const asker = new Answering('first', 'second');
		await login(config, asker);
		password = 'second';
		await login(config, asker);
		expect(asker.questions).toHaveLength(2);
	});

	it('is not asked for more often than NumberOfPasswordPrompts says, and told nowhere', async () => {
		const config = await oddServer({ logIn: takes('letmein') }, 'NumberOfPasswordPrompts 2');
		const asker = new Answering('secret1', 'secret2', 'secret3');
		const refusal = await connectTo(config, { asker }).catch((error) => error);
		expect(asker.questions).toHaveLength(2);
		expect(refusal).toMatchObject({
			code: 'unreachable',
			message: expect.stringContaining('tried password; the server takes password'),
		});
		expect(`${refusal.message} ${refusal.hint} ${refusal.stack}`).not.toMatch(/secret/);
	});

	it('that nobody gives is a clear error', async () => {
		const config = await oddServer({ logIn: takes('letmein') });
		const asker = new Answering(null);
		await expect(connectTo(config, { asker })).rejects.toThrow(/permission denied for somebody/);
		expect(asker.questions).toHaveLength(1);
	});
});

describe('a dialogue', () => {
	const asks = (answers: readonly string[]) => (attempt: AuthContext) => {
		if (attempt.method !== 'keyboard-interactive') return attempt.reject(['keyboard-interactive']);
		const prompts = [
			{ prompt: 'Password: ', echo: false },
			{ prompt: 'Code: ', echo: true },
		];
		attempt.prompt(prompts, 'Two things', 'please', (given) => {
			if (given.join() === answers.join()) attempt.accept();
			else attempt.reject(['keyboard-interactive']);
		});
	};

	it('is led with a person, and only a password is remembered', async () => {
		const config = await oddServer({ logIn: asks(['letmein', '123']) });
		const asker = new Answering('letmein', '456', 'letmein', '123', '123');
		await login(config, asker);
		await login(config, asker);
		const [password, code] = ['somebody@test: please\nPassword', 'somebody@test: Code'];
		expect(asker.questions).toEqual([password, code, password, code, code]);
	});

	it('may follow a key as a second factor', async () => {
		let hasKey = false;
		const sshd = await server();
		const config = await oddServer(
			{
				logIn(attempt) {
					if (attempt.method === 'publickey') {
						hasKey = attempt.signature !== undefined;
						if (hasKey) attempt.reject(['keyboard-interactive'], true);
						else attempt.accept();
					} else if (attempt.method === 'keyboard-interactive' && hasKey) {
						attempt.prompt([{ prompt: 'Code: ', echo: true }], ([code]) =>
							code === '123' ? attempt.accept() : attempt.reject(['keyboard-interactive']),
						);
					} else attempt.reject(['publickey']);
				},
			},
			`IdentityFile ${sshd.folder}/user_key`,
		);
		await login(config, new Answering('123'));
		expect(hasKey).toBe(true);
	});
});
