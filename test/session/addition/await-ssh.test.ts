import { expect, it } from 'vitest';
import { connectSsh } from '../../../src/link/ssh/connect.ts';
import { awaitSsh } from '../../../src/session/addition/await-ssh.ts';
import { freePort } from '../../support/free-port.ts';

const to = (port: number) => (asker: Parameters<typeof connectSsh>[1]['asker'], signal: AbortSignal) =>
	connectSsh({ host: '127.0.0.1', user: 'me', port }, { asker, signal });

it('gives a machine up that never answers, with the reason', async () => {
	const told: string[] = [];
	const waiting = awaitSsh({ connect: to(await freePort()), withinMs: 0, onLine: (line) => told.push(line) });
	await expect(waiting).rejects.toMatchObject({
		code: 'unreachable',
		message: expect.stringMatching(/^it did not answer within 0 min: .*refuses the connection/),
	});
	expect(told).toHaveLength(1);
});
