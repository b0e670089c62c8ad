import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
	configurationText,
	readConfiguration,
	type Written,
} from '../../../src/balancer/haproxy/configuration-text.ts';

const WRITTEN: Written = {
	configuration: {
		settings: {
			port: 80,
			healthCheck: '/up',
			algorithm: 'leastconn',
			sticky: false,
			drainTimeoutMs: 30_000,
			certificate: null,
		},
		serving: { web1: true, web2: false },
		backends: [
			{ server: 'web1', instance: 'web.1', address: '10.0.0.1', port: 5000 },
			{ server: 'web2', instance: 'web.1', address: 'fd00::2', port: 5000 },
			{ server: 'web3', instance: 'web.1', address: 'web3.internal', port: 5000 },
		],
	},
	machine: {
		socket: '/run/procdeck/lb.shop.production/admin.sock',
		user: 'haproxy',
		hasIpv6: true,
		addresses: { 'web3.internal': '10.0.0.3' },
	},
};

function withSettings(settings: Partial<Written['configuration']['settings']>): string {
	const { configuration } = WRITTEN;
	return configurationText({
		...WRITTEN,
		configuration: { ...configuration, settings: { ...configuration.settings, ...settings } },
	});
}

describe('the configuration of HAProxy', () => {
	it('has a server for each backend, and those of servers that are not On are disabled', () => {
		const servers = configurationText(WRITTEN).match(/^\tserver .*$/gm);
		expect(servers).toEqual([
			'\tserver web1.web.1 10.0.0.1:5000',
			"\tserver web2.web.1 '[fd00::2]:5000' disabled",
			'\tserver web3.web.1 10.0.0.3:5000 disabled',
		]);
	});

	it('listens as it is told', () => {
		expect(configurationText(WRITTEN)).toContain('\tbind :::80 v4v6\n');
		expect(withSettings({ certificate: '/etc/tls/my site.pem', port: 443 })).toContain(
			"\tbind :::443 v4v6 ssl crt '/etc/tls/my site.pem' alpn h2,http/1.1\n",
		);
		const old = configurationText({ ...WRITTEN, machine: { ...WRITTEN.machine, hasIpv6: false } });
		expect(old).toContain('\tbind *:80\n');
	});

	it.each([
		['sticky', { sticky: true }],
		['algorithm', { algorithm: 'source' }],
		['health check', { healthCheck: '/health' }],
		['port', { port: 8080 }],
	] as const)('tells of itself that its settings are other ones: %s', (_, settings) => {
		const mark = (text: string) => /^\tdescription (.*)$/m.exec(text)?.[1];
		expect(mark(withSettings(settings))).not.toBe(mark(configurationText(WRITTEN)));
		expect(mark(withSettings({}))).toBe(mark(configurationText(WRITTEN)));
	});

	it('refuses what would be lines of its own', () => {
		expect(() => withSettings({ healthCheck: '/\n\tstats enable' })).toThrow('control characters');
	});
});

describe('reading it', () => {
	it('gives back what was written', () => {
		expect(readConfiguration(configurationText(WRITTEN))).toEqual({ ...WRITTEN, isIntact: true });
	});

	it.each([
		['a line is changed', (text: string) => text.replace('retries 3', 'retries 4')],
		['a server is added', (text: string) => `${text}\tserver mine 10.0.0.9:80\n`],
		['what it means is changed', (text: string) => text.replace('"web2":false', '"web2":true')],
		['the mark is gone', (text: string) => text.replace(/^# procdeck-digest .*$/m, '#')],
	])('sees that %s', (_, edit) => {
		const edited = edit(configurationText(WRITTEN));
		expect(edited).not.toBe(configurationText(WRITTEN));
		expect(readConfiguration(edited)?.isIntact).toBe(false);
	});

	it.each([
		['nothing', ''],
		['the configuration of somebody else', 'global\n\tdaemon\n'],
		['what it means cut short', configurationText(WRITTEN).replace(/^(# procdeck \{.*)\}$/m, '$1')],
		['a value of another type', configurationText(WRITTEN).replace('"port":80,', '"port":"80",')],
	])('gives nothing for %s', (_, text) => {
		expect(readConfiguration(text)).toBe(null);
	});

	it('never throws', () => {
		fc.assert(
			fc.property(fc.string(), fc.json(), (text, json) => {
				readConfiguration(text);
				readConfiguration(`#\n#\n# procdeck ${json}\n`);
			}),
		);
	});

	it('gives back any backend', () => {
		const name = fc.stringMatching(/^[A-Za-z0-9_-]{1,20}$/);
		const backend = fc.record({
			server: name,
			instance: name.map((type) => `${type}.1`),
			address: fc.oneof(fc.ipV4(), fc.ipV6(), fc.domain()),
			port: fc.integer({ min: 1, max: 65_535 }),
		});
		fc.assert(
			fc.property(fc.array(backend), (backends) => {
				const written = { ...WRITTEN, configuration: { ...WRITTEN.configuration, backends } };
				expect(readConfiguration(configurationText(written))).toEqual({ ...written, isIntact: true });
			}),
		);
	});
});
