import { describe, expect, it, onTestFinished } from 'vitest';
import type { Balancer } from '../../src/balancer/balancer.ts';
import type { Backend, BalancerConfiguration } from '../../src/model/balancer.ts';
import { BalancerWatch, type Upstream } from '../contract/balancer-app.ts';
import { ask } from '../contract/balancer-requests.ts';
import { certificate, servedSerial } from '../support/certificate.ts';
import { HttpLoad } from '../support/http-load.ts';
import { waitFor } from '../support/wait-for.ts';
import { fleetHost } from './fleet-host.ts';
import { type HaproxyApp, type HaproxyAppOptions, haproxyApp } from './haproxy-app.ts';
import { resetHost } from './reset-host.ts';
import { systemdApp } from './systemd-app.ts';

interface Running {
	readonly app: HaproxyApp;
	readonly balancer: Balancer;
	readonly watch: BalancerWatch;
	readonly upstreams: readonly Upstream[];
	readonly backends: readonly Backend[];
	readonly configuration: BalancerConfiguration;
}

async function add(balancer: Balancer, configuration: BalancerConfiguration): Promise<void> {
	await balancer.setup.write(await balancer.setup.plan(configuration), configuration);
}

async function watched(balancer: Balancer): Promise<BalancerWatch> {
	const watch = await BalancerWatch.of(balancer);
	onTestFinished(() => watch.stop());
	return watch;
}

/** A balancer with two healthy backends. */
async function running(options: HaproxyAppOptions = {}): Promise<Running> {
	const app = await haproxyApp(options);
	onTestFinished(() => resetHost(app.host));
	const upstreams = await Promise.all(['web.1', 'web.2'].map((name) => app.upstream('a', name)));
	const backends = upstreams.map(({ backend }) => backend);
	const configuration = app.configuration(upstreams);
	const balancer = await app.connect();
	await add(balancer, configuration);
	const watch = await watched(balancer);
	for (const backend of backends) await watch.untilState(backend, 'healthy');
	return { app, balancer, watch, upstreams, backends, configuration };
}

async function underLoad(app: HaproxyApp): Promise<HttpLoad> {
	const load = new HttpLoad({ url: `${app.url}/` });
	onTestFinished(async () => void (await load.stop()));
	await waitFor(() => load.result.answered > 50, 'answers');
	return load;
}

/** Everything that Procdeck has put on the host. */
function traces({ host }: HaproxyApp): Promise<string> {
	const folders = '/etc/systemd/system /etc/procdeck /run/procdeck /home/*/.config /run/user/*/procdeck';
	return host.run(`find ${folders} 2>/dev/null | grep procdeck || true`);
}

/** Every server that has backends here. */
const ALL = ['a', 'b'];

describe('whoever may', () => {
	it.each(['root', 'limited', 'fishy', 'banner'])('set it up and switch it: %s', async (user) => {
		const { app, balancer, backends, watch } = await running({ user });
		await balancer.setServing('a', false, { withinMs: null });
		await watch.untilState(backends[0]!, 'off');
		await balancer.setServing('a', true, { withinMs: null });
		await watch.untilState(backends[0]!, 'healthy');
		await balancer.setup.remove();
		expect(await traces(app)).toBe('');
	});

	it('is whom sudo asks for nothing; others are told why not, and see what is to be', async () => {
		const { app, configuration } = await running();
		const other = await app.connectAs('asks');
		await expect(other.setup.plan(configuration)).rejects.toMatchObject({
			code: 'refused',
			message: 'asks may not change system services, and sudo wants a password',
		});
		const { latest } = await watched(other);
		expect(latest).toMatchObject({ connection: 'unreachable', configuration });
		expect(latest.reason).toMatch(/sudo wants a password/);
	});

	it('is anybody in the scope of a user, on a port that is anybody’s', async () => {
		const { app, balancer, configuration } = await running({ user: 'plain', scope: 'user' });
		expect((await ask(`${app.url}/`)).status).toBe(200);
		expect(new Set((await app.host.run('ps -o user= -C haproxy')).split('\n'))).toEqual(new Set(['plain']));
		const low = { ...configuration, settings: { ...configuration.settings, port: 80 } };
		await expect(balancer.setup.plan(low)).rejects.toMatchObject({
			code: 'refused',
			message: 'plain may not listen on port 80 of jobs1',
			hint: expect.stringContaining('sysctl -w net.ipv4.ip_unprivileged_port_start=80'),
		});
		await app.host.reboot();
		await waitFor(async () => (await ask(`${app.url}/`)).status === 200, 'it to be back');
		await balancer.close();
		const again = await app.connect();
		await again.setup.remove();
		expect(await traces(app)).toBe('');
	});
});

