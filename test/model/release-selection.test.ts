import { describe, expect, it } from 'vitest';
import { selectionOf } from '../../src/model/release-selection.ts';

describe('what of a folder goes into a release', () => {
	it('is all of it but the repository', () => {
		const isSelected = selectionOf({ include: [], exclude: [] }, []);
		expect(isSelected('app/a.js')).toBe(true);
		expect(isSelected('node_modules/')).toBe(true);
		expect(isSelected('.git/')).toBe(false);
		expect(isSelected('.git/HEAD')).toBe(false);
		expect(isSelected('vendor/.git/HEAD')).toBe(true);
	});

	it('is not what is left out, by patterns as in a .gitignore', () => {
		const isSelected = selectionOf(
			{ include: [], exclude: ['node_modules', '*.log', '/tmp', '!keep.log'] },
			[],
		);
		expect(['node_modules/', 'a/node_modules/', 'a/b.log', 'tmp/'].filter(isSelected)).toEqual([]);
		expect(['keep.log', 'a/tmp/', 'a.js'].filter(isSelected)).toEqual(['keep.log', 'a/tmp/', 'a.js']);
	});

	it('is only what is named, and of that not what is left out', () => {
		const isSelected = selectionOf({ include: ['/app', 'package.json'], exclude: ['*.test.js'] }, []);
		expect(['app/a.js', 'app/deep/b.js', 'package.json', 'sub/package.json'].filter(isSelected)).toHaveLength(
			4,
		);
		expect(['lib/a.js', 'README.md', 'app/a.test.js'].filter(isSelected)).toEqual([]);
		expect(isSelected('lib/')).toBe(true);
	});

	it('has the Procfile whatever the patterns say', () => {
		const isSelected = selectionOf({ include: ['app'], exclude: ['Proc*'] }, ['Procfile']);
		expect(isSelected('Procfile')).toBe(true);
		expect(isSelected('Procfile.dev')).toBe(false);
	});
});
