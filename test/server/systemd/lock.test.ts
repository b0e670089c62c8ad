import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openLocalLink } from '../../../src/link/local.ts';
import { type Layout, templatePath } from '../../../src/server/systemd/layout.ts';
import { lockCommand, StackLock } from '../../../src/server/systemd/lock.ts';
import { StackFiles } from '../../../src/server/systemd/read-files.ts';
import { tempFolder } from '../../support/temp-folder.ts';

async function layoutIn(folder: string): Promise<Layout> {
	const [units, config, run] = ['units', 'config', 'run'].map((name) => join(folder, name)) as [
		string,
		string,
		string,
	];
	for (const path of [units, config, run]) await mkdir(path);
	return {
		prefix: 'procdeck.shop.test',
		scope: 'system',
		units,
		config,
		run,
		bootTarget: 'multi-user.target',
		code: '/srv/shop',
	};
}

async function openLock(layout: Layout) {
	const link = openLocalLink();
	onTestFinished(() => link.close());
	const channel = await link.open(lockCommand(layout));
	return { channel, lock: new StackLock(channel, new StackFiles(link, layout)) };
}

const template = (text: string, layout: Layout) => writeFile(templatePath(layout, 'worker'), text);

it('is held by one at a time, who is given what the one before has left', async () => {
	const layout = await layoutIn(await tempFolder({}));
	const [{ lock: one }, { lock: other }] = [await openLock(layout), await openLock(layout)];
	const { promise: isHeld, resolve } = Promise.withResolvers<void>();
	const order: string[] = [];
	const first = one.hold(async ({ types }) => {
		resolve();
		order.push(`first: ${types.join()}`);
		await template('[Service]\n', layout);
		expect((await one.readFiles()).types).toEqual(['worker']);
		order.push('first is done');
	});
	await isHeld;
	await other.hold(async ({ types }) => void order.push(`second: ${types.join()}`));
	await first;
	expect(order).toEqual(['first: ', 'first is done', 'second: worker']);
});

it('knows texts that are not sent again, and those that have become others', async () => {
	const layout = await layoutIn(await tempFolder({}));
	await template('one\n', layout);
	const { lock } = await openLock(layout);
	const textNow = () => lock.hold(async ({ texts }) => texts[templatePath(layout, 'worker')]);
	expect(await textNow()).toBe('one\n');
	expect(await textNow()).toBe('one\n');
	await template('two\n', layout);
	expect(await textNow()).toBe('two\n');
});

it('says that it is lost to who holds it, and to who comes then', async () => {
	const { lock, channel } = await openLock(await layoutIn(await tempFolder({})));
	const work = lock.hold(async () => {
		channel.close();
		await channel.ended;
		lock.requireHeld();
	});
	await expect(work).rejects.toMatchObject({ code: 'unreachable' });
	await expect(lock.hold(async () => {})).rejects.toMatchObject({ code: 'unreachable' });
});
