import { describe, expect, it } from 'vitest';
import type { Found } from '../../../src/model/finding.ts';
import type { Facts } from '../../../src/server/systemd/facts.ts';
import { type Examined, factFindings, surveyFindings } from '../../../src/server/systemd/findings.ts';
import { parseSurvey, type Survey } from '../../../src/server/systemd/survey.ts';
import { definition } from '../../support/scripted-server.ts';

const FACTS: Facts = {
	uid: 1000,
	user: 'deploy',
	home: '/home/deploy',
	systemdVersion: 252,
	maySudo: true,
	maySudoJournal: true,
	readsJournal: false,
	hasUserManager: true,
	lingers: true,
	clockAhead: 12,
	bootId: 'b',
};

function examined(
	facts: Partial<Facts> = {},
	scope: 'system' | 'user' = 'system',
	user: string | null = null,
): Examined {
	return {
		stack: { path: '/srv/shop', user },
		definition: { ...definition('web1'), kind: 'ssh', scope },
		facts: { ...FACTS, ...facts },
	};
}

const PRINTED = `user yes
folder /srv/shop/current
keeps yes
journal SystemMaxUse=200M
size Archived and active journals take up 24.0M in the file system.
own yes
space /dev/sda1 20000000 12000000 8000000 60% /
inodes /dev/sda1 1000000 200000 800000 20% /
space tmpfs 500000 0 500000 0% /run
inodes tmpfs 0 0 0 - /run
end
`;

const failing = (findings: readonly Found[]) => findings.filter(({ severity }) => severity !== 'fine');
const survey = (changed: Partial<Survey> = {}): Survey => ({ ...parseSurvey(PRINTED), ...changed });

describe('what is found of a server', () => {
	it('is fine where all is as it should be', () => {
		expect(failing([...factFindings(examined()), ...surveyFindings(examined(), survey())])).toEqual([]);
	});

	it.each<[string, Partial<Facts>, 'system' | 'user', object]>([
		['has no systemd', { systemdVersion: 0 }, 'system', { check: 'systemd', severity: 'fatal' }],
		['has an old one', { systemdVersion: 219 }, 'system', { check: 'systemd', severity: 'fatal' }],
		[
			'does not let the user do anything',
			{ maySudo: false },
			'system',
			{
				check: 'permission',
				severity: 'fatal',
				fix: expect.stringContaining(
					'deploy ALL=(root) NOPASSWD: /usr/bin/systemd-stdio-bridge, /usr/bin/journalctl, /bin/sh',
				),
			},
		],
		[
			'has no systemd of the user',
			{ hasUserManager: false },
			'user',
			{ check: 'user manager', severity: 'fatal' },
		],
		[
			'ends what runs with the login',
			{ lingers: false },
			'user',
			{
				check: 'lingering',
				severity: 'fatal',
				fix: expect.stringContaining('loginctl enable-linger deploy'),
			},
		],
		[
			'has a clock that is behind',
			{ clockAhead: -60_000 },
			'system',
			{ check: 'clock', severity: 'warning' },
		],
	])('%s', (_, facts, scope, finding) => {
		expect(failing(factFindings(examined(facts, scope)))).toMatchObject([finding]);
	});

	it.each([
		[252, 'version 252 runs; a crash loop is restarted every second, because waits grow only from 254 on'],
		[254, 'version 254 runs'],
	])('says whether the waits of a crash loop grow with systemd %i', (systemdVersion, message) => {
		const [systemd] = factFindings(examined({ systemdVersion }));
		expect(systemd).toMatchObject({ check: 'systemd', severity: 'fine', message });
	});

	it('needs no sudo as root, nor in the scope of a user', () => {
		expect(failing(factFindings(examined({ uid: 0, user: 'root', maySudo: false })))).toEqual([]);
		expect(failing(factFindings(examined({ maySudo: false }, 'user')))).toEqual([]);
	});

	it.each<[string, Partial<Survey>, Examined, object]>([
		['programs', { missing: ['flock'] }, examined(), { severity: 'fatal', message: 'flock is missing' }],
		[
			'run user',
			{ hasRunUser: false },
			examined({}, 'system', 'app'),
			{ severity: 'fatal', message: expect.stringContaining('no user app') },
		],
		[
			'run user',
			{},
			examined({ uid: 0, user: 'root' }),
			{ severity: 'warning', message: 'instances run as root' },
		],
		['run user', {}, examined({}, 'user', 'app'), { severity: 'warning' }],
		[
			'code',
			{ folder: null },
			examined(),
			{ severity: 'fatal', message: 'there is neither /srv/shop/current nor /srv/shop' },
		],
		[
			'code',
			{ entry: 'Permission denied' },
			examined({}, 'system', 'app'),
			{ severity: 'fatal', message: expect.stringContaining('app cannot enter') },
		],
		[
			'journal',
			{},
			examined({ maySudoJournal: false }),
			{ severity: 'error', fix: expect.stringContaining('usermod -aG systemd-journal deploy') },
		],
		['journal', { readsOwnJournal: false }, examined({}, 'user'), { severity: 'error' }],
		['journal storage', { journal: { Storage: 'none' } }, examined(), { severity: 'error' }],
		['journal storage', { keepsJournal: false }, examined(), { severity: 'warning' }],
		['journal storage', { keepsJournal: false }, examined({}, 'user'), { severity: 'error' }],
		[
			'disk space',
			{ room: [{ place: '/', freeBytes: 1024 ** 2, freePart: 0.001, freeInodes: 0.9 }] },
			examined(),
			{ severity: 'fatal' },
		],
		[
			'disk space',
			{ room: [{ place: '/', freeBytes: 1024 ** 4, freePart: 0.5, freeInodes: 0.01 }] },
			examined(),
			{ severity: 'warning' },
		],
		[
			'ports',
			{ taken: [{ port: 5000, by: 'nginx' }] },
			examined(),
			{ severity: 'error', message: 'somebody else listens on 5000 (nginx)' },
		],
	])('%s', (check, changed, of, finding) => {
		const found = failing(surveyFindings(of, survey(changed)));
		expect(found).toMatchObject([{ check, ...finding }]);
		expect(found[0]!.fix).not.toBeNull();
	});
});

describe('what a server answers', () => {
	it('is read', () => {
		expect(
			parseSurvey(
				`missing flock\nentry sh: 1: cd: can't cd to /srv/shop\ntaken 5000 nginx\ntaken 5000 nginx\ntaken 5001 \n${PRINTED}`,
			),
		).toEqual({
			missing: ['flock'],
			folder: '/srv/shop/current',
			entry: "sh: 1: cd: can't cd to /srv/shop",
			hasRunUser: true,
			room: [
				{ place: '/', freeBytes: 8_000_000 * 1024, freePart: 0.4, freeInodes: 0.8 },
				{ place: '/run', freeBytes: 500_000 * 1024, freePart: 1, freeInodes: null },
			],
			journal: { SystemMaxUse: '200M' },
			keepsJournal: true,
			journalSize: 'Archived and active journals take up 24.0M in the file system.',
			readsOwnJournal: true,
			taken: [
				{ port: 5000, by: 'nginx' },
				{ port: 5001, by: null },
			],
		});
	});
});
