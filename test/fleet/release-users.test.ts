import { expect, it } from 'vitest';
import { waitFor } from '../support/wait-for.ts';
import { fleetHost } from './fleet-host.ts';
import { changesOf, type ReleaseApp, releaseApp } from './release-app.ts';

const web1 = fleetHost('web1');

/** On a server that is reached as another user. */
async function appAs(user: string, more: string, settings: string): Promise<ReleaseApp> {
	const app = await releaseApp({ procfile: 'worker: exec /srv/fixtures/runs\n', hosts: ['web1'], settings });
	const server = `web1: { host: web1, user: ${user}${more} }`;
	await app.write('procdeck.yml', (await app.stackFile()).replace(/web1: .*/, server));
	await app.commit('first', {});
	return app;
}

const SETUP = 'setup: [id -un >setup.out]\nrelease: { shared: [storage/] }\n';

/** Who owns what is there, each once. */
const owners = (app: ReleaseApp) =>
	app.there('web1', 'find releases shared .procdeck -printf "%u\\n" | sort -u');

it('releases where systemd is the user’s own', async () => {
	const app = await appAs('plain', ', scope: user', SETUP);
	await app.there('web1', 'loginctl enable-linger plain; chown plain .');
	const first = await app.released();
	await app.change('scale', 'worker=1');
	await app.commit('second', { text: 'two\n' });
	const second = await app.released();
	expect([await app.kept('web1'), await app.current('web1')]).toEqual([[first, second].toSorted(), second]);
	expect((await app.server('web1')).processes).toMatchObject([
		{ instances: [{ release: second, stale: false, state: 'running' }] },
	]);
	expect([await app.there('web1', 'cat current/setup.out'), await owners(app)]).toEqual(['plain', 'plain']);
	expect((await app.release('rollback')).json()).toMatchObject({ changes: [{ to: first, outcome: 'done' }] });
});

it.each(['deploy', 'limited'])('releases as %s for the user whom the instances run as', async (user) => {
	const app = await appAs(user, '', `${SETUP}user: plain\n`);
	await app.there('web1', 'chown root .; chmod 755 .');
	const first = await app.released();
	await app.change('scale', 'worker=1');
	await app.commit('second', { text: 'two\n' });
	const second = await app.released();
	expect((await app.server('web1')).processes).toMatchObject([
		{ instances: [{ release: second, stale: false, state: 'running' }] },
	]);
	expect([await app.there('web1', 'cat current/setup.out'), await owners(app)]).toEqual(['plain', 'plain']);
	expect(await app.there('web1', `stat -c %h releases/${first}/Procfile`)).toBe('2');

	// What the app's user may do does not become what root does.
	await web1.run('install -m 600 /dev/null /etc/victim');
	await app.there(
		'web1',
		'cd .procdeck; for file in current.log current.new; do ln -sfn /etc/victim $file; done',
	);
	await app.release('rollback', first);
	expect(await web1.run('stat -c "%U %s" /etc/victim; rm /etc/victim')).toBe('root 0');
});

it('ends a setup that runs as another user', async () => {
	const app = await appAs('deploy', '', 'setup: [sleep 4321]\nuser: plain\n');
	const running = app.begin();
	const sleeps = () => web1.run('pgrep -u plain -f "^sleep 4321$" || true');
	await running.says('setup');
	await waitFor(sleeps, 'the setup to run');
	running.kill('SIGINT');
	const { exitCode, ...stopped } = await running.result();
	expect([exitCode, changesOf(stopped)]).toMatchObject([
		1,
		[{ outcome: 'failed', reason: expect.stringContaining('it was stopped') }],
	]);
	await waitFor(async () => (await sleeps()) === '', 'the setup to end');
	expect(await app.kept('web1')).toEqual([]);
});

it('says what is missing where the place of the code cannot be written', async () => {
	const app = await appAs('plain', ', scope: user', '');
	await app.there('web1', 'loginctl enable-linger plain; chown root .; chmod 755 .');
	const refused = await app.release();
	expect([refused.exitCode, refused.json()]).toMatchObject([
		1,
		{
			error: {
				code: 'refused',
				message: expect.stringMatching(new RegExp(`web1: cannot prepare ${app.path}.*[Pp]ermission denied`)),
			},
		},
	]);
});
