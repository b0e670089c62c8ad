import { describe, expect, it } from 'vitest';
import { fleetHost } from './fleet-host.ts';
import { resetHost } from './reset-host.ts';

/** A service that comes back, and takes its time to stop. */
const UNIT = `[Service]
ExecStart=sleep 600
ExecStop=sleep 30
Restart=always
RestartSec=0
[Install]
WantedBy=procdeck.shop.test.target
`;

describe('resetting a host', () => {
	it('takes all of Procdeck away, in the system and of a user', async () => {
		const host = fleetHost('jobs1');
		await resetHost(host);
		const what = [
			"systemctl list-units --all --plain --no-legend 'procdeck*'",
			"find / -xdev -name '*procdeck*'",
			'ls /srv /var/lib/systemd/linger',
			'pgrep -u plain || true',
			'systemctl --failed --plain --no-legend',
		].join(';');
		const fresh = await host.run(what);

		const unit = 'procdeck.shop.test.worker@.service';
		await host.run(`cat >/etc/systemd/system/${unit}; mkdir /etc/procdeck /srv/shop`, UNIT);
		await host.run('echo "[Unit]" >/etc/systemd/system/procdeck.shop.test.target');
		await host.run(
			'systemctl enable --now procdeck.shop.test.worker@1; systemd-run --unit=procdeck.x.y.z false',
		);
		await host.run('loginctl enable-linger plain');
		const folder = '.config/systemd/user';
		const userUnit = `mkdir -p ${folder} && cat >${folder}/${unit} && systemctl --user enable --now procdeck.shop.test.worker@1`;
		expect(await host.ssh('plain', userUnit, UNIT)).toMatchObject({ exitCode: 0 });
		expect(await host.run('pgrep -c -x -f "sleep 600"')).toBe('2');

		await resetHost(host);
		expect(await host.run(what)).toBe(fresh);
		expect(await host.run('pgrep -c -x -f "sleep 600" || true')).toBe('0');
	});

	it('boots a host that is off, and gives it its network back', async () => {
		const host = fleetHost('jobs1');
		await host.cut();
		await host.powerOff();
		await resetHost(host);
		expect((await host.ssh('root', 'hostname')).stdout).toBe('jobs1');
	});
});
