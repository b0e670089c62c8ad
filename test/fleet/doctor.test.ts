import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { type TempStack, tempStack } from '../support/temp-stack.ts';
import { waitFor } from '../support/wait-for.ts';
import { fleetHost, sharedFleet } from './fleet-host.ts';
import { resetHost } from './reset-host.ts';

const web1 = () => fleetHost('web1');
const UNIT = 'procdeck.shop.production';

afterEach(async () => {
	await web1().run('umount /srv/shop 2>/dev/null || true');
	await resetHost(web1());
});

interface FindingJson {
	readonly check: string;
	readonly ok: boolean;
	readonly severity: 'fatal' | 'error' | 'warning' | 'fine';
	readonly message: string;
	readonly fix: string | null;
	readonly fixed?: boolean;
}

interface Shop {
	/** After `stack`, `environment` and the server, whose options are `as`. */
	readonly settings?: string;
	readonly as?: string;
	readonly procfile?: string;
	readonly files?: Readonly<Record<string, string>>;
}

/** An app on web1, with something in the folder of its code. */
async function shop({
	settings = '',
	as = 'user: deploy',
	procfile,
	files = {},
}: Shop = {}): Promise<TempStack> {
	await web1().run('install -d -o deploy /srv/shop; touch /srv/shop/app');
	const head = 'stack: shop\nenvironment: production\n';
	const stackFile = `${head}servers:\n  web1: { host: web1, ${as} }\n${settings}`;
	const all = { Procfile: procfile ?? 'web: sleep 1000\nworker: sleep 1000\n', 'procdeck.yml': stackFile };
	return tempStack({ ...all, ...files }, { PATH: `${sharedFleet().binFolder}:${process.env.PATH}` });
}

/** What the doctor finds that is not fine. */
async function failing(stack: TempStack, ...flags: string[]): Promise<FindingJson[]> {
	const { exitCode, json } = await stack.procdeck('doctor', 'web1', '--json', ...flags);
	const { findings } = json<{ findings: FindingJson[] }>();
	expect(exitCode).toBe(findings.every(({ ok }) => ok) ? 0 : 1);
	return findings.filter(({ severity }) => severity !== 'fine');
}

/** What was mended, once all that is left is fine. */
async function fixed(stack: TempStack): Promise<string[]> {
	const { exitCode, stderr, json } = await stack.procdeck('doctor', '--fix', '--yes', '--json');
	const { findings } = json<{ findings: FindingJson[] }>();
	expect(findings.filter(({ severity }) => severity !== 'fine')).toEqual([]);
	expect(stderr).not.toContain('cannot');
	expect(exitCode).toBe(0);
	return findings.filter((finding) => finding.fixed).map(({ check }) => check);
}

async function found(stack: TempStack, check: string): Promise<FindingJson | undefined> {
	const { json } = await stack.procdeck('doctor', 'web1', '--json');
	return json<{ findings: FindingJson[] }>().findings.find((finding) => finding.check === check);
}

