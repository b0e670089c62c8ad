import { describe, expect, it } from 'vitest';
import type { Found } from '../../../src/model/finding.ts';
import { type Examined, factFindings } from '../../../src/server/systemd/fact-findings.ts';
import type { Facts } from '../../../src/server/systemd/facts.ts';
import type { FilesOnServer } from '../../../src/server/systemd/read-files.ts';
import { NO_RELEASE } from '../../../src/server/systemd/releases/current.ts';
import { parseSurvey, type Survey } from '../../../src/server/systemd/survey.ts';
import { surveyFindings } from '../../../src/server/systemd/survey-findings.ts';
import { stackOf } from '../../support/console-model.ts';
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
		stack: { ...stackOf([], ['web', 'worker']), path: '/srv/shop', user },
		definition: { ...definition('web1'), kind: 'ssh', scope },
		facts: { ...FACTS, ...facts },
	};
}

const PRINTED = `user yes
folder /srv/shop/current
content yes
keeps yes
journal SystemMaxUse=200M
size Archived and active journals take up 24.0M in the file system.
own yes
space /dev/sda1 20000000 12000000 8000000 60% /
inodes /dev/sda1 1000000 200000 800000 20% /
space tmpfs 500000 0 500000 0% /run
inodes tmpfs 0 0 0 - /run
total 4194304
available 2097152
page 4096
main 7 procdeck.shop.development.worker@1.service
process 7 10 20 25600
process 7 10 20 25600
variable LANG
looked up
end
`;

/** Two of worker are wanted, of which one runs. */
const ON: FilesOnServer = {
	record: null,
	held: [],
	power: 'up',
	enabled: { worker: [1, 2] },
	texts: {},
	dropIns: [],
	types: ['web', 'worker'],
	mark: '',
	release: NO_RELEASE,
};

const record = (paused: Record<string, number>): FilesOnServer['record'] => ({
	version: 1,
	paused,
	types: {},
	environment: { salt: '', digest: '', changedAt: 0 },
});

const failing = (findings: readonly Found[]) => findings.filter(({ severity }) => severity !== 'fine');
const survey = (changed: Partial<Survey> = {}): Survey => ({ ...parseSurvey(PRINTED), ...changed });

describe('what is found of a server', () => {
	it('is fine where all is as it should be', () => {
		expect(failing([...factFindings(examined()), ...surveyFindings(examined(), survey(), ON)])).toEqual([]);
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
			{ severity: 'fatal', message: '/: 1 MiB (0 %) free' },
		],
		[
			'inodes',
			{ room: [{ place: '/', freeBytes: 1024 ** 4, freePart: 0.5, freeInodes: 0.01 }] },
			examined(),
			{ severity: 'warning', message: '/: 1 % of the inodes are free' },
		],
		['clock', {}, examined({ clockAhead: -60_000 }), { severity: 'warning' }],
		[
			'code',
			{ hasContent: false },
			examined(),
			{ severity: 'warning', message: expect.stringContaining('nothing is in') },
		],
		[
			'commands',
			{ absent: ['run'] },
			examined(),
			{ severity: 'error', message: 'not there: worker needs run' },
		],
		[
			'memory',
			{ memory: { total: 1024 ** 3, available: 150 * 1024 ** 2 } },
			examined(),
			{
				severity: 'error',
				message: 'what is wanted and does not run takes 200 MiB more, and 150 MiB of 1.0 GiB are left',
			},
		],
		[
			'ports',
			{ taken: [{ port: 5000, by: 'nginx' }] },
			examined(),
			{ severity: 'error', message: 'somebody else listens on 5000 (nginx)' },
		],
	])('%s', (check, changed, of, finding) => {
		const found = failing(surveyFindings(of, survey(changed), ON));
		expect(found).toMatchObject([{ check, ...finding }]);
		expect(found[0]!.fix).not.toBeNull();
	});
});

describe('what a server can be mended by', () => {
	const mendsOf = (of: Examined, changed: Partial<Survey> = {}, on = ON) =>
		[...factFindings(of), ...surveyFindings(of, survey(changed), on)].flatMap(({ mend }) => mend ?? []);

	it.each<[string, Partial<Survey>, Examined, object]>([
		['a user', { hasRunUser: false }, examined({}, 'system', 'app'), { kind: 'user', user: 'app' }],
		[
			'a folder',
			{ folder: null, absent: null },
			examined({}, 'system', 'app'),
			{ kind: 'folder', path: '/srv/shop', owner: 'app' },
		],
		['a group', {}, examined({ maySudoJournal: false }), { kind: 'journal-group', user: 'deploy' }],
		['a journal', { keepsJournal: false }, examined(), { kind: 'journal' }],
		['a clock', { canSetClock: true }, examined({ clockAhead: 9_000 }), { kind: 'clock' }],
	])('is %s, where the user may', (_, changed, of, mend) => {
		expect(mendsOf(of, changed)).toEqual([mend]);
		const powerless = { ...of, facts: { ...of.facts, maySudo: false, maySudoJournal: false } };
		expect(mendsOf(powerless, changed)).toEqual([]);
	});

	it('is no network time where there is nothing that would bring it', () => {
		expect(mendsOf(examined({ clockAhead: 9_000 }))).toEqual([]);
	});
});

describe('what a reboot would start', () => {
	const boot = (on: Partial<FilesOnServer>, of = examined(), changed: Partial<Survey> = {}) =>
		surveyFindings(of, survey(changed), { ...ON, ...on }).find(({ check }) => check === 'boot');

	it('is what is enabled, and not what is paused', () => {
		const enabled = { web: [1, 2], worker: [1], mail: [1, 2, 3, 4, 5] };
		expect(boot({ enabled, types: ['web', 'worker', 'mail'], record: record({ clock: 1 }) })).toMatchObject({
			severity: 'fine',
			message: 'a reboot starts web.1, web.2, worker.1, mail.1 to 5; not: clock (paused)',
		});
	});

	it('is nothing where somebody has taken the target from the boot, which can be mended', () => {
		expect(boot({ power: 'down' })).toMatchObject({
			severity: 'error',
			message: expect.stringContaining('does not want procdeck.shop.development.target'),
			fix: expect.stringContaining('systemctl enable procdeck.shop.development.target'),
			mend: { kind: 'target', target: 'procdeck.shop.development.target' },
		});
		expect(boot({ power: 'down' }, examined(), { running: [] })).toMatchObject({
			severity: 'fine',
			message: 'nothing: the stack is down',
		});
	});

	it('waits for a login where the user does not linger', () => {
		expect(boot({}, examined({ lingers: false }, 'user'))).toMatchObject({
			severity: 'error',
			message: 'a reboot starts nothing before deploy logs in, and then worker.1, worker.2',
			mend: { kind: 'lingering', user: 'deploy' },
		});
	});
});

describe('what a server answers', () => {
	it('is read', () => {
		expect(
			parseSurvey(
				`missing flock\nentry sh: 1: cd: can't cd to /srv/shop\ntaken 5000 nginx\ntaken 5000 nginx\ntaken 5001 \nabsent bundle\nclock CanNTP=yes\nclock NTP=no\n${PRINTED}`,
			),
		).toEqual({
			missing: ['flock'],
			folder: '/srv/shop/current',
			hasContent: true,
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
			blind: null,
			memory: { total: 4 * 1024 ** 3, available: 2 * 1024 ** 3 },
			running: [{ unit: 'procdeck.shop.development.worker@1.service', residentBytes: 200 * 1024 ** 2 }],
			variables: ['LANG'],
			absent: ['bundle'],
			canSetClock: true,
		});
	});
});
