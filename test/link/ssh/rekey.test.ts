import { createHash } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startSshd } from '../../support/sshd.ts';
import { connectTo } from './connect-to.ts';

describe('new session keys every megabyte', () => {
	it('change nothing of a stream, nor of what runs beside it', async () => {
		const sshd = await startSshd({ server: ['RekeyLimit 1M', 'LogLevel DEBUG1'] });
		onTestFinished(() => sshd.stop());
		const link = await connectTo(sshd);
		onTestFinished(() => link.close());
		const numbers = Array.from({ length: 1_500_000 }, (_, index) => `${index + 1}\n`).join('');
		const channel = await link.open(['seq', '1500000']);
		let isStreaming = true;
		const beside = (async () => {
			while (isStreaming)
				expect((await link.run(['cat'], { input: 'x', timeoutMs: 20_000 })).stdout).toBe('x');
		})();
		const hash = createHash('sha256');
		for await (const chunk of channel.stream) hash.update(chunk);
		isStreaming = false;
		await beside;
		expect(hash.digest('hex')).toBe(createHash('sha256').update(numbers).digest('hex'));
		expect((await sshd.log()).match(/SSH2_MSG_NEWKEYS received/g)?.length).toBeGreaterThan(5);
	});
});
