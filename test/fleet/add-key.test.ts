import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { tempStack } from '../support/temp-stack.ts';
import { fleetHost, sharedFleet } from './fleet-host.ts';
import { resetHost } from './reset-host.ts';

afterEach(() => resetHost(fleetHost('web1')));

it('a in the console adds a server, which takes over a worker at once', async () => {
	await fleetHost('web1').run('install -d -o deploy /srv/shop');
	const head = '# our shop\nstack: shop\nprocesses:\n  worker: { scale: 2 } # enough\n';
	const stack = await tempStack(
		{ Procfile: 'web: sleep 1000\nworker: sleep 1000\n', 'procdeck.yml': head },
		{ PATH: `${sharedFleet().binFolder}:${process.env.PATH}` },
	);
	const console = stack.open([], { columns: 100, rows: 30 });
	await console.waitForText('3/3 up');
	console.press('a');
	await console.waitForText('Add a server');
	console.press('web1', 'Tab', 'deploy@nowhere.invalid', 'Enter');
	await console.waitForText('web1 is not ready to run the stack');
	console.press('\u0015', 'deploy@web1', 'Enter');
	await console.waitForText('> Add web1 <');
	expect(console.screen()).toContain('procdeck.yml  web1 is one of the servers');
	expect(console.screen()).toContain('/etc/systemd/system/procdeck.shop.development.worker@.service');
	console.press('y');
	await console.waitForText(/web1: server add done.*ready to take over workers, not serving web/);
	expect(await readFile(join(stack.directory, 'procdeck.yml'), 'utf8')).toBe(
		`${head.replace('2 }', '{ local: 2 } }')}servers:\n  local: { local: true }\n  web1: { host: web1, user: deploy }\n`,
	);
	await console.waitForText(/● local +● web1/);
	console.press('Down', 'm', '+', '1', 'Enter');
	await console.waitForText('worker on local: move 1 to web1 done');
	await console.waitForText(/>worker .*1\/1.*1\/1 +2\/2/);
	// The new server follows the files as the others do: it can run a type that is new in them.
	await stack.write('Procfile', 'web: sleep 1000\nworker: sleep 1000\nmailer: sleep 1000\n');
	await console.waitForText(/^ mailer /m);
	console.press('Down', 'Right');
	await console.waitForText('mailer on web1');
	console.press('+');
	await console.waitForText('mailer on web1: 0 → 1 done');
	console.press('q');
	expect(await console.exited()).toBe(0);
});
