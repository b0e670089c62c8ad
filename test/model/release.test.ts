import { describe, expect, it } from 'vitest';
import { releaseId } from '../../src/model/release.ts';
import { manifestOf } from '../../src/model/release-manifest.ts';

const entry = (path: string, content = 'a1', mode = '644') => ({ path, content, mode });
const PREPARED = { shared: [], setup: [], command: null };

describe('a manifest', () => {
	it('has its records in the order of their bytes, whatever they come in', () => {
		const entries = [entry('b'), entry('é'), entry('a'), entry('😀'), entry('\uFFFD'), entry('z', 'a0')];
		const { text } = manifestOf(entries);
		expect(manifestOf(entries.toReversed()).text).toBe(text);
		const records = text.split('\0').slice(0, -1).map(Buffer.from);
		expect(records).toHaveLength(entries.length);
		expect(records).toEqual(records.toSorted(Buffer.compare));
		expect(records[0]?.toString()).toBe('a0 644 z');
	});
});

describe('the name of a release', () => {
	const manifest = manifestOf([entry('a'), entry('b')]);

	it('is the same for the same code that is prepared alike, and tells its revision', () => {
		const id = releaseId('0123456789abcdef', manifest, PREPARED);
		expect(id).toMatch(/^0123456-[0-9a-f]{8}$/);
		expect(releaseId('0123456789abcdef', manifestOf([entry('b'), entry('a')]), PREPARED)).toBe(id);
		expect(releaseId(null, manifest, PREPARED)).toBe(id.replace('0123456', 'folder'));
	});

	it.each([
		['a content', manifestOf([entry('a', 'a2'), entry('b')]), PREPARED],
		['a mode', manifestOf([entry('a', 'a1', '755'), entry('b')]), PREPARED],
		['a path', manifestOf([entry('a'), entry('c')]), PREPARED],
		['the setup', manifest, { ...PREPARED, setup: ['npm ci'] }],
		['what is shared', manifest, { ...PREPARED, shared: ['log'] }],
		['the release command', manifest, { ...PREPARED, command: 'migrate' }],
	])('is another one with another %s', (_, other, prepared) => {
		expect(releaseId('0123456789abcdef', other, prepared)).not.toBe(
			releaseId('0123456789abcdef', manifest, PREPARED),
		);
	});
});
