import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import type { ChangesJson, ErrorJson } from '../support/contract.ts';
import { type TempStack, tempStack } from '../support/temp-stack.ts';
import { waitFor } from '../support/wait-for.ts';
import { fleetHost, sharedFleet } from './fleet-host.ts';
import type { Host } from './machinery/host.ts';
import { resetHost } from './reset-host.ts';

const web1 = () => fleetHost('web1');
const web2 = () => fleetHost('web2');
const HOSTS = ['web1', 'web2'];

const PROCFILE = 'web: sleep 1000\nworker: sleep 1000\n';
const HEAD = '# our shop\nstack: shop\nenvironment: production # for real\n';
const UNITS = '/etc/systemd/system/procdeck.shop.production';

afterEach(() => Promise.all(HOSTS.map((name) => resetHost(fleetHost(name)))));

/** An app, with its code on the hosts. */
async function shop(servers = ''): Promise<TempStack> {
	await Promise.all(
		HOSTS.map((name) => fleetHost(name).run('install -d -o deploy /srv/shop && touch /srv/shop/app.js')),
	);
	const path = `${sharedFleet().binFolder}:${process.env.PATH}`;
	return tempStack(
		{ Procfile: PROCFILE, 'procdeck.yml': HEAD + servers, '.env': 'TOKEN=hunter1\n' },
		{ PATH: path },
	);
}

const stackFile = ({ directory }: TempStack) => readFile(join(directory, 'procdeck.yml'), 'utf8');

/** What of Procdeck there is on a host. */
const traces = (host: Host) =>
	host.run(
		'find /etc/systemd /etc/procdeck /run/procdeck /home/*/.config -name "procdeck*" 2>/dev/null || true; systemctl list-units --all --plain --no-legend "procdeck*"',
	);

async function drift(stack: TempStack, name = 'web1'): Promise<readonly string[]> {
	return (await stack.server(name)).drift;
}

