import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { judge, knownHostLine, knownHosts, knownName } from '../../../src/link/ssh/known-hosts.ts';
import { tempFolder } from '../../support/temp-folder.ts';

const ED = 'ssh-ed25519';
const RSA = 'ssh-rsa';

function linesAbout(name: string, text: string) {
	return knownHosts([{ path: 'known', text }], name);
}

function verdict(text: string, name: string, type: string, key: string) {
	return judge(linesAbout(name, text), type, key).kind;
}

describe('the names of a line', () => {
	for (const [hosts, name, fits] of [
		['web1', 'web1', true],
		['web1', 'web10', false],
		['WEB1', 'web1', true],
		['a,web1,b', 'web1', true],
		['web?', 'web1', true],
		['web?', 'web', false],
		['*.example.com', 'a.b.example.com', true],
		['*.example.com', 'example.com', false],
		['web.1', 'webx1', false],
		['*,!web1', 'web1', false],
		['*,!web1', 'web2', true],
		['!web1', 'web2', false],
		['[web1]:2222', '[web1]:2222', true],
		['web1', '[web1]:2222', false],
		['[*]:2222', '[web1]:2222', true],
		['::1', '::1', true],
	] as const) {
		it(`${hosts} ${fits ? 'fits' : 'does not fit'} ${name}`, () => {
			expect(linesAbout(name, `${hosts} ${ED} AAAA`)).toHaveLength(fits ? 1 : 0);
		});
	}

	it('may be hashed as ssh-keygen does it', async () => {
		const folder = await tempFolder({ known: `[web1]:2222 ${ED} AAAAC3NzaC1lZDI1NTE5AAAAIAAA\n` });
		await execa('ssh-keygen', ['-H', '-f', join(folder, 'known')], { reject: false });
		const text = await readFile(join(folder, 'known'), 'utf8');
		expect(text).toMatch(/^\|1\|/);
		expect(linesAbout('[web1]:2222', text)).toHaveLength(1);
		expect(linesAbout('web1', text)).toHaveLength(0);
	});

	it('are found by ssh-keygen in a line that we hashed', async () => {
		const line = knownHostLine('web1', ED, 'AAAAC3NzaC1lZDI1NTE5AAAAIAAA', true);
		const folder = await tempFolder({ known: `${line}\n` });
		const { stdout } = await execa('ssh-keygen', ['-F', 'web1', '-f', join(folder, 'known')]);
		expect(stdout).toContain('found: line 1');
	});
});

describe('the lines', () => {
	it('that make no sense are passed over', () => {
		const text = `\n# web1 ${ED} AAAA\nweb1\nweb1 ${ED}\n@odd web1 ${ED} AAAA\n\tweb1\t${ED}\tBBBB a comment\r\n`;
		expect(linesAbout('web1', text)).toEqual([
			{ file: 'known', line: 6, marker: null, type: ED, key: 'BBBB' },
		]);
	});
});

describe('a key', () => {
	it('is known where the same type and key stand', () => {
		expect(verdict(`web1 ${RSA} RRRR\nweb1 ${ED} EEEE\n`, 'web1', ED, 'EEEE')).toBe('known');
	});

	it('is known by any of several lines', () => {
		expect(verdict(`web1 ${ED} OLD\nweb1 ${ED} NEW\n`, 'web1', ED, 'NEW')).toBe('known');
	});

	it('has changed where another of its type stands', () => {
		expect(judge(linesAbout('web1', `web2 ${ED} X\nweb1 ${ED} OLD\n`), ED, 'NEW')).toEqual({
			kind: 'changed',
			known: { file: 'known', line: 2, marker: null, type: ED, key: 'OLD' },
		});
	});

	it('has changed where only other types stand, since those were offered first', () => {
		expect(verdict(`web1 ${RSA} RRRR\n`, 'web1', ED, 'EEEE')).toBe('changed');
	});

	it('is unknown where no line is about the host', () => {
		expect(verdict(`web2 ${ED} EEEE\n`, 'web1', ED, 'EEEE')).toBe('unknown');
	});

	it('is revoked wherever that stands, also for all hosts', () => {
		expect(verdict(`web1 ${ED} EEEE\n@revoked * ${ED} EEEE\n`, 'web1', ED, 'EEEE')).toBe('revoked');
		expect(verdict(`web1 ${ED} NEW\n@revoked web1 ${ED} OLD\n`, 'web1', ED, 'NEW')).toBe('known');
	});

	it('is not trusted for the sake of a certificate authority', () => {
		expect(verdict(`@cert-authority * ${ED} EEEE\n`, 'web1', ED, 'EEEE')).toBe('unknown');
	});
});

describe('the name of a host', () => {
	it('has its port where that is not 22', () => {
		expect([knownName('Web1', 22), knownName('Web1', 2222), knownName('::1', 22)]).toEqual([
			'web1',
			'[web1]:2222',
			'::1',
		]);
	});
});
