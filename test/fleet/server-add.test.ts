import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import type { ErrorJson } from '../support/contract.ts';
import { type TempStack, tempStack } from '../support/temp-stack.ts';
import { waitFor } from '../support/wait-for.ts';
import { fleetHost, sharedFleet } from './fleet-host.ts';
import { resetHost } from './reset-host.ts';

const HOSTS = ['web1', 'web2'];
const HEAD = '# our shop\nstack: shop\nenvironment: production # for real\n';
const web1 = () => fleetHost('web1');
const web2 = () => fleetHost('web2');

afterEach(() => Promise.all(HOSTS.map((name) => resetHost(fleetHost(name)))));

/** An app whose code is on the hosts, with a server here of its own. */
async function shop(rest = ''): Promise<TempStack> {
	for (const host of [web1(), web2()])
		await host.run('install -d -o deploy /srv/shop && touch /srv/shop/app.js');
	const path = `${sharedFleet().binFolder}:${process.env.PATH}`;
	const files = { Procfile: 'web: sleep 1000\nworker: sleep 1000\n', 'procdeck.yml': HEAD + rest };
	return tempStack(files, { PATH: path });
}

const stackFile = ({ directory }: TempStack) => readFile(join(directory, 'procdeck.yml'), 'utf8');

const traces = () =>
	web1().run('find /etc/systemd /etc/procdeck /run/procdeck -name "procdeck*" 2>/dev/null || true');

async function added(stack: TempStack, ...args: string[]) {
	return stack.procdeck('server', 'add', 'web1', ...args, '--yes');
}

/** A package that can be had from a folder on the host alone. */
const REPOSITORY = `
mkdir -p /srv/repository/tree/DEBIAN && cd /srv/repository
printf '%s\\n' 'Package: tinytool' 'Version: 1.0' 'Architecture: all' 'Maintainer: nobody <nobody@example.com>' \
'Provides: smalltool' 'Description: tiny' >tree/DEBIAN/control
dpkg-deb --build tree tinytool.deb >/dev/null
{ cat tree/DEBIAN/control; echo 'Filename: ./tinytool.deb'; echo "Size: $(stat -c %s tinytool.deb)"
echo "SHA256: $(sha256sum tinytool.deb | cut -d ' ' -f 1)"; echo; } >Packages
echo 'deb [trusted=yes] file:/srv/repository ./' >/etc/apt/sources.list.d/here.list
mv /etc/apt/sources.list /etc/apt/sources.list.kept
`;

async function withRepository(): Promise<void> {
	onTestFinished(async () => {
		await web1().run(`dpkg --purge tinytool >/dev/null 2>&1 || true
			rm -f /etc/apt/sources.list.d/here.list; mv /etc/apt/sources.list.kept /etc/apt/sources.list`);
	});
	await web1().run(REPOSITORY);
}