describe('adding a server', () => {
	it('sets it up with no instances, and writes it into the stack file with its comments', async () => {
		const stack = await shop();
		const changes = await stack.change('server', 'add', 'web1', 'deploy@web1', '--yes');
		expect(changes).toEqual([
			{
				server: 'web1',
				type: null,
				from: null,
				to: 'web1',
				outcome: 'done',
				reason: 'ready to take over workers, not serving web',
			},
		]);
		expect(await stackFile(stack)).toBe(
			`${HEAD}servers:\n  local: { local: true }\n  web1: { host: web1, user: deploy }\n`,
		);
		expect(await stack.server('web1')).toMatchObject({
			connection: 'connected',
			drift: [],
			processes: [
				{ type: 'web', wanted: 0, instances: [] },
				{ type: 'worker', wanted: 0, instances: [] },
			],
		});
		expect(await web1().run('stat --format=%a:%U /etc/procdeck/shop.production/environment')).toBe(
			'600:root',
		);
		expect(await web1().run(`systemctl is-enabled ${UNITS.slice(20)}.target`)).toBe('enabled');

		await stack.change('scale', 'worker=2', '--server', 'web1');
		await web1().reboot();
		await waitFor(async () => {
			const { connection, processes } = await stack.server('web1');
			return (
				connection === 'connected' &&
				processes.some(({ type, running }) => type === 'worker' && running === 2)
			);
		}, 'the workers to run again');
	});

	it('shows what it would do, and does nothing where nobody says yes', async () => {
		const stack = await shop();
		const { exitCode, stderr } = await stack.procdeck('server', 'add', 'web1', 'deploy@web1');
		expect(exitCode).toBe(2);
		expect(stderr).toContain(`${UNITS}.worker@.service`);
		expect(stderr).toContain('Add web1?');
		expect(await stackFile(stack)).toBe(HEAD);
		expect(await traces(web1())).toBe('');
	});

	it('shows on a terminal what changes, and lets nobody overwrite the file that it was shown', async () => {
		const stack = await shop();
		const terminal = stack.open(['server', 'add', 'web1', 'deploy@web1'], { rows: 60, columns: 120 });
		await terminal.waitForText('Add web1? [y/N, d shows what changes]');
		terminal.press('d', 'Enter');
		await terminal.waitForText('+  web1: { host: web1, user: deploy }');
		expect(terminal.screen()).toContain('+TOKEN=***');
		expect(terminal.screen()).not.toContain('hunter1');
		const theirs = `${HEAD}# somebody else's\n`;
		await stack.write('procdeck.yml', theirs);
		terminal.press('y', 'Enter');
		await terminal.waitForText('somebody has changed procdeck.yml meanwhile');
		expect(await terminal.exited()).toBe(1);
		expect(await stackFile(stack)).toBe(theirs);
		await stack.change('server', 'add', 'web1', 'deploy@web1', '--yes');
		expect(await stackFile(stack)).toMatch(/web1: .*# somebody else's\n$/s);
	});

	it('can be done again, wherever it was broken off', async () => {
		const stack = await shop();
		const add = (...more: string[]) => stack.change('server', 'add', 'web1', 'deploy@web1', '--yes', ...more);
		// Set up, but not written into the file: it was changed meanwhile, say.
		await add();
		await writeFile(join(stack.directory, 'procdeck.yml'), HEAD);
		expect(await add()).toMatchObject([{ outcome: 'done' }]);
		await stack.change('scale', 'worker=1', '--server', 'web1');
		// Written into the file, and half of what is there is gone.
		await web1().run(`rm ${UNITS}.web@.service /etc/procdeck/shop.production/stack.json`);
		expect(await add()).toMatchObject([{ outcome: 'done' }]);
		expect(await add()).toMatchObject([{ outcome: 'unchanged' }]);
		expect(await stack.server('web1')).toMatchObject({
			drift: [],
			processes: [{}, { wanted: 1, running: 1 }],
		});
	});

	it.each([
		[
			'plain',
			/plain ALL=\(root\) NOPASSWD: \/usr\/bin\/systemd-stdio-bridge, \/usr\/bin\/journalctl, \/bin\/sh/,
		],
		['asks', /asks may not change system services/],
	])('by %s, who may not, prints the sudoers line', async (user, message) => {
		const stack = await shop();
		const { exitCode, stderr } = await stack.procdeck('server', 'add', 'web1', `${user}@web1`, '--yes');
		expect(exitCode).toBe(1);
		expect(stderr).toMatch(message);
		expect(await traces(web1())).toBe('');
	});

	it.each(['root', 'limited', 'fishy', 'banner'])('works as %s', async (user) => {
		const stack = await shop();
		await stack.change('server', 'add', 'web1', `${user}@web1`, '--yes');
		await stack.change('scale', 'worker=1', '--server', 'web1');
		await stack.change('server', 'remove', 'web1', '--yes');
		expect(await traces(web1())).toBe('');
	});

	it('works in the scope of a user, once that lingers', async () => {
		const stack = await shop();
		const add = ['server', 'add', 'web1', 'plain@web1', '--scope', 'user', '--yes'];
		const refused = await stack.procdeck(...add);
		expect(refused.exitCode).toBe(1);
		expect(refused.stderr).toContain('loginctl enable-linger plain');
		await web1().run('loginctl enable-linger plain');
		await stack.change(...add);
		expect(await stackFile(stack)).toContain('web1: { host: web1, user: plain, scope: user }');
		await stack.change('scale', 'worker=1', '--server', 'web1');
		expect(await traces(web1())).toContain(
			'/home/plain/.config/systemd/user/procdeck.shop.production.target',
		);
		await stack.change('server', 'remove', 'web1', '--yes');
		expect(await traces(web1())).toBe('');
	});
});

describe('removing a server', () => {
	it('stops its instances, and takes away what Procdeck put there and nothing else', async () => {
		const stack = await shop('servers:\n  web1: { host: web1 } # the first\n  web2: { host: web2 }\n');
		await stack.change('scale', 'web=1', 'worker=2', '--server', 'web1');
		const other = '/etc/systemd/system/procdeck.shop.staging.web@.service';
		await web1().run(`cp ${UNITS}.web@.service ${other}`);
		await web1().run(`mkdir ${UNITS}.web@.service.d; touch ${UNITS}.web@.service.d/mine.conf`);
		const { exitCode, stderr } = await stack.procdeck('server', 'remove', 'web1', '--yes');
		expect(exitCode).toBe(0);
		expect(stderr).toContain(`did not put it there: ${UNITS}.web@.service.d`);
		expect((await traces(web1())).split('\n').sort()).toEqual([other, `${UNITS}.web@.service.d`].sort());
		expect(await web1().run('pgrep -fxc "sleep 1000" || true')).toBe('0');
		expect(await stackFile(stack)).toBe(`${HEAD}servers:\n  web2: { host: web2 }\n`);
	});

	it('that is gone leaves it in the file, unless it is told to', async () => {
		const stack = await shop('servers:\n  web1: { host: web1 }\n  web2: { host: web2 }\n');
		await web1().sshd({ Port: '2200' });
		const refused = await stack.procdeck('server', 'remove', 'web1', '--yes');
		expect(refused.exitCode).toBe(1);
		expect(refused.stderr).toContain('procdeck server remove web1 --keep');
		await stack.change('server', 'remove', 'web1', '--keep', '--yes');
		expect(await stackFile(stack)).toBe(`${HEAD}servers:\n  web2: { host: web2 }\n`);
	});
});

interface HistoryJson {
	readonly history: readonly { readonly verb: string; readonly changeId: string }[];
}

describe('sync', () => {
	const TWO = 'servers:\n  web1: { host: web1 }\n  web2: { host: web2 }\n';

	it('sets up what was never set up, and then has nothing to do', async () => {
		const stack = await shop(TWO);
		expect(
			(await stack.change('sync', '--yes')).map(({ server, type, outcome }) => [server, type, outcome]),
		).toEqual(
			['web1', 'web2'].flatMap((server) => [
				[server, 'web', 'done'],
				[server, 'worker', 'done'],
				[server, null, 'done'],
				[server, null, 'done'],
			]),
		);
		expect(await stack.change('sync')).toMatchObject([{ outcome: 'unchanged' }, { outcome: 'unchanged' }]);
	});

	it('puts right what was changed by hand, and restarts nothing', async () => {
		const stack = await shop(TWO);
		await stack.change('scale', 'web=1', 'worker=3', '--server', 'web1');
		const pid = async () => (await stack.server('web1')).processes[0]!.instances[0]!.pid;
		const before = await pid();
		await web1().run(`sed -i s/RestartSec=1/RestartSec=7/ ${UNITS}.web@.service
			rm /etc/procdeck/shop.production/run/worker
			mkdir ${UNITS}.web@.service.d; printf '[Service]\\nEnvironment=A=hunter2\\n' >'${UNITS}.web@.service.d/1 mine.conf'
			sed -i s/hunter1/hunter3/ /etc/procdeck/shop.production/environment
			systemctl disable --now procdeck.shop.production.worker@1.service`);
		const asked = await stack.procdeck('sync');
		expect(asked.exitCode).toBe(2);
		expect(asked.stderr).toContain('web: its unit was changed by hand');
		expect(asked.stderr).not.toContain('hunter');

		const rows = await stack.change('sync', '--server', 'web1', '--yes');
		expect(rows.map(({ type, reason }) => `${type} ${reason}`)).toEqual([
			'web written, because its unit was changed by hand',
			'worker written, because its run script is missing',
			'null written, because the environment differs',
			'worker renumbered, because the enabled instances are 2, 3, not 1 to 2',
			'web removed, because Procdeck did not write the drop-in procdeck.shop.production.web@.service.d/1 mine.conf',
		]);
		expect(await drift(stack)).toEqual([]);
		expect(await web1().run('cat /etc/procdeck/shop.production/environment')).toContain('hunter1');
		expect(await web1().run(`ls -d ${UNITS}.web@.service.d 2>&1 || true`)).toContain('No such file');
		await waitFor(async () => {
			const workers = (await stack.server('web1')).processes[1]!;
			return workers.instances.length === 2 && workers.running === 2;
		}, 'workers 1 and 2 to run');
		expect(await pid()).toBe(before);
		const { history } = (await stack.procdeck('history', '--json')).json<HistoryJson>();
		const { verb, changeId } = history.at(-1)!;
		expect(verb).toBe('sync');
		expect(history.filter((entry) => entry.changeId === changeId)).toHaveLength(rows.length);
	});

	it('does only what was shown', async () => {
		const stack = await shop(TWO);
		await stack.change('sync', '--yes');
		await web1().run(`echo '# one' >>${UNITS}.web@.service`);
		const terminal = stack.open(['sync'], { rows: 40, columns: 120 });
		await terminal.waitForText('Do that on web1?');
		await web1().run(`echo '# two' >>${UNITS}.worker@.service`);
		terminal.press('y', 'Enter');
		await terminal.waitForText('somebody has changed what is there meanwhile');
		expect(await terminal.exited()).toBe(3);
		expect(await web1().run(`tail -n 1 ${UNITS}.web@.service`)).toBe('# one');
	});

	it('removes what is left of a type when nothing of it runs any more', async () => {
		const stack = await shop(TWO);
		await stack.change('scale', 'web=1', 'worker=1', '--server', 'web1');
		await stack.write('Procfile', 'web: sleep 1000\n');
		expect(await drift(stack)).toEqual(['worker: it has left the Procfile']);
		const kept = await stack.change('sync', '--server', 'web1', '--yes');
		expect(kept).toMatchObject([{ type: 'worker', outcome: 'unchanged' }]);
		await stack.change('scale', 'worker=0', '--server', 'web1');
		const gone = await stack.change('sync', '--server', 'web1', '--yes');
		expect(gone).toMatchObject([
			{ type: 'worker', outcome: 'done', reason: 'removed, because it has left the Procfile' },
		]);
		expect(await traces(web1())).not.toContain('worker');
		expect(await drift(stack)).toEqual([]);
	});

	it('goes on where one of the servers is gone', async () => {
		const stack = await shop(TWO);
		await web1().sshd({ Port: '2200' });
		const { exitCode, json } = await stack.procdeck('sync', '--yes', '--json');
		expect(exitCode).toBe(3);
		const rows = json<ChangesJson>().changes;
		expect(rows.filter(({ server }) => server === 'web1')).toMatchObject([{ outcome: 'unreachable' }]);
		expect(rows.filter(({ outcome }) => outcome === 'done').every(({ server }) => server === 'web2')).toBe(
			true,
		);
	});

	it('says what the server says where its disk is full', async () => {
		const stack = await shop(TWO);
		await web1().run('mkdir -p /etc/procdeck && mount -t tmpfs -o size=4k tmpfs /etc/procdeck');
		onTestFinished(async () => void (await web1().run('umount /etc/procdeck || true')));
		const { exitCode, json } = await stack.procdeck('sync', '--server', 'web1', '--yes', '--json');
		expect(exitCode).toBe(1);
		expect(json<ChangesJson>().changes[0]).toMatchObject({ outcome: 'failed' });
		expect(json<ChangesJson>().changes[0]!.reason).toMatch(/No space left on device/);
		await web1().run('umount /etc/procdeck');
		await stack.change('sync', '--server', 'web1', '--yes');
		expect(await drift(stack)).toEqual([]);
	});

	it('starts nothing that is to run from the first, and says what does', async () => {
		const stack = await shop(`${TWO}processes:\n  worker: { scale: { web1: 2 } }\n`);
		const rows = await stack.change('sync', '--server', 'web1', '--yes');
		expect(rows).toMatchObject([{ outcome: 'unchanged', reason: expect.stringContaining('procdeck start') }]);
		expect(await traces(web1())).toBe('');
		await stack.change('start', '--server', 'web1');
		expect(await stack.server('web1')).toMatchObject({
			processes: [{ wanted: 0 }, { wanted: 2, running: 2 }],
		});
	});
});

interface FindingsJson {
	readonly findings: readonly {
		readonly server: string;
		readonly check: string;
		readonly ok: boolean;
		readonly message: string;
		readonly fix: string | null;
	}[];
}

describe('doctor', () => {
	const ONE = (user: string, more = '') => `servers:\n  web1: { host: web1, user: ${user}${more} }\n`;

	async function failing(stack: TempStack): Promise<FindingsJson['findings']> {
		const { exitCode, json } = await stack.procdeck('doctor', 'web1', '--json');
		const found = json<FindingsJson>().findings.filter(({ ok }) => !ok);
		expect(exitCode).toBe(found.length > 0 ? 1 : 0);
		return found;
	}

	it.each(['deploy', 'root', 'limited', 'fishy', 'banner'])('finds nothing wrong for %s', async (user) => {
		expect(await failing(await shop(ONE(user)))).toEqual([]);
	});

	it('prints the sudoers line that makes it right', async () => {
		const stack = await shop(ONE('plain'));
		const [finding] = await failing(stack);
		expect(finding).toMatchObject({ check: 'permission' });
		const [command = ''] = /echo '.*' >\S+/.exec(finding!.fix!) ?? [];
		await web1().run(command);
		onTestFinished(async () => void (await web1().run('rm /etc/sudoers.d/procdeck')));
		expect(await failing(stack)).toEqual([]);
		await stack.change('scale', 'worker=1', '--server', 'web1');
	});

	it('finds what is wrong with a server, each with its mend', async () => {
		const stack = await shop(`${ONE('deploy')}user: nobody-here\n`);
		await web1().run('rm -r /srv/shop; mkdir -m 700 /srv/shop');
		expect(await failing(stack)).toMatchObject([
			{ check: 'run user', fix: expect.stringContaining('useradd') },
			{ check: 'code', message: expect.stringContaining('nobody-here cannot enter /srv/shop') },
		]);
		await writeFile(join(stack.directory, 'procdeck.yml'), `${HEAD}${ONE('deploy')}user: plain\n`);
		expect(await failing(stack)).toMatchObject([
			{
				check: 'code',
				message: expect.stringContaining('plain cannot enter /srv/shop'),
			},
		]);
	});

	it('finds whoever listens on the port of an instance, but not the instance itself', async () => {
		const stack = await shop(ONE('deploy'));
		await stack.write('Procfile', 'web: /srv/fixtures/listens.js\n');
		await web1().run('systemd-run --quiet --unit=stranger socat TCP-LISTEN:5000,fork,reuseaddr PIPE');
		onTestFinished(async () => void (await web1().run('systemctl stop stranger || true')));
		await waitFor(async () => (await failing(stack)).length > 0, 'the stranger to listen');
		expect(await failing(stack)).toMatchObject([
			{ check: 'ports', message: expect.stringContaining('5000 (socat)') },
		]);
		await web1().run('systemctl stop stranger');
		await stack.change('scale', 'web=1', '--server', 'web1');
		await waitFor(() => web1().run('ss -Hltn sport = :5000').then(Boolean), 'the instance to listen');
		expect(await failing(stack)).toEqual([]);
	});

	it('finds drift, and that sync mends it', async () => {
		const stack = await shop(ONE('deploy'));
		await stack.change('sync', '--yes');
		await web1().run(`echo '# mine' >>${UNITS}.web@.service`);
		expect(await failing(stack)).toMatchObject([{ check: 'drift', fix: '`procdeck sync`' }]);
		await stack.change('sync', '--yes');
		expect(await failing(stack)).toEqual([]);
	});

	it('finds another host key, and says so', async () => {
		const stack = await shop(ONE('deploy'));
		await web1().changeHostKey();
		expect(await failing(stack)).toMatchObject([
			{ check: 'connection', message: expect.stringMatching(/host key/i) },
		]);
		const { error } = (
			await stack.procdeck('server', 'add', 'again', 'deploy@web1:22', '--yes', '--json')
		).json<ErrorJson>();
		expect(error.code).toBe('unreachable');
	});
});

describe('servers', () => {
	it('tells which are connected', async () => {
		const stack = await shop(
			'servers:\n  web1: { host: web1 }\n  web2: { host: web2 }\n  here: { local: true }\n',
		);
		await web2().sshd({ Port: '2200' });
		const { exitCode, json } = await stack.procdeck('servers', '--json');
		expect(exitCode).toBe(0);
		expect(json()).toEqual({
			servers: [
				{ name: 'web1', host: 'web1', kind: 'ssh', connection: 'connected', serving: null },
				{ name: 'web2', host: 'web2', kind: 'ssh', connection: 'unreachable', serving: null },
				{ name: 'here', host: null, kind: 'local', connection: 'connected', serving: null },
			],
		});
	});
});
