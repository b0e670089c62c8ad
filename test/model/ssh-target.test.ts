import { describe, expect, it } from 'vitest';
import { parseSshTarget, sshTargetText } from '../../src/model/ssh-target.ts';

describe('where a server is', () => {
	it.each([
		['web1', { host: 'web1', user: null, port: null }],
		['deploy@203.0.113.5', { host: '203.0.113.5', user: 'deploy', port: null }],
		['deploy@web1.example.com:2222', { host: 'web1.example.com', user: 'deploy', port: 2222 }],
		['[2001:db8::5]:2222', { host: '2001:db8::5', user: null, port: 2222 }],
		['root@[2001:db8::5]', { host: '2001:db8::5', user: 'root', port: null }],
		['2001:db8::5', { host: '2001:db8::5', user: null, port: null }],
	])('%s', (text, target) => {
		expect(parseSshTarget(text)).toEqual(target);
		expect(parseSshTarget(sshTargetText(target))).toEqual(target);
	});

	it.each([
		'',
		'@',
		'deploy@',
		'web1:',
		'web1:ssh',
		'web1:0',
		'web1:65536',
		'-oProxyCommand=x',
		'-x@web1',
		'a b',
		'web1\n',
		'a@b@c',
	])('%j is none', (text) => {
		expect(() => parseSshTarget(text)).toThrow(/is no address of a server/);
	});
});