describe('setup', () => {
	it('names who has the port', async () => {
		const app = await haproxyApp();
		onTestFinished(() => resetHost(app.host));
		await app.takePort();
		const balancer = await app.connect();
		await expect(balancer.setup.plan(app.configuration([]))).rejects.toMatchObject({
			code: 'refused',
			message: expect.stringMatching(/^port 8080 of jobs1 is taken by socat \(pid \d+\)$/),
		});
	});

	it('never puts in place what HAProxy does not take, and says it in its words', async () => {
		const { app, balancer, watch, configuration } = await running();
		const load = await underLoad(app);
		const before = await app.host.run(`cat ${app.layout.configPath}`);
		const settings = { ...configuration.settings, certificate: '/etc/no-such.pem' };
		await expect(add(balancer, { ...configuration, settings })).rejects.toMatchObject({
			code: 'refused',
			message: expect.stringMatching(/HAProxy does not take the configuration: .*\/etc\/no-such\.pem/),
		});
		expect(await app.host.run(`cat ${app.layout.configPath}`)).toBe(before);
		expect(await app.host.run(`ls ${app.layout.config}`)).toBe('haproxy.cfg');
		expect(watch.latest).toMatchObject({ connection: 'connected', configuration, drift: [] });
		expect((await load.stop()).failed).toEqual([]);
	});

	it('puts back what was there where HAProxy takes a configuration and cannot run with it', async () => {
		const { app, balancer, watch, configuration } = await running();
		const load = await underLoad(app);
		const settings = { ...configuration.settings, port: 8081 };
		const plan = await balancer.setup.plan({ ...configuration, settings });
		// Between the look at the port and the reload, as far as HAProxy goes: nobody listens, and yet it is taken.
		await app.host.run(
			`systemd-run --quiet --collect --unit=procdeck-binds python3 -c 'import socket, time
own = socket.socket(socket.AF_INET6); own.bind(("::", 8081)); time.sleep(1000)'`,
		);
		await waitFor(
			() => app.host.run('systemctl is-active procdeck-binds').then((state) => state === 'active'),
			'the port to be taken',
		);
		const error = await balancer.setup.write(plan, { ...configuration, settings }).catch((reason) => reason);
		expect(error).toMatchObject({ code: 'refused', message: expect.stringMatching(/cannot bind .*8081/) });
		await watch.until(({ configuration: now }) => now?.settings.port === 8080, 'the old one to be back');
		await waitFor(() => watch.latest.drift.length === 0, 'no drift');
		expect((await load.stop()).failed).toEqual([]);
	});

	it('leaves another HAProxy of the machine alone', async () => {
		const app = await haproxyApp();
		onTestFinished(() => resetHost(app.host));
		await app.host.run('systemctl start haproxy');
		onTestFinished(async () => void (await app.host.run('systemctl stop haproxy')));
		const other = () =>
			app.host.run('systemctl show haproxy -p MainPID,ActiveState,UnitFileState; md5sum /etc/haproxy/*.cfg');
		const before = await other();
		expect(before).toContain('ActiveState=active');
		const balancer = await app.connect();
		await add(balancer, app.configuration([]));
		await add(balancer, app.configuration([], { algorithm: 'roundrobin' }));
		expect(await other()).toBe(before);
		await balancer.setup.remove();
		expect(await other()).toBe(before);
		expect(await traces(app)).toBe('');
	});

	it('is nothing to what runs instances of the stack on the same server', async () => {
		const instances = await systemdApp(fleetHost('jobs1'), { Procfile: 'worker: /srv/fixtures/runs\n' });
		const client = await instances.connect();
		await client.start();
		const app = await haproxyApp({ stack: instances.source.stack });
		onTestFinished(() => resetHost(app.host));
		const balancer = await app.connect();
		await add(balancer, app.configuration([]));
		const { setup } = client.server;
		expect((await client.observation()).drift).toEqual([]);
		expect((await setup?.plan())?.items).toEqual([]);
		await client.apply({ verb: 'down' });
		const left = await setup?.remove({ verb: 'server remove', who: 'tester@here', changeId: 'change' });
		expect(left).toEqual([]);
		expect((await watched(balancer)).latest).toMatchObject({ connection: 'connected', drift: [] });
		await balancer.setup.remove();
		expect(await traces(app)).toBe('');
	});

	it('takes the names of servers as they are known there, and refuses those that are not', async () => {
		const app = await haproxyApp();
		onTestFinished(() => resetHost(app.host));
		const upstream = await app.upstream('a', 'web.1');
		const named = { ...upstream, backend: { ...upstream.backend, address: 'web1' } };
		const balancer = await app.connect();
		await add(balancer, app.configuration([]));
		await balancer.setBackends(ALL, [named.backend], { withinMs: null });
		await balancer.setServing('a', true, { withinMs: null });
		const watch = await watched(balancer);
		await watch.untilState(named.backend, 'healthy');
		expect(watch.latest).toMatchObject({ drift: [], configuration: { backends: [{ address: 'web1' }] } });
		expect((await balancer.setup.plan(app.configuration([named]))).items).toEqual([]);
		const unknown = { ...named.backend, address: 'no-such-host.invalid' };
		await expect(balancer.setBackends(ALL, [unknown], { withinMs: null })).rejects.toMatchObject({
			code: 'refused',
			message: expect.stringContaining('no-such-host.invalid'),
		});
		expect(watch.latest.backends).toHaveLength(1);
	});

	it('does only what was shown', async () => {
		const { app, balancer, configuration } = await running();
		const other = { ...configuration, settings: { ...configuration.settings, sticky: true } };
		const plan = await balancer.setup.plan(other);
		await app.host.run(`echo '# mine' >>${app.layout.unitPath}`);
		await expect(balancer.setup.write(plan, other)).rejects.toMatchObject({ code: 'conflict' });
	});

	it('serves HTTPS with a certificate', async () => {
		const app = await haproxyApp();
		onTestFinished(() => resetHost(app.host));
		await app.host.run('umask 077; cat >/etc/shop.pem', await certificate());
		const upstream = await app.upstream('a', 'web.1');
		const balancer = await app.connect();
		await add(balancer, app.configuration([upstream], { certificate: '/etc/shop.pem' }));
		const headers = await waitFor(
			() => app.host.run('curl --silent --fail --insecure https://127.0.0.1:8080/headers'),
			'an answer',
		);
		expect(JSON.parse(headers)).toMatchObject({ 'x-forwarded-proto': 'https' });
		const served = () => servedSerial(app.host.address, 8080);
		const before = await served();
		const watch = await watched(balancer);
		// HAProxy says in which second it began, and no more.
		const second = () => app.host.run('date +%s');
		const now = await second();
		await waitFor(async () => (await second()) !== now, 'the next second');
		await app.host.run('umask 077; cat >/etc/shop.pem', await certificate());
		await watch.until(({ drift }) => /certificate was renewed/.test(drift.join()), 'the renewal');
		expect(await served()).toBe(before);
		await balancer.mend();
		await watch.until(({ drift }) => drift.length === 0, 'no drift');
		expect(await served()).not.toBe(before);
	});
});

