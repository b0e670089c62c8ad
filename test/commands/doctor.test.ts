import { once } from 'node:events';
import { chmod } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runBinary } from '../support/binary.ts';
import { freePort } from '../support/free-port.ts';
import { type TempStack, tempStack } from '../support/temp-stack.ts';

interface FindingJson {
	readonly check: string;
	readonly ok: boolean;
	readonly severity: string;
	readonly message: string;
	readonly fix: string | null;
	readonly fixed?: boolean;
}

async function findings(stack: TempStack, ...flags: string[]): Promise<FindingJson[]> {
	const { exitCode, json } = await stack.procdeck('doctor', '--json', ...flags);
	const found = json<{ findings: FindingJson[] }>().findings;
	expect(exitCode).toBe(found.every(({ ok }) => ok) ? 0 : 1);
	return found;
}

const failing = async (stack: TempStack) =>
	(await findings(stack)).filter(({ severity }) => severity !== 'fine');

describe('the doctor of a local stack', () => {
	it('finds commands that are not there, where the stack has them looked for', async () => {
		const stack = await tempStack({
			Procfile: 'web: bin/serve $PORT\nworker: A=1 exec no-such-program\nmail: cd bin && ./mail\n',
			'bin/serve': '#!/bin/sh\n',
			'tools/no-such-program': '#!/bin/sh\n',
		});
		expect(await failing(stack)).toMatchObject([
			{
				check: 'commands',
				severity: 'error',
				message: 'not there: web needs bin/serve; worker needs no-such-program',
				fix: expect.stringContaining('PATH'),
			},
		]);
		for (const file of ['bin/serve', 'tools/no-such-program'])
			await chmod(join(stack.directory, file), 0o755);
		await stack.write('.env', 'PATH=tools:/usr/bin:/bin\n');
		expect(await failing(stack)).toEqual([]);
	});

	it('warns of variables that nobody sets', async () => {
		const stack = await tempStack({ Procfile: 'web: sleep $PORT $HOME $NAPS\n' });
		expect(await failing(stack)).toMatchObject([
			{ check: 'variables', ok: true, message: expect.stringContaining('web uses $NAPS') },
		]);
		await stack.write('.env', 'NAPS=3\n');
		expect(await failing(stack)).toEqual([]);
	});

	it('finds whoever listens on the port of an instance, but not the instance itself', async () => {
		const port = await freePort();
		const program = join(import.meta.dirname, '../fixtures/listens.js');
		const stack = await tempStack({ Procfile: `web: ${program}\n`, '.env': `PORT=${port}\n` });
		const stranger = createServer().listen(port);
		onTestFinished(() => void stranger.close());
		await once(stranger, 'listening');
		expect(await failing(stack)).toMatchObject([
			{ check: 'ports', severity: 'error', message: expect.stringContaining(`listens on ${port} (pid `) },
		]);
		stranger.close();
		await once(stranger, 'close');
		await stack.change('start');
		expect(await failing(stack)).toEqual([]);
	});

	it('finds a formation beyond the memory, and logs beyond the disk', async () => {
		const stack = await tempStack({
			Procfile: 'web: sleep 1000\n',
			'procdeck.yml': 'processes:\n  web: { memory_max: 9000G, log_max: 900000G }\n',
		});
		expect(await failing(stack)).toMatchObject([
			{ check: 'memory', severity: 'error', message: expect.stringContaining('take 9000.0 GiB') },
			{ check: 'log retention', severity: 'warning' },
		]);
		await stack.write('procdeck.yml', '');
		expect(await failing(stack)).toEqual([]);
	});
});

// There is no systemd user manager where the tests run: these programs stand for it, and keep what they are told in files.
const SYSTEMCTL = `#!/bin/sh
case "$2" in
	enable) : >"$SYSTEMD/enabled" ;;
	is-enabled) test -f "$SYSTEMD/enabled" && echo enabled ;;
esac
`;
const LOGINCTL = `#!/bin/sh
case "$1" in
	enable-linger) : >"$SYSTEMD/lingers" ;;
	*) test -f "$SYSTEMD/lingers" && echo yes || echo no ;;
esac
`;

async function stackWithSystemd(environment: string): Promise<TempStack> {
	const stack = await tempStack({
		Procfile: 'web: sleep 1000\nworker: sleep 1000\nmail: sleep 1000\n',
		'procdeck.yml': `environment: ${environment}\n`,
		'bin/systemctl': SYSTEMCTL,
		'bin/loginctl': LOGINCTL,
	});
	const bin = join(stack.directory, 'bin');
	for (const name of ['systemctl', 'loginctl']) await chmod(join(bin, name), 0o755);
	const env = { ...stack.env, PATH: `${bin}:${stack.env.PATH}`, SYSTEMD: stack.directory };
	return { ...stack, procdeck: (...args) => runBinary(args, { cwd: stack.directory, env }) };
}

const boot = async (stack: TempStack, ...flags: string[]) =>
	(await findings(stack, ...flags)).find(({ check }) => check === 'boot');

describe('what a reboot starts on this machine', () => {
	it('is nothing before that is enabled, which --fix does where it matters', async () => {
		const stack = await stackWithSystemd('production');
		await stack.change('start', '-m', 'web=2,mail=1');
		await stack.change('pause', 'mail');
		expect(await boot(stack)).toMatchObject({
			severity: 'warning',
			message: 'a reboot starts nothing',
			fix: expect.stringContaining('procdeck boot enable'),
		});
		const asked = await stack.procdeck('doctor', '--fix');
		expect(asked.exitCode).toBe(2);
		expect(asked.stderr).toContain('have the stack start with the machine');
		expect(asked.stderr).toContain('Do that on local?');
		expect(await boot(stack, '--fix', '--yes')).toMatchObject({
			severity: 'fine',
			message: 'a reboot starts web.1, web.2; not: mail (paused)',
			fixed: true,
		});
		const { stdout } = await stack.procdeck('history');
		expect(stdout).toContain('doctor --fix');
		const again = await stack.procdeck('doctor', '--fix');
		expect(again.exitCode).toBe(0);
		expect(again.stdout).toMatch(/^works +local +boot/m);
	});

	it('is fine as nothing in development', async () => {
		const stack = await stackWithSystemd('development');
		expect(await boot(stack)).toMatchObject({ severity: 'fine', fix: null });
	});

	it('waits for a login where the user does not linger', async () => {
		const stack = await stackWithSystemd('production');
		await stack.procdeck('boot', 'enable');
		expect(await boot(stack)).toMatchObject({
			severity: 'error',
			message: expect.stringMatching(/^a reboot starts nothing before .* logs in, and then /),
			fix: expect.stringContaining('loginctl enable-linger'),
		});
		expect(await boot(stack, '--fix', '--yes')).toMatchObject({ severity: 'fine', fixed: true });
	});
});

describe('doctor --fix', () => {
	it('is refused where nothing may be changed, and --yes without it', async () => {
		const stack = await tempStack({ Procfile: 'web: sleep 1000\n' });
		const refused = await stack.procdeck('--read-only', 'doctor', '--fix');
		expect(refused.exitCode).toBe(2);
		expect(refused.stderr).toContain('--read-only: doctor --fix would change something');
		const useless = await stack.procdeck('doctor', '--yes');
		expect(useless.exitCode).toBe(2);
		expect(useless.stderr).toContain('only --fix takes --yes');
	});
});
