import { setImmediate as turn } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { type Archiver, archiveOf } from '../../../src/session/release/archive.ts';

const printing = (bytes: number): Archiver => ({
	command: ['head', '-c', String(bytes), '/dev/urandom'],
	input: '',
});

/** As a slow line reads it. */
async function readSlowly(archivers: readonly Archiver[]): Promise<Buffer> {
	const chunks: Buffer[] = [];
	for await (const chunk of archiveOf(archivers)) {
		chunks.push(chunk as Buffer);
		for (let turns = 0; turns < 20; turns++) await turn();
	}
	return gunzipSync(Buffer.concat(chunks));
}

it('is all that the programs print, however slowly it is read', async () => {
	expect((await readSlowly([printing(3_000_000), printing(3_000_000)])).length).toBe(6_000_000);
	const reads: Archiver = { command: ['cat'], input: 'what it reads' };
	expect((await readSlowly([reads])).toString()).toBe('what it reads');
});

it('fails with a program that fails', async () => {
	const fails: Archiver = { command: ['sh', '-c', 'echo no such tree >&2; exit 3'], input: '' };
	await expect(readSlowly([printing(10), fails])).rejects.toMatchObject({
		code: 'refused',
		message: 'cannot read the code: sh: no such tree',
	});
	const missing: Archiver = { command: ['no-such-program'], input: '' };
	await expect(readSlowly([missing])).rejects.toMatchObject({ code: 'refused' });
});
