import { describe, expect, it } from 'vitest';
import { balancerLayout } from '../../../src/balancer/haproxy/layout.ts';
import { namedBackend, serverName } from '../../../src/balancer/haproxy/names.ts';
import { unitText } from '../../../src/balancer/haproxy/unit-file.ts';
import { instanceOf, stackUnit, templateType } from '../../../src/server/systemd/names.ts';

const HOME = { home: '/home/deploy', uid: 1000 };
const SHOP = { name: 'shop', environment: 'production' };

describe('where a balancer is', () => {
	it('is the system’s, or the user’s own', () => {
		expect(balancerLayout(SHOP, 'system', HOME)).toMatchObject({
			unitPath: '/etc/systemd/system/procdeck-lb.shop.production.service',
			configPath: '/etc/procdeck/lb.shop.production/haproxy.cfg',
			socket: '/run/procdeck/lb.shop.production/admin.sock',
		});
		expect(balancerLayout(SHOP, 'user', HOME)).toMatchObject({
			unitPath: '/home/deploy/.config/systemd/user/procdeck-lb.shop.production.service',
			configPath: '/home/deploy/.config/procdeck/lb.shop.production/haproxy.cfg',
			socket: '/run/user/1000/procdeck/lb.shop.production/admin.sock',
		});
	});

	it('has a socket that HAProxy can listen on, whatever the stack is called', () => {
		const long = { name: 'a'.repeat(60), environment: 'b'.repeat(60) };
		const { socket } = balancerLayout(long, 'user', { home: '/', uid: 1_000_000_000 });
		// HAProxy adds a pid and a word to it for a moment.
		expect(socket.length + '.4194304.tmp'.length).toBeLessThan(108);
		const other = balancerLayout({ ...long, environment: 'c'.repeat(60) }, 'user', HOME);
		expect(other.socket).not.toBe(balancerLayout(long, 'user', HOME).socket);
	});

	it('is no instance, template or target of the stack', () => {
		const { unit } = balancerLayout(SHOP, 'system', HOME);
		const prefix = stackUnit(SHOP);
		expect([instanceOf(prefix, unit), templateType(prefix, unit)]).toEqual([null, null]);
		expect(unit.startsWith(prefix)).toBe(false);
	});
});

it('the unit of a user waits for nothing that only the system has', () => {
	const user = unitText(balancerLayout(SHOP, 'user', HOME), '/usr/sbin/haproxy');
	expect(user).toContain('WantedBy=default.target');
	expect(user).not.toContain('network-online');
	const system = unitText(balancerLayout(SHOP, 'system', HOME), '/usr/sbin/haproxy');
	expect(system).toContain(
		'ExecStart=/usr/sbin/haproxy -Ws -f /etc/procdeck/lb.shop.production/haproxy.cfg\n',
	);
});

describe('names of HAProxy’s servers', () => {
	it('tell the server and the instance', () => {
		const backend = { server: 'web-1_a', instance: 'web.12' };
		expect(namedBackend(serverName(backend))).toEqual(backend);
	});

	it.each(['mine', 'a.b', 'a.web.x', 'a.b.web.1', '.web.1'])('that are not ours are nothing: %s', (name) => {
		expect(namedBackend(name)).toBe(null);
	});
});