describe('sticky', () => {
	it('is also what has come while it ran, before and after a reload', async () => {
		const app = await haproxyApp();
		onTestFinished(() => resetHost(app.host));
		const upstreams = await Promise.all(['web.1', 'web.2'].map((name) => app.upstream('a', name)));
		const backends = upstreams.map(({ backend }) => backend);
		const balancer = await app.connect();
		await add(balancer, app.configuration(upstreams.slice(0, 1), { sticky: true, algorithm: 'roundrobin' }));
		await balancer.setBackends(ALL, backends, { withinMs: null });
		const watch = await watched(balancer);
		await watch.untilState(backends[1]!, 'healthy');
		const answer = await waitFor(async () => {
			const each = await ask(`${app.url}/`);
			return each.instance === 'web.2@a' && each;
		}, 'the new one to answer');
		const cookie = String(answer.headers['set-cookie']).split(';')[0]!;
		const instances = async () => {
			const answers = [1, 2, 3, 4].map(() => ask(`${app.url}/`, { headers: { cookie } }));
			return new Set((await Promise.all(answers)).map(({ instance }) => instance));
		};
		expect(await instances()).toEqual(new Set(['web.2@a']));
		await app.host.run(`systemctl reload ${app.layout.unit}`);
		await watch.untilState(backends[1]!, 'healthy');
		expect(await instances()).toEqual(new Set(['web.2@a']));
	});
});

