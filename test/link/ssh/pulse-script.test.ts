import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { expect, it, onTestFinished } from 'vitest';
import { PULSE_SCRIPT } from '../../../src/link/ssh/pulse-script.ts';
import { readStat } from '../../../src/linux/proc.ts';

/** How often a process has read anything. */
function readsOf({ pid }: ChildProcess): number {
	return Number(/^syscr: (\d+)/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1]);
}

it('does not look through all processes for what has ended by itself', async () => {
	const session = spawn('sleep', ['1000'], { detached: true });
	const pulse = spawn('/bin/sh', ['-c', PULSE_SCRIPT], { detached: true });
	onTestFinished(() => void pulse.stdin.end());
	/** What was ordered before is done. */
	const beat = async () => {
		pulse.stdin.write('\n');
		await once(pulse.stdout, 'data');
	};
	const { pid = 0 } = session;
	pulse.stdin.write(`hold ${pid} ${readStat(pid)?.startTime} ${pid} ${process.pid}\n`);
	await beat();
	session.kill();
	await once(session, 'exit');
	const before = readsOf(pulse);
	pulse.stdin.write(`close ${pid}\n`);
	await beat();
	// Its orders alone, a character at a time.
	expect(readsOf(pulse) - before).toBeLessThan(100);
});
