import { describe, expect, it } from 'vitest';
import { fleetHost } from './fleet-host.ts';

const as = (user: string, command: string) => fleetHost('web1').ssh(user, command);

describe('the users of a host', () => {
	it.each(['root', 'deploy', 'plain', 'asks', 'limited', 'fishy', 'banner'])(
		'%s can log in',
		async (user) => {
			expect((await as(user, 'id --user --name')).stdout.split('\n').at(-1)).toBe(user);
		},
	);

	it.each(['deploy', 'fishy', 'banner'])('%s becomes root without a password', async (user) => {
		expect((await as(user, 'sudo -n id --user')).stdout).toMatch(/^(Welcome, banner!\n)?0$/);
	});

	it('plain may not become root at all', async () => {
		const { exitCode, stderr } = await as('plain', 'sudo -n true');
		expect(exitCode).toBe(1);
		expect(stderr).toContain('a password is required');
		expect((await as('plain', 'loginctl show-user plain --property=Linger')).stdout).toBe('Linger=no');
	});

	it('asks becomes root with its password', async () => {
		expect((await as('asks', 'sudo -n true')).stderr).toContain('a password is required');
		const { stdout } = await fleetHost('web1').ssh('asks', "sudo -S -p '' id --user", 'asks-password\n');
		expect(stdout).toBe('0');
	});

	it('limited may run three commands as root', async () => {
		expect((await as('limited', 'sudo -n sh -c "id --user"')).stdout).toBe('0');
		expect((await as('limited', 'sudo -n journalctl --lines=1 --quiet --output=cat _PID=1')).exitCode).toBe(
			0,
		);
		// It complains of nothing, least of all of a password, and ends when its input does.
		expect((await as('limited', 'sudo -n systemd-stdio-bridge')).stderr).toBe('');
		expect((await as('limited', 'sudo -n systemctl daemon-reload')).stderr).toContain(
			'a password is required',
		);
	});

	it.each(['deploy', 'limited', 'plain'])('%s reads no journal of the system without sudo', async (user) => {
		expect((await as(user, 'id --name --groups')).stdout).toBe(user);
		expect((await as(user, 'journalctl --lines=1 --quiet _PID=1')).stdout).toBe('');
	});

	it('fishy has another shell, and banner one that talks', async () => {
		expect((await as('fishy', 'echo $FISH_VERSION')).stdout).toMatch(/^3\./);
		expect((await as('banner', 'true')).stdout).toBe('Welcome, banner!');
	});

	it('a login has a systemd of the user', async () => {
		expect((await as('plain', 'systemctl --user is-system-running --wait')).stdout).toBe('running');
	});
});
