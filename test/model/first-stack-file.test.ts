import { describe, expect, it } from 'vitest';
import { firstStackFile } from '../../src/model/first-stack-file.ts';
import { parseStackFile } from '../../src/model/stack-file.ts';

const SERVERS = new Map([
	['web1', { host: '203.0.113.5', user: 'deploy', port: 2222 }],
	['jobs1', { host: 'jobs1.example.com', user: null, port: null }],
]);
const SHOP = { stack: 'shop', environment: 'production', types: ['web', 'worker'], path: null };

function contentOf(text: string) {
	const { content, errors } = parseStackFile(text, 'procdeck.yml');
	expect(errors).toEqual([]);
	return content;
}

/** As somebody leaves it who takes all that is offered. */
const uncommented = (text: string) => text.replaceAll(/^# (?=\S+:|\s)/gm, '');

describe('a first stack file', () => {
	it('says which servers there are', () => {
		expect(contentOf(firstStackFile({ ...SHOP, servers: SERVERS, path: '/opt/shop' }))).toMatchObject({
			stack: 'shop',
			environment: 'production',
			path: '/opt/shop',
			servers: {
				web1: { host: '203.0.113.5', user: 'deploy', port: 2222 },
				jobs1: { host: 'jobs1.example.com' },
			},
		});
	});

	it('changes nothing of what holds without it, but the names', () => {
		const content = contentOf(firstStackFile({ ...SHOP, servers: new Map() }));
		expect(content).toEqual(contentOf('stack: shop\nenvironment: production\n'));
	});

	it.each([
		['this machine', new Map(), 1],
		['servers', SERVERS, { web1: 1, jobs1: 1 }],
	])('offers what is valid too, for %s', (_, servers, scale) => {
		const content = contentOf(uncommented(firstStackFile({ ...SHOP, servers })));
		expect(content?.processes).toMatchObject({
			web: { scale, ready: { http: '/', timeout: 30 }, stop: ['TERM', 10, 'KILL'] },
			worker: { scale },
		});
	});
});
