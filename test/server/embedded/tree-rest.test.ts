import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it, onTestFinished } from 'vitest';
import { canSignal, monotonicNow, readStat } from '../../../src/linux/proc.ts';
import { Trees } from '../../../src/server/embedded/trees.ts';
import { fixture } from '../../support/binary.ts';
import { killAll } from '../../support/processes.ts';

it('a process that does not heed a signal is not said to be out of its reach', async () => {
	const child = spawn(fixture('ignores-term'), { detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
	const { pid = 0 } = child;
	onTestFinished(() => killAll([pid]));
	await once(child.stdout, 'data');
	const startTime = readStat(pid)?.startTime ?? 0;
	const tree = {
		name: 'worker.1',
		starts: 1,
		process: { pid, startTime, startedAt: Date.now(), startedMono: monotonicNow() },
	};
	const trees = new Trees('a cookie', () => {});
	onTestFinished(() => trees.close());
	trees.signal(tree, 'SIGTERM');
	const rest = trees.describeRest(tree);
	expect(rest).toMatch(
		new RegExp(`^pid ${pid} \\(ignores-term, of user ${process.getuid?.()}\\).* still there after SIGTERM$`),
	);
	expect(rest).not.toContain('cannot be signalled');
});

it('only what is another user’s cannot be signalled', () => {
	expect(canSignal(process.pid)).toBe(true);
	// The first process is root's.
	expect(canSignal(1)).toBe(process.getuid?.() === 0);
});
