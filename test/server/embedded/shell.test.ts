import { expect, it } from 'vitest';
import { Client } from '../../contract/client.ts';
import { fixture } from '../../support/binary.ts';
import { waitFor } from '../../support/wait-for.ts';
import { embeddedApp } from './app.ts';

/** A client of the same server whose shell says hello in its own way. */
function greeting({ server }: Client, words: string): Client {
	return new Client(server, { GREETING: words });
}

async function greetingOf(client: Client, instance: string): Promise<string | undefined> {
	const [type = '', index] = instance.split('.');
	const text = await waitFor(async () => {
		const log = await client.log({ selectors: [{ type, index: Number(index) }] });
		return log.endsWith('environment printed\n') && log;
	}, `${instance} to print its environment`);
	return /^GREETING=(.*)$/m.exec(text)?.[1];
}

it('new instances get the shell of the last start or restart that was not refused', async () => {
	const app = await embeddedApp({ Procfile: `worker: ${fixture('prints-environment')}\n` });
	const first = greeting(await app.connect(), 'first');
	const second = greeting(await app.connect(), 'second');
	await first.start();
	await expect(second.restart(['worker.77'])).rejects.toMatchObject({ code: 'unknown-type' });
	await expect(second.start('wroker')).rejects.toMatchObject({ code: 'unknown-type' });
	await first.scaleTo('worker', 2);
	expect(await greetingOf(first, 'worker.2')).toBe('first');
	expect(await second.start()).toMatchObject([{ outcome: 'unchanged' }]);
	await first.scaleTo('worker', 3);
	expect(await greetingOf(first, 'worker.3')).toBe('second');
});