describe('somebody else', () => {
	it.each(['reload', 'restart'])('may %s it: what is wanted comes back', async (verb) => {
		const { app, balancer, watch, backends } = await running();
		const added = await app.upstream('b', 'web.1');
		await balancer.setBackends(ALL, [...backends, added.backend], { withinMs: null });
		await watch.untilState(added.backend, 'off');
		await app.host.run(`systemctl ${verb} ${app.layout.unit}`);
		await watch.until(({ connection }) => connection === 'connected', 'the connection');
		for (const backend of backends) await watch.untilState(backend, 'healthy');
		await watch.untilState(added.backend, 'off');
		expect(watch.latest.drift).toEqual([]);
	});

	it('may reload it under load without a failed request', async () => {
		const { app } = await running();
		const load = await underLoad(app);
		for (let round = 0; round < 3; round += 1) {
			await app.host.run(`systemctl reload ${app.layout.unit}`);
			const enough = load.result.answered + 100;
			await waitFor(() => load.result.answered > enough, 'answers');
		}
		expect((await load.stop()).failed).toEqual([]);
	});

	it('may edit its configuration and reload it: that is told, and taken back by the repair', async () => {
		const { app, balancer, watch, configuration } = await running();
		const load = await underLoad(app);
		const text = await app.host.run(`cat ${app.layout.configPath}`);
		await app.host.run(`sed -i 's/timeout server 5m/timeout server 7s/' ${app.layout.configPath}
			systemctl reload ${app.layout.unit}`);
		await watch.until(
			({ drift }) => drift.includes('its configuration was changed by hand'),
			'the drift to be told',
		);
		expect(watch.latest.configuration).toEqual(configuration);
		await balancer.mend();
		await watch.until(({ drift }) => drift.length === 0, 'no drift');
		expect(await app.host.run(`cat ${app.layout.configPath}`)).toBe(text);
		expect((await load.stop()).failed).toEqual([]);
	});

	it('may break its configuration: the one before says what it was', async () => {
		const { app, balancer, watch, configuration } = await running();
		await balancer.setServing('b', false, { withinMs: null });
		await app.host.run(`echo broken >${app.layout.configPath}`);
		await watch.until(({ drift }) => drift.length > 0, 'the drift to be told');
		await balancer.mend();
		await watch.until(({ drift }) => drift.length === 0, 'no drift');
		expect(watch.latest.configuration?.backends).toEqual(configuration.backends);
	});

	it('may stop it or edit its unit: that is told, and repaired', async () => {
		const { app, balancer, watch, backends } = await running();
		await app.host.run(`sed -i s/RestartSec=100ms/RestartSec=7/ ${app.layout.unitPath}
			systemctl daemon-reload; systemctl disable --now ${app.layout.unit}`);
		await watch.until(({ connection }) => connection === 'stopped', 'it to be told');
		expect(watch.latest.reason).toMatch(/its unit is inactive/);
		expect(watch.latest.drift).toEqual(['its unit was changed by hand']);
		await expect(balancer.setServing('a', false, { withinMs: null })).rejects.toMatchObject({
			code: 'refused',
			message: expect.stringContaining('does not answer'),
		});
		expect(watch.latest.configuration?.serving).toEqual({ a: true });
		await balancer.mend();
		for (const backend of backends) await watch.untilState(backend, 'healthy');
		expect(watch.latest).toMatchObject({ connection: 'connected', drift: [] });
		expect(await app.host.run(`systemctl is-enabled ${app.layout.unit}`)).toBe('enabled');
	});

	it('may take its socket away: that is told, and repaired', async () => {
		const { app, balancer, watch } = await running();
		await app.host.run(`rm ${app.layout.socket}`);
		await watch.until(({ connection }) => connection === 'unreachable', 'it to be told');
		expect(watch.latest.reason).toMatch(/socket cannot be used: No such file/);
		await balancer.mend();
		await watch.until(({ connection }) => connection === 'connected', 'the connection');
		expect((await ask(`${app.url}/`)).status).toBe(200);
	});

	it('may give it servers of his own: they are told, and taken out again', async () => {
		const { app, balancer, watch, configuration } = await running();
		await app.tell('add server procdeck/mine 127.0.0.1:9;enable server procdeck/mine');
		await watch.until(
			({ drift }) => drift.includes('mine is in HAProxy, but not in its configuration'),
			'the drift to be told',
		);
		await balancer.mend();
		await watch.until(({ drift }) => drift.length === 0, 'no drift');
		expect(watch.latest.backends).toHaveLength(configuration.backends.length);
	});
});

