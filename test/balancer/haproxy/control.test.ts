import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { Control } from '../../../src/balancer/haproxy/control.ts';
import { controlCommand } from '../../../src/balancer/haproxy/control-script.ts';
import type { BalancerLayout } from '../../../src/balancer/haproxy/layout.ts';
import { localLink } from '../../../src/link/local.ts';
import { tempFolder } from '../../support/temp-folder.ts';

async function place() {
	const folder = await tempFolder({}, 'balancer');
	const config = join(folder, 'etc');
	const run = join(folder, 'run');
	const layout: BalancerLayout = {
		scope: 'system',
		title: 'shop (production)',
		unit: 'no-such.service',
		unitPath: join(folder, 'no-such.service'),
		config,
		configPath: join(config, 'haproxy.cfg'),
		runtimeName: 'run',
		run,
		socket: join(run, 'admin.sock'),
		lock: join(run, 'lock'),
		bootTarget: 'multi-user.target',
	};
	return layout;
}

async function controlOf(layout: BalancerLayout): Promise<Control> {
	const [file = '', ...args] = controlCommand(layout, '/usr/sbin/haproxy');
	const channel = await localLink.open([file, ...args]);
	onTestFinished(() => channel.close());
	return new Control(channel);
}

const UNCHECKED = { isChecked: false };

it('only one at a time changes a balancer, whoever it is', async () => {
	const layout = await place();
	const controls = await Promise.all([controlOf(layout), controlOf(layout)]);
	let inside = 0;
	let most = 0;
	const changes = Array.from({ length: 8 }, (_, at) =>
		controls[at % 2]!.hold(async (config) => {
			inside += 1;
			most = Math.max(most, inside);
			await controls[at % 2]!.put(`${config ?? ''}${at}\n`, UNCHECKED);
			inside -= 1;
		}),
	);
	await Promise.all(changes);
	expect(most).toBe(1);
	// None has lost what another one wrote.
	const lines = (await readFile(layout.configPath, 'utf8')).trim().split('\n');
	expect(lines.toSorted()).toEqual(['0', '1', '2', '3', '4', '5', '6', '7']);
});

it('one that goes away lets go of it', async () => {
	const layout = await place();
	const [first, second] = await Promise.all([controlOf(layout), controlOf(layout)]);
	const held = Promise.withResolvers<void>();
	const forever = first.hold(async () => {
		held.resolve();
		await new Promise(() => {});
	});
	void forever.catch(() => {});
	await held.promise;
	const next = second.hold(async () => 'mine');
	first.close();
	expect(await next).toBe('mine');
});

it('takes any text as it is, and keeps the one before', async () => {
	const layout = await place();
	const control = await controlOf(layout);
	const odd = `lock\nput 3\n$(id) "'\\ ünï\n${'long '.repeat(100_000)}`;
	await control.hold(async () => {
		await control.put('first\n', UNCHECKED);
		await control.put(odd, UNCHECKED);
	});
	expect((await readFile(layout.configPath, 'utf8')) === odd).toBe(true);
	expect(await control.files()).toMatchObject({ previous: 'first\n', unit: null, startsAtBoot: false });
	await control.back();
	expect(await readFile(layout.configPath, 'utf8')).toBe('first\n');
});

it('what bears the name of the lock may be removed meanwhile', async () => {
	const layout = await place();
	const control = await controlOf(layout);
	await control.hold(async () => {});
	await rm(layout.run, { recursive: true });
	expect(await control.hold(async () => 'again')).toBe('again');
});

it('says why where it cannot write', async () => {
	const layout = { ...(await place()), configPath: '/proc/no/haproxy.cfg' };
	const control = await controlOf(layout);
	const put = control.hold(() => control.put('text', UNCHECKED));
	await expect(put).rejects.toMatchObject({ code: 'refused', message: expect.stringContaining('/proc/no') });
});
