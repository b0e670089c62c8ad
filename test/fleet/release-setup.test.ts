import { describe, expect, it } from 'vitest';
import { waitFor } from '../support/wait-for.ts';
import { fleetHost } from './fleet-host.ts';
import { type ReleaseApp, releaseApp } from './release-app.ts';

const WORKER = 'worker: exec /srv/fixtures/runs\n';

interface AppOptions {
	readonly settings: string;
	readonly procfile?: string;
	readonly hosts?: readonly string[];
	readonly files?: Readonly<Record<string, string>>;
}

async function appWith({
	settings,
	procfile = WORKER,
	hosts = ['web1'],
	files = {},
}: AppOptions): Promise<ReleaseApp> {
	const app = await releaseApp({ procfile, hosts, settings });
	await app.commit('first', { '.gitignore': '.env\n', ...files });
	return app;
}

describe('the setup of a release', () => {
	it('has the environment of the stack, and writes in no earlier release', async () => {
		const app = await appWith({
			settings: `
env: { GREETING: it's "hello" }
setup:
  - echo "$GREETING $SECRET_TOKEN $PROCDECK_SERVER $(id -un) $HOME $(umask) $(basename "$PWD")" >setup.out
  - date +%N >>lib/written; rm lib/removed
`,
			files: {
				'lib/written': 'as it was\n',
				'lib/removed': '',
				'lib/kept': 'kept\n',
				'bin/run': '#!/bin/sh\n',
			},
		});
		await app.write('.env', 'SECRET_TOKEN=open-sesame\n');
		const first = await app.released();
		const said = `it's "hello" open-sesame web1 deploy /home/deploy 0022 ${first}`;
		expect(await app.there('web1', 'cat current/setup.out; stat -c %U current/setup.out')).toBe(
			`${said}\ndeploy`,
		);
		const written = await app.there('web1', `cat releases/${first}/lib/written`);

		await app.commit('second', { greeting: 'two\n' });
		const next = await app.release();
		const second = await app.current('web1');
		// What the setup has changed is sent once more.
		expect(next.stderr).toContain('copying 3 of ');
		expect(await app.there('web1', `cat releases/${first}/lib/written`)).toBe(written);
		expect(await app.there('web1', 'head -n1 current/lib/written; wc -l <current/lib/written')).toBe(
			'as it was\n2',
		);
		const inodes = (path: string) =>
			app.there('web1', `stat -c %i releases/${first}/${path} releases/${second}/${path} | uniq | wc -l`);
		expect([await inodes('lib/kept'), await inodes('lib/written')]).toEqual(['1', '2']);
	});

	it('leaves its secrets in no argument, no journal and no history', async () => {
		const app = await appWith({ settings: 'setup:\n  - until [ -e ../../go ]; do sleep 0.1; done\n' });
		await app.write('.env', 'SECRET_TOKEN=open-sesame\n');
		const running = app.begin();
		await running.says('setup: ');
		const host = fleetHost('web1');
		const sleeps = () => host.run("tr '\\0' ' ' </proc/$(pgrep -u deploy -n sleep)/cmdline");
		await waitFor(async () => (await sleeps()).includes('sleep 0.1'), 'its command');
		expect(await host.run('cat /proc/[0-9]*/cmdline 2>/dev/null | tr "\\0" " " || true')).not.toContain(
			'open-sesame',
		);
		await app.there('web1', 'touch go');
		expect((await running.result()).exitCode).toBe(0);
		expect(await host.run('journalctl --quiet --output=export --since=-5min')).not.toContain('open-sesame');
		const { stdout } = await app.procdeck('history', '--json');
		expect(stdout).toContain('"release"');
		expect(stdout).not.toContain('open-sesame');
		expect(await app.there('web1', 'grep -rl open-sesame . || true')).toBe('');
	});
});

it('shares folders, files of the code, and files that are not there yet', async () => {
	const app = await appWith({
		settings: `
release: { shared: [uploads/, storage, db/data.sqlite3, log/app.log] }
setup: [echo by setup >>log/app.log; echo row >>db/data.sqlite3]
`,
		files: { 'db/data.sqlite3': 'rows\n', 'db/schema': 'schema\n', 'storage/begins': 'with\n' },
	});
	const first = await app.released();
	await app.there('web1', 'su deploy -c "echo mine >current/uploads/picture"');
	await app.commit('second', { 'db/data.sqlite3': 'other rows\n' });
	const second = await app.released();
	expect(second).not.toBe(first);
	for (const id of [first, second]) {
		const text = `cd releases/${id}; cat uploads/picture storage/begins db/data.sqlite3 log/app.log db/schema`;
		expect((await app.there('web1', text)).split('\n')).toEqual([
			'mine',
			'with',
			'rows',
			'row',
			'row',
			'by setup',
			'by setup',
			'schema',
		]);
	}
	expect(await app.there('web1', `readlink releases/${second}/log/app.log`)).toBe(
		'../../../shared/log/app.log',
	);
	expect(await app.there('web1', 'stat -c "%U %F" shared/log/app.log shared/uploads')).toBe(
		'deploy regular file\ndeploy directory',
	);
});

it('runs `release:` once, on one server, and not again where only some servers had the release before', async () => {
	const app = await appWith({
		hosts: ['web1', 'web2'],
		procfile: `release: echo "$PROCDECK_SERVER" >>log/migrated\n${WORKER}`,
		settings: 'release: { shared: [log/] }\nsetup: [cp Procfile prepared]\n',
	});
	const ran = async () => {
		const on = (host: string) => app.there(host, 'cat shared/log/migrated 2>/dev/null || true');
		return [await on('web1'), await on('web2')];
	};
	const release = await app.release();
	expect(release.stderr).toContain('release: echo');
	expect(await ran()).toEqual(['web1', '']);
	await app.released();
	expect(await ran()).toEqual(['web1', '']);

	await app.commit('second', { greeting: 'two\n' });
	await app.released('--server', 'web2');
	expect(await ran()).toEqual(['web1', 'web2']);
	await app.released();
	expect(await ran()).toEqual(['web1', 'web2']);
	expect(await app.current('web1')).toBe(await app.current('web2'));
	expect(await app.there('web1', 'ls current')).toContain('prepared');
});