describe('a bare host', () => {
	it('gets its packages and its user, and starts what the stack file says', async () => {
		await withRepository();
		onTestFinished(async () => void (await web1().run('userdel -r shopper 2>/dev/null || true')));
		const settings =
			'user: shopper\npackages: [curl, tinytool]\nprocesses:\n  worker: { scale: { web1: 2 } }\n';
		const stack = await shop(`${settings}servers:\n  web1: { host: web1, user: deploy } # the first\n`);
		const { exitCode, stderr, json } = await added(stack, '--json');
		expect(stderr).toContain('apt-get install --yes --no-install-recommends tinytool');
		expect(exitCode).toBe(0);
		expect(json()).toMatchObject({
			changes: [
				{ server: 'web1', type: null, to: 'web1', outcome: 'done' },
				{ server: 'web1', type: 'worker', to: 2, outcome: 'done' },
			],
		});
		expect(await web1().run('dpkg -s tinytool | grep ^Status')).toContain('installed');
		expect(await web1().run(`ps -o user= -p "$(pgrep -fx 'sleep 1000' | paste -sd,)" | sort -u`)).toBe(
			'shopper',
		);
		expect(await stack.change('server', 'add', 'web1', '--yes')).toMatchObject([{ outcome: 'unchanged' }]);
		// What provides a package is as good.
		await stack.write('procdeck.yml', (await stackFile(stack)).replace('tinytool', 'smalltool'));
		expect(await stack.change('server', 'add', 'web1', '--yes')).toMatchObject([{ outcome: 'unchanged' }]);
	});

	it('gets the code as a release, and loses it again but for what releases share', async () => {
		const stack = await shop('release: { shared: [storage/] }\n');
		await web1().run('rm -r /srv/shop');
		const first = await added(stack, 'deploy@web1');
		expect(first.exitCode).toBe(0);
		expect(first.stderr).toMatch(/release folder-[0-9a-f]{8} \(app\) into \/srv\/shop: done/);
		await stack.change('scale', 'worker=1', '--server', 'web1');
		expect(await web1().run('cat /srv/shop/current/Procfile')).toContain('worker: sleep 1000');
		await web1().run('rm /srv/shop/current; touch /srv/shop/shared/storage/upload');
		// What is left of a release is no code.
		const again = await added(stack, 'deploy@web1');
		expect(again.stderr).toMatch(/release .*: done/);
		const gone = await stack.procdeck('server', 'remove', 'web1', '--yes');
		expect(gone).toMatchObject({
			exitCode: 0,
			stderr: expect.stringContaining("because it is the app's: /srv/shop/shared"),
		});
		expect(await web1().run('find /srv/shop -type f')).toBe('/srv/shop/shared/storage/upload');
		expect(await traces()).toBe('');
	});

	it('gets the release that the other servers run, and leaves the code of somebody else alone', async () => {
		const stack = await shop('servers:\n  web2: { host: web2, user: deploy }\n');
		for (const host of [web1(), web2()]) await host.run('rm -r /srv/shop');
		const released = await stack.procdeck('release', '--yes', '--json');
		expect(released.exitCode).toBe(0);
		await stack.write('Procfile', 'web: sleep 1000\nworker: sleep 1000\nmailer: sleep 1000\n');
		const other = await added(stack, 'deploy@web1');
		expect(other.stderr).toContain('it is not the release of web2');
		expect(other.exitCode).toBe(0);
		await stack.change('server', 'remove', 'web1', '--yes');
		expect(await web1().run('ls -A /srv')).toBe('fixtures');
		await web1().run('mkdir -p /srv/shop/releases; touch /srv/shop/releases/mine');
		expect(await stack.change('server', 'add', 'web1', 'deploy@web1', '--yes')).toMatchObject([
			{ outcome: 'done' },
		]);
		await stack.change('server', 'remove', 'web1', '--yes');
		expect(await web1().run('find /srv/shop -type f')).toBe('/srv/shop/releases/mine');
	});

	it('whose package does not exist is told in the words of its package manager, and is gone on with', async () => {
		await withRepository();
		const stack = await shop('packages: [tinytool, no-such-package]\n');
		const failed = await added(stack, 'deploy@web1');
		expect(failed.exitCode).toBe(1);
		expect(failed.stderr).toContain('install tinytool, no-such-package: failed');
		expect(failed.stderr).toContain(
			'procdeck: cannot install tinytool, no-such-package: E: Unable to locate',
		);
		const [, log = ''] = /everything that was written is in (\S+)/.exec(failed.stderr) ?? [];
		expect(await readFile(log, 'utf8')).toContain('E: Unable to locate package no-such-package');
		expect(await traces()).toBe('');
		expect(await stackFile(stack)).not.toContain('web1');

		await stack.write('procdeck.yml', (await stackFile(stack)).replace(', no-such-package', ''));
		expect((await added(stack, 'deploy@web1')).exitCode).toBe(0);
		expect(await stackFile(stack)).toContain('web1: { host: web1, user: deploy }');
	});

	it('where Ctrl-C broke the installation off is gone on with', async () => {
		await withRepository();
		await web1().run(`cd /srv/repository
			printf '#!/bin/sh\\n[ -e /srv/go ] || exec sleep 1000\\n' >tree/DEBIAN/postinst; chmod 755 tree/DEBIAN/postinst
			dpkg-deb --build tree tinytool.deb >/dev/null
			sed -i "s/^Size: .*/Size: $(stat -c %s tinytool.deb)/; s/^SHA256: .*/SHA256: $(sha256sum tinytool.deb | cut -d ' ' -f 1)/" Packages`);
		const stack = await shop('packages: [tinytool]\n');
		const terminal = stack.open(['server', 'add', 'web1', 'deploy@web1', '--yes'], {
			rows: 60,
			columns: 120,
		});
		await terminal.waitForText('Setting up tinytool');
		terminal.press('Ctrl-C');
		await terminal.exited();
		expect(await stackFile(stack)).not.toContain('web1');
		// Packages are not left half unpacked: it goes on there, and here it fails after all.
		await web1().run('touch /srv/go; pkill -fx "sleep 1000"');
		expect((await added(stack, 'deploy@web1')).exitCode).toBe(0);
		expect(await web1().run('dpkg -s tinytool | grep ^Status')).toBe('Status: install ok installed');
	});

	it('of a user without root is told what root has to install', async () => {
		await web1().run('loginctl enable-linger plain');
		const stack = await shop('packages: [no-such-package]\n');
		const refused = await added(stack, 'plain@web1', '--scope', 'user', '--json');
		expect(refused.exitCode).toBe(1);
		expect(refused.json<ErrorJson>().error).toMatchObject({
			code: 'refused',
			hint: 'as root there: apt-get install --yes --no-install-recommends no-such-package',
		});
	});

	it('is gone on with after a failure at any step', async () => {
		onTestFinished(async () => {
			await web1().run('umount /etc/procdeck 2>/dev/null || true; userdel -r shopper 2>/dev/null || true');
		});
		const stack = await shop('user: shopper\n');
		const failing = async (what: RegExp) => {
			const { exitCode, stderr } = await added(stack, 'deploy@web1');
			expect(exitCode).toBe(1);
			expect(stderr).toMatch(what);
			expect(await stackFile(stack)).not.toContain('web1');
		};
		// The user cannot be made.
		await web1().run('touch /etc/passwd.lock');
		await failing(/make the user shopper.*: failed.*cannot make the user shopper: useradd: cannot lock/s);
		await web1().run('rm /etc/passwd.lock');
		// Nor enter the code.
		await web1().run('chmod 700 /srv/shop');
		await failing(/make the user shopper.*: done.*shopper cannot enter \/srv\/shop/s);
		await web1().run('chmod 755 /srv/shop');
		// Nothing can be written.
		await web1().run('mkdir -p /etc/procdeck && mount -t tmpfs -o size=4k tmpfs /etc/procdeck');
		await failing(/write units.*: failed.*No space left on device/s);
		await web1().run('umount /etc/procdeck');
		// Nor here.
		const theirs = `${await stackFile(stack)}# somebody else's\n`;
		const terminal = stack.open(['server', 'add', 'web1', 'deploy@web1'], { rows: 60, columns: 120 });
		await terminal.waitForText('Add web1?');
		await stack.write('procdeck.yml', theirs);
		terminal.press('y', 'Enter');
		await terminal.waitForText('somebody has changed procdeck.yml meanwhile');
		expect(await terminal.exited()).toBe(1);

		expect((await added(stack, 'deploy@web1')).exitCode).toBe(0);
		expect(await stackFile(stack)).toMatch(/web1: .*# somebody else's\n$/s);
		expect((await stack.server('web1')).drift).toEqual([]);
	});
});

describe('a provisioned machine', () => {
	const SCRIPT = `#!/bin/sh
echo "making $PROCDECK_SERVER_NAME of $PROCDECK_STACK for $PROCDECK_ENVIRONMENT" >&2
echo "$1" >>made
echo deploy@web1
echo
`;

	it('is added under the name that the command prints last, once it answers', async () => {
		const stack = await shop('provision: sh ./machine first\n');
		await stack.write('machine', SCRIPT);
		const sshd = async (verb: string) => void (await web1().run(`systemctl ${verb} ssh`));
		await sshd('stop');
		onTestFinished(() => sshd('start'));
		const adding = stack.procdeck('server', 'add', 'web1', '--yes');
		await waitFor(() => readFile(join(stack.directory, 'made')).then(Boolean, () => false), 'the machine');
		const { stateHome } = stack;
		const log = join(stateHome, 'procdeck/additions/shop.production.web1.log');
		await waitFor(async () => (await readFile(log, 'utf8')).includes('refuses'), 'it to be waited for');
		await sshd('start');
		const { exitCode, stderr } = await adding;
		expect(exitCode).toBe(0);
		expect(stderr).toMatch(/run sh \.\/machine first: done.*wait for web1: done/s);
		expect(await readFile(log, 'utf8')).toContain('making web1 of shop for production');
		expect(await stackFile(stack)).toContain('web1: { host: web1, user: deploy }');
	});

	it('is made only once, whatever fails later', async () => {
		const stack = await shop();
		await stack.write('machine', SCRIPT);
		await web1().run('chmod 700 /srv/shop && chown root /srv/shop');
		const failed = await added(stack, '--provision', 'sh ./machine once', '--json');
		expect(failed.exitCode).toBe(1);
		const { message, hint } = failed.json<ErrorJson>().error;
		expect(message).toContain('deploy cannot enter /srv/shop');
		expect(hint).toContain('`procdeck server add web1 deploy@web1` goes on without making another one');
		await web1().run('chown deploy /srv/shop');
		await stack.change('server', 'add', 'web1', 'deploy@web1', '--yes');
		expect(await readFile(join(stack.directory, 'made'), 'utf8')).toBe('once\n');
	});

	it.each([
		[
			'sh ./machine x; exit 3',
			/exit code 3, and nothing was added/,
			/if the machine is there and is deploy@web1/,
		],
		['true', /it printed nothing/, /has to name the machine/],
		['echo no host at all', /the last line that it printed is no host at all/, /has to name the machine/],
	])('whose command is %j is refused', async (command, message, hint) => {
		const stack = await shop();
		await stack.write('machine', SCRIPT);
		const { exitCode, json } = await added(stack, '--provision', command, '--json');
		expect(exitCode).toBe(1);
		const { error } = json<ErrorJson>();
		expect(error.message).toMatch(message);
		expect(error.hint).toMatch(hint);
		expect(await stackFile(stack)).toBe(HEAD);
	});
});

describe('a server that is removed', () => {
	const TWO = 'servers:\n  web1: { host: web1, user: deploy }\n  web2: { host: web2, user: deploy }\n';

	it('gives its instances to another one, where they run before it goes', async () => {
		const stack = await shop(TWO);
		await stack.change('scale', 'web=1', 'worker=2', '--server', 'web1');
		await stack.change('scale', 'worker=1', '--server', 'web2');
		const rows = await stack.change('server', 'remove', 'web1', '--move-to', 'web2', '--yes');
		expect(rows).toMatchObject([
			{ server: 'web2', type: 'web', to: 1, outcome: 'done' },
			{ server: 'web1', type: 'web', to: 0, outcome: 'done' },
			{ server: 'web2', type: 'worker', to: 3, outcome: 'done' },
			{ server: 'web1', type: 'worker', to: 0, outcome: 'done' },
			{ server: 'web1', from: 'web1', to: null, outcome: 'done' },
		]);
		const processes = (await stack.server('web2')).processes;
		expect(processes.map(({ running }) => running)).toEqual([1, 3]);
		expect(await traces()).toBe('');
	});

	it('asks on a terminal what becomes of them, and stays where that fails', async () => {
		const stack = await shop(TWO);
		await stack.change('scale', 'worker=2', '--server', 'web1');
		await stack.change('scale', 'web=0', '--server', 'web2');
		await web2().run('rm -r /srv/shop');
		const terminal = stack.open(['server', 'remove', 'web1'], { rows: 40, columns: 160 });
		await terminal.waitForText('Enter stops them, the name of a server moves them there (web2)');
		terminal.press('web2', 'Enter');
		await terminal.waitForText('move      worker to web2');
		terminal.press('y', 'Enter');
		expect(await terminal.exited()).toBe(1);
		expect((await stack.server('web1')).processes[1]).toMatchObject({ wanted: 2, running: 2 });
		expect(await stackFile(stack)).toBe(HEAD + TWO);

		const stopping = stack.open(['server', 'remove', 'web1'], { rows: 40, columns: 160 });
		await stopping.waitForText('Enter stops them');
		stopping.press('Enter');
		await stopping.waitForText('stop      worker.1, worker.2');
		stopping.press('y', 'Enter');
		expect(await stopping.exited()).toBe(0);
		expect(await traces()).toBe('');
	});

	it.each([
		[['--move-to', 'web1'], 'web1 is the server that is removed'],
		[['--move-to', 'web3'], 'unknown server web3'],
		[['--move-to', 'web2', '--stop'], '--move-to and --stop exclude each other'],
	])('is not removed with %j', async (flags, words) => {
		const stack = await shop(TWO);
		const refused = await stack.procdeck('server', 'remove', 'web1', ...flags, '--yes');
		expect(refused.exitCode).toBe(2);
		expect(refused.stderr).toContain(words);
	});
});
