import { describe, expect, it } from 'vitest';
import { freeSubnets, linkOf } from './subnet.ts';

describe('the network of a fleet', () => {
	it('is one that no route leads into', () => {
		const routes = [
			'default',
			'192.0.2.0/24',
			'198.19.1.0/24',
			'198.19.2.128/25',
			'198.19.3.7',
			'198.19.5.0/24',
		];
		expect(freeSubnets(routes).slice(0, 2)).toEqual(['198.19.4', '198.19.6']);
	});

	it('is of another range where a wider route leads into all of one', () => {
		expect(freeSubnets(['198.18.0.0/15'])[0]).toBe('10.213.1');
		expect(freeSubnets(['198.18.0.0/15', '10.0.0.0/8'])).toEqual([]);
	});

	it('has a link with a name that the kernel takes', () => {
		expect(freeSubnets([]).every((subnet) => linkOf(subnet).length <= 15)).toBe(true);
	});
});