describe('the doctor finds', () => {
	it('a file system without inodes', async () => {
		const stack = await shop();
		await web1().run('mount -t tmpfs -o nr_inodes=20 tmpfs /srv/shop; touch /srv/shop/app');
		expect(await failing(stack)).toEqual([]);
		await web1().run('for number in $(seq 30); do touch /srv/shop/$number 2>/dev/null || true; done');
		expect(await failing(stack)).toMatchObject([
			{ check: 'inodes', severity: 'fatal', message: '/srv/shop: 0 % of the inodes are free' },
		]);
		await web1().run('umount /srv/shop');
		expect(await failing(stack)).toEqual([]);
	});

	it('commands that are not there, for the user who runs them and where that one looks', async () => {
		const stack = await shop({
			settings: 'user: plain\n',
			procfile:
				'web: bundle exec puma\nworker: ./work --fast\nmail: X=1 exec mailer\ntee: node a.js | tee b\n',
			files: { '.env': 'PATH=/opt/mail:/usr/local/bin:/usr/bin:/bin\n' },
		});
		await web1().run(`mkdir -p /opt/mail; install -m 700 /bin/true /opt/mail/mailer
			install -m 755 /bin/true /srv/shop/work`);
		onTestFinished(async () => void (await web1().run('rm -r /opt/mail')));
		expect(await failing(stack)).toMatchObject([
			{ check: 'commands', message: 'not there: web needs bundle; mail needs mailer' },
		]);
		await web1().run('chmod 755 /opt/mail/mailer; chmod -x /srv/shop/work');
		expect(await failing(stack)).toMatchObject([
			{ check: 'commands', message: 'not there: web needs bundle; worker needs ./work' },
		]);
		await web1().run('cp /bin/true /opt/mail/bundle; chmod +x /srv/shop/work');
		expect(await failing(stack)).toEqual([]);
	});

	it('variables that nobody sets there', async () => {
		const stack = await shop({
			procfile: 'web: sleep $PORT $HOME $LOGNAME $PROCDECK_SERVER\nworker: sleep $NAPS\n',
		});
		expect(await failing(stack)).toMatchObject([
			{ check: 'variables', ok: true, message: 'nobody sets what commands use: worker uses $NAPS' },
		]);
	});

	it('a formation beyond the memory', async () => {
		const stack = await shop({ settings: 'processes:\n  worker: { memory_max: 9000G }\n' });
		await stack.change('scale', 'worker=1', '--server', 'web1');
		expect(await failing(stack)).toMatchObject([
			{ check: 'memory', severity: 'warning', message: expect.stringContaining('may take 9000.0 GiB') },
		]);
		await stack.change('stop', 'worker', '--server', 'web1');
		expect(await failing(stack)).toMatchObject([
			{ check: 'memory', severity: 'error', message: expect.stringContaining('instances take 9000.0 GiB') },
		]);
		await stack.change('scale', 'worker=0', '--server', 'web1');
		expect(await failing(stack)).toEqual([]);
	});

	it('the memory of what runs', async () => {
		const stack = await shop({ procfile: `web: node -e 'setInterval(() => {}, 1000)'\n` });
		await stack.change('scale', 'web=2', '--server', 'web1');
		const { message = '' } = (await found(stack, 'memory')) ?? {};
		const [, megabytes] = /the wanted instances take (\d+) MiB/.exec(message) ?? [];
		expect(Number(megabytes)).toBeGreaterThan(50);
	});

	it('what a reboot starts', async () => {
		const stack = await shop({ procfile: 'web: sleep 1000\nworker: sleep 1000\nmail: sleep 1000\n' });
		expect((await found(stack, 'boot'))?.message).toBe('nothing: the stack was never started there');
		await stack.change('scale', 'web=2', 'worker=1', 'mail=1', '--server', 'web1');
		await stack.change('pause', 'mail', '--server', 'web1');
		await stack.change('stop', 'worker', '--server', 'web1');
		expect((await found(stack, 'boot'))?.message).toBe(
			'a reboot starts web.1, web.2, worker.1; not: mail (paused)',
		);
		await web1().reboot();
		await waitFor(async () => {
			const { connection, processes } = await stack.server('web1');
			const running = processes.flatMap(({ instances }) =>
				instances.filter(({ state }) => state === 'running').map(({ name }) => name),
			);
			return connection === 'connected' && running.join(', ') === 'web.1, web.2, worker.1';
		}, 'just these to run');
		await stack.change('down', '--server', 'web1');
		expect((await found(stack, 'boot'))?.message).toBe('nothing: the stack is down');
	});
});

