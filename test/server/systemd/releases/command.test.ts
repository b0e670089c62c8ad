import { PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { refusal, takeLittle } from '../../../../src/server/systemd/releases/command.ts';

describe('what is little of a stream', () => {
	it('is taken as a whole', async () => {
		expect(await takeLittle(Readable.from([Buffer.from('one '), Buffer.from('two')]))).toEqual(
			Buffer.from('one two'),
		);
	});

	it('is not taken where there is more, and then nothing of it is lost', async () => {
		const whole = Buffer.alloc(1_000_000, 'abcdefghij');
		const stream = new PassThrough();
		for (let at = 0; at < whole.length; at += 50_000) stream.write(whole.subarray(at, at + 50_000));
		stream.end();
		expect(await takeLittle(stream)).toBeNull();
		expect((await buffer(stream)).equals(whole)).toBe(true);
	});

	it('fails as the stream does', async () => {
		const stream = new PassThrough();
		stream.write('begun');
		stream.destroy(new Error('cannot be read'));
		await expect(takeLittle(stream)).rejects.toThrow('cannot be read');
	});
});

describe('a refusal', () => {
	it('has the last of what the server says, and the mend of a full disk', () => {
		const words = 'one\ntwo\nthree\ntar: ./a: Cannot write: No space left on device\n';
		expect(refusal('cannot copy', words)).toMatchObject({
			code: 'refused',
			message: 'cannot copy: two; three; tar: ./a: Cannot write: No space left on device',
			hint: 'free some space there',
		});
		expect(refusal('cannot copy', 'Permission denied').hint).toBeNull();
	});
});
