import { describe, expect, it } from 'vitest';
import type { Stack } from '../../src/model/stack.ts';
import { bootUnitName, bootUnitText } from '../../src/session/boot-unit.ts';

const STACK = { name: 'shop', environment: 'production', directory: '/srv/my shop' } as Stack;

function text(changed: Partial<Parameters<typeof bootUnitText>[0]> = {}): string {
	const program = ['/usr/bin/node', '/opt/procdeck.js'];
	return bootUnitText({
		stack: STACK,
		server: 'local',
		program,
		procfile: null,
		stateHome: null,
		...changed,
	});
}

describe('bootUnitText', () => {
	it('runs the supervisor of the server, which its instances outlive', () => {
		expect(text().split('\n')).toEqual(
			expect.arrayContaining([
				'Type=exec',
				'ExecStart="/usr/bin/node" "/opt/procdeck.js" "-C" "/srv/my shop" "-e" "production" "supervisor" "--boot" "local"',
				'KillMode=process',
				'TimeoutStopSec=110',
				'OOMPolicy=continue',
				'Restart=on-failure',
				'WantedBy=default.target',
			]),
		);
	});

	it('keeps every character that systemd would read otherwise', () => {
		const directory = '/srv/100%/$HOME/"a"\\b';
		expect(text({ stack: { ...STACK, directory } })).toContain(String.raw`"/srv/100%%/$$HOME/\"a\"\\b"`);
	});

	it('finds the same Procfile and the same state', () => {
		const unit = text({ procfile: 'Procfile.other', stateHome: '/var/state%1' });
		expect(unit).toContain('"--procfile" "Procfile.other"');
		expect(unit).toContain('Environment="XDG_STATE_HOME=/var/state%%1"');
	});

	it('refuses a path that a unit cannot hold', () => {
		expect(() => text({ stack: { ...STACK, directory: '/srv/a\nExecStart=/bin/sh' } })).toThrow(
			expect.objectContaining({ code: 'refused' }),
		);
	});
});

it('units of two folders, environments or servers do not clash', () => {
	const names = [
		bootUnitName(STACK, 'local'),
		bootUnitName(STACK, 'other'),
		bootUnitName({ ...STACK, environment: 'staging' }, 'local'),
		bootUnitName({ ...STACK, directory: '/srv/elsewhere' }, 'local'),
	];
	expect(new Set(names).size).toBe(4);
	for (const name of names) expect(name).toMatch(/^procdeck-[A-Za-z0-9._-]+\.service$/);
});