describe('--fix mends', () => {
	it('a user and a folder that are missing, after showing it', async () => {
		const stack = await shop({ settings: 'user: newcomer\n' });
		await web1().run('rm -r /srv/shop');
		onTestFinished(async () => void (await web1().run('userdel --remove newcomer 2>/dev/null || true')));
		const asked = await stack.procdeck('doctor', '--fix');
		expect(asked.exitCode).toBe(2);
		expect(asked.stderr).toContain('create the system user newcomer');
		expect(asked.stderr).toContain('run user: there is no user newcomer, whom instances are to run as');
		expect(asked.stderr).toContain('Do that on web1?');
		expect(await web1().run('id newcomer 2>&1 || true')).toContain('no such user');

		const terminal = stack.open(['doctor', '--fix'], { rows: 40, columns: 140 });
		await terminal.waitForText('Do that on web1? [y/N]');
		terminal.press('n', 'Enter');
		expect(await terminal.exited()).toBe(1);
		expect(terminal.screen()).toContain('nothing was changed');

		const { exitCode, json } = await stack.procdeck('doctor', '--fix', '--yes', '--json');
		const { findings } = json<{ findings: FindingJson[] }>();
		expect(findings.filter((finding) => finding.fixed)).toMatchObject([
			{ check: 'code', severity: 'warning', message: 'nothing is in /srv/shop' },
			{ check: 'run user', severity: 'fine' },
		]);
		expect(exitCode).toBe(0);
		expect(await web1().run('stat --format=%U /srv/shop')).toBe('newcomer');
		const { history } = (await stack.procdeck('history', '--json')).json<{
			history: readonly { verb: string; reason?: string }[];
		}>();
		expect(history.filter(({ verb }) => verb === 'doctor --fix').map(({ reason }) => reason)).toEqual([
			'create the system user newcomer',
			"make the folder /srv/shop, which is newcomer's",
		]);
	});

	it('drift, and shows what is written', async () => {
		const stack = await shop();
		await stack.change('sync', '--yes');
		await web1().run(`echo '# mine' >>/etc/systemd/system/${UNIT}.web@.service`);
		const { stderr } = await stack.procdeck('doctor', '--fix');
		expect(stderr).toContain('web: its unit was changed by hand');
		expect(stderr).toContain(`/etc/systemd/system/${UNIT}.web@.service`);
		expect(await fixed(stack)).toEqual(['drift']);
		expect(await fixed(stack)).toEqual([]);
	});

	it('a target that somebody took from the boot', async () => {
		const stack = await shop();
		await stack.change('scale', 'web=1', '--server', 'web1');
		await web1().run(`systemctl disable ${UNIT}.target`);
		expect(await failing(stack)).toMatchObject([
			{ check: 'boot', message: expect.stringContaining('with that it starts web.1') },
		]);
		expect(await fixed(stack)).toEqual(['boot']);
		expect(await web1().run(`systemctl is-enabled ${UNIT}.target`)).toBe('enabled');
		expect((await found(stack, 'boot'))?.message).toBe('a reboot starts web.1');
	});

	it('a journal that a reboot would take', async () => {
		const stack = await shop();
		await web1().run('mv /var/log/journal /var/log/journal.kept; systemctl restart systemd-journald');
		onTestFinished(async () => {
			await web1().run(`rm -rf /etc/systemd/journald.conf.d/99-procdeck.conf /var/log/journal
				mv /var/log/journal.kept /var/log/journal; systemctl restart systemd-journald`);
		});
		expect(await failing(stack)).toMatchObject([{ check: 'journal storage', ok: true }]);
		expect(await fixed(stack)).toEqual(['journal storage']);
	});

	it('a user who may not read the journal', async () => {
		const stack = await shop({ as: 'user: plain' });
		const file = '/etc/sudoers.d/set-by-test';
		await web1().run(
			`umask 227; cat >${file}`,
			'plain ALL = (root) NOPASSWD: /usr/bin/systemd-stdio-bridge, /bin/sh\n',
		);
		onTestFinished(async () => void (await web1().run(`rm ${file}; gpasswd -d plain systemd-journal`)));
		expect(await failing(stack)).toMatchObject([{ check: 'journal', severity: 'error' }]);
		expect(await fixed(stack)).toEqual(['journal']);
	});

	it('a user who does not linger', async () => {
		const stack = await shop({ as: 'user: deploy, scope: user' });
		expect((await failing(stack)).map(({ check }) => check)).toContain('lingering');
		expect(await fixed(stack)).toContain('lingering');
		await stack.change('scale', 'web=1', '--server', 'web1');
		expect((await found(stack, 'boot'))?.message).toBe('a reboot starts web.1');
		await web1().run('loginctl disable-linger deploy');
		expect((await failing(stack)).map(({ check }) => check)).toContain('boot');
	});

	it('a clock that is off, where something can set it', async () => {
		const stack = await shop();
		// The clock of the host is that of this machine: only what tells it can be wrong.
		await web1().run(`printf '#!/bin/sh\\nexec /bin/date --date="+1 hour" "$@"\\n' >/usr/local/bin/date
			chmod 755 /usr/local/bin/date`);
		onTestFinished(async () => {
			await web1().run(`rm -rf /usr/local/bin/date /etc/systemd/ntp-units.d
				systemctl disable --now set-by-test.service 2>/dev/null
				rm -f /etc/systemd/system/set-by-test.service; systemctl daemon-reload; systemctl stop systemd-timedated`);
		});
		const [left] = await failing(stack, '--fix', '--yes');
		expect(left).toMatchObject({
			check: 'clock',
			fixed: false,
			message: expect.stringMatching(/^it is 3\d{3} s ahead/),
		});
		const unit = '[Service]\\nType=oneshot\\nRemainAfterExit=yes\\nExecStart=/bin/rm /usr/local/bin/date\\n';
		await web1().run(`mkdir -p /etc/systemd/ntp-units.d; echo set-by-test.service >/etc/systemd/ntp-units.d/0.list
			printf '${unit}[Install]\\nWantedBy=multi-user.target\\n' >/etc/systemd/system/set-by-test.service
			systemctl daemon-reload; systemctl stop systemd-timedated`);
		await stack.procdeck('doctor', '--fix', '--yes');
		await waitFor(async () => (await failing(stack)).length === 0, 'the clock to be set');
	});

	it('a load balancer that was stopped, taken from the boot and broken', async () => {
		const stack = await shop({ procfile: 'web: /srv/fixtures/listens.js\n' });
		await stack.change('scale', 'web=1', '--server', 'web1');
		await stack.change('lb', 'add', 'web1', '--port', '8090', '--yes');
		onTestFinished(async () => void (await stack.procdeck('lb', 'remove', '--yes')));
		await waitFor(async () => (await failing(stack)).length === 0, 'web to be healthy');
		const unit = 'procdeck-lb.shop.production.service';
		await web1().run(
			`systemctl disable --now ${unit}; echo nonsense >>/etc/procdeck/lb.shop.production/haproxy.cfg`,
		);
		expect((await failing(stack)).map(({ check }) => check)).toEqual([
			'load balancer',
			'load balancer file',
			'load balancer drift',
		]);
		const { json } = await stack.procdeck('doctor', '--fix', '--yes', '--json');
		const mended = json<{ findings: FindingJson[] }>().findings.filter((finding) => finding.fixed);
		expect(mended.map(({ check }) => check)).toEqual(
			expect.arrayContaining(['load balancer', 'load balancer file', 'load balancer drift']),
		);
		await waitFor(async () => (await failing(stack)).length === 0, 'web to be healthy again');
		expect(await web1().run(`systemctl is-enabled ${unit}`)).toBe('enabled');
	});

	it('nothing where there is nothing, and no stranger', async () => {
		const stack = await shop({ procfile: 'web: /srv/fixtures/listens.js\n' });
		await web1().run('systemd-run --quiet --unit=stranger socat TCP-LISTEN:5000,fork,reuseaddr PIPE');
		onTestFinished(async () => void (await web1().run('systemctl stop stranger')));
		await waitFor(async () => (await failing(stack)).length > 0, 'the stranger to listen');
		const { exitCode, stderr } = await stack.procdeck('doctor', '--fix');
		expect(exitCode).toBe(1);
		expect(stderr).toContain('--fix can mend nothing of it');
		expect(await web1().run('systemctl is-active stranger')).toBe('active');
	});
});