describe('the machine', () => {
	it('that is booted again has what was wanted', async () => {
		const { app, balancer, watch, backends } = await running();
		await balancer.setBackends(ALL, [backends[0]!, { ...backends[1]!, server: 'b' }], { withinMs: null });
		await app.host.reboot();
		await watch.untilState(backends[0]!, 'healthy');
		await watch.untilState({ ...backends[1]!, server: 'b' }, 'off');
		expect((await ask(`${app.url}/`)).instance).toBe('web.1@a');
	});

	it('that cannot be reached is told with what was known; changes are refused', async () => {
		const { app, balancer, watch, backends } = await running();
		await app.host.cut();
		await watch.until(({ connection }) => connection === 'unreachable', 'it to be told');
		expect(watch.latest.backends).toHaveLength(2);
		await app.host.heal();
		await watch.untilState(backends[0]!, 'healthy');
		await watch.until(({ connection }) => connection === 'connected', 'the connection');
		await balancer.setServing('a', false, { withinMs: null });
	});

	it('gets HAProxy by its package manager, whose own service stays off', async () => {
		const app = await haproxyApp();
		await app.host.run(LOCAL_REPOSITORY);
		onTestFinished(async () => {
			await app.host.run('command -v haproxy >/dev/null || dpkg -i /srv/repository/haproxy.deb');
			await app.host.run(`rm -f /etc/apt/sources.list.d/here.list
				mv /etc/apt/sources.list.kept /etc/apt/sources.list; systemctl disable --quiet --now haproxy`);
			await resetHost(app.host);
		});
		const upstream = await app.upstream('a', 'web.1');
		const balancer = await app.connect();
		const configuration = app.configuration([upstream]);
		const plan = await balancer.setup.plan(configuration);
		expect(plan.items[0]?.what).toBe(
			'haproxy must be installed: apt-get install --yes --no-install-recommends haproxy',
		);
		await balancer.setup.write(plan, configuration);
		const watch = await watched(balancer);
		await watch.untilState(upstream.backend, 'healthy');
		expect((await ask(`${app.url}/`)).instance).toBe('web.1@a');
		expect(
			await app.host.run('systemctl is-active haproxy || true; systemctl is-enabled haproxy || true'),
		).toBe('inactive\ndisabled');
		expect((await balancer.setup.plan(configuration)).items).toEqual([]);
	});
});

/** Makes a package of the HAProxy that is installed, which can be had from a folder, and removes that HAProxy. */
const LOCAL_REPOSITORY = `
mkdir -p /srv/repository/tree/DEBIAN && cd /srv/repository
dpkg -L haproxy | while read -r path; do if [ -f "$path" ]; then echo "$path"; fi; done >files
tar -cf - -T files 2>/dev/null | tar -xf - -C tree
for script in preinst postinst prerm postrm; do
	if [ -f /var/lib/dpkg/info/haproxy.$script ]; then cp /var/lib/dpkg/info/haproxy.$script tree/DEBIAN/$script; fi
done
dpkg -s haproxy | sed '/^Status:/d; /^Conffiles:/,/^[^ ]/{/^Conffiles:/d; /^ /d}' >tree/DEBIAN/control
dpkg-deb --build tree haproxy.deb >/dev/null
{ cat tree/DEBIAN/control; echo "Filename: ./haproxy.deb"; echo "Size: $(stat -c %s haproxy.deb)"
echo "SHA256: $(sha256sum haproxy.deb | cut -d ' ' -f 1)"; echo; } >Packages
dpkg --purge haproxy >/dev/null 2>&1
echo 'deb [trusted=yes] file:/srv/repository ./' >/etc/apt/sources.list.d/here.list
mv /etc/apt/sources.list /etc/apt/sources.list.kept
`;
