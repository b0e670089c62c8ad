import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { monotonicNow, readStat } from '../../../src/linux/proc.ts';
import { AdoptedWatch } from '../../../src/server/embedded/adopted-watch.ts';
import { carriersOf } from '../../../src/server/embedded/carriers.ts';
import { groupLives } from '../../../src/server/embedded/process-groups.ts';
import { type Tree, Trees } from '../../../src/server/embedded/trees.ts';
import type { LiveProcess } from '../../../src/server/plan/state.ts';
import { fixture } from '../../support/binary.ts';
import { isAlive, killAll, processesWith } from '../../support/processes.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import { waitFor } from '../../support/wait-for.ts';

interface Started {
	readonly tree: Tree;
	readonly child: ChildProcess;
	readonly pid: number;
}

let cookies = 0;

/** A cookie that no other test has; whatever carries it ends with the test. */
function newCookie(): string {
	const cookie = `test-${process.pid}-${++cookies}`;
	onTestFinished(() => {
		for (const starts of [1, 2, 3]) killAll(processesWith(`PROCDECK_COOKIE=${cookie}/worker.1/${starts}`));
	});
	return cookie;
}

/** Starts an instance as the supervisor does. */
function start(cookie: string, command: string, starts = 1): Started {
	const PROCDECK_COOKIE = `${cookie}/worker.1/${starts}`;
	const child = spawn('/bin/sh', ['-c', `exec ${command}`], {
		detached: true,
		stdio: 'ignore',
		env: { ...process.env, PROCDECK_COOKIE },
	});
	const { pid = 0 } = child;
	onTestFinished(() => killAll([pid]));
	return { tree: { name: 'worker.1', starts, process: identity(pid) }, child, pid };
}

function identity(pid: number): LiveProcess {
	const startTime = readStat(pid)?.startTime ?? 0;
	return { pid, startTime, startedAt: Date.now(), startedMono: monotonicNow() };
}

function watching(cookie: string): { trees: Trees; gone: Tree[] } {
	const gone: Tree[] = [];
	const trees = new Trees(cookie, (tree) => gone.push(tree));
	onTestFinished(() => trees.close());
	return { trees, gone };
}

async function pidIn(file: string): Promise<number> {
	return waitFor(async () => Number(await readFile(file, 'utf8')), `a pid in ${file}`);
}

describe('a tree that is signalled', () => {
	it.each(['has-grandchild', 'double-forks'])(
		'is gone with all of what %s, and told once',
		async (program) => {
			const cookie = newCookie();
			const { trees, gone } = watching(cookie);
			const file = join(await tempFolder({}), 'descendant.pid');
			const { tree, pid } = start(cookie, `${fixture(program)} ${file}`);
			const descendant = await pidIn(file);
			trees.signal(tree, 'SIGTERM');
			await waitFor(() => gone.length > 0, 'the tree to be gone');
			expect([pid, descendant].filter(isAlive)).toEqual([]);
			expect(gone).toMatchObject([{ name: 'worker.1', starts: 1 }]);
		},
	);

	it('is told gone only after its leader’s exit was', async () => {
		const cookie = newCookie();
		const { tree, child } = start(cookie, 'sleep 600');
		const order: string[] = [];
		child.on('exit', () => order.push('exit'));
		const trees = new Trees(cookie, () => order.push('gone'));
		onTestFinished(() => trees.close());
		trees.signal(tree, 'SIGKILL');
		await waitFor(() => order.includes('gone'), 'the tree to be gone');
		expect(order).toEqual(['exit', 'gone']);
	});

	it('gets later signals too, where the first did not end it', async () => {
		const cookie = newCookie();
		const { trees, gone } = watching(cookie);
		const { tree, pid } = start(cookie, `${fixture('traps-signals.js')}`);
		await waitFor(() => processesWith(`PROCDECK_COOKIE=${cookie}/worker.1/1`).length > 0, 'it to run');
		trees.signal(tree, 'SIGWINCH');
		expect(trees.describeRest(tree)).toContain(`pid ${pid} `);
		trees.signal(tree, 'SIGKILL');
		await waitFor(() => gone.length > 0, 'the tree to be gone');
	});

	it('leaves what a later start runs alone', async () => {
		const cookie = newCookie();
		const { trees, gone } = watching(cookie);
		const first = start(cookie, 'sleep 600');
		const second = start(cookie, 'sleep 600', 2);
		trees.signal(first.tree, 'SIGTERM');
		await waitFor(() => gone.length > 0, 'the first tree to be gone');
		expect(second.pid).toSatisfy(isAlive);
	});

	it('is never a stranger that got its pid', async () => {
		const cookie = newCookie();
		const { trees, gone } = watching(cookie);
		const stranger = start(newCookie(), 'sleep 600');
		const { process } = stranger.tree;
		const reused = { ...process, startTime: process.startTime - 1 };
		expect(groupLives(process)).toBe(true);
		expect(groupLives(reused)).toBe(false);
		trees.signal({ name: 'worker.1', starts: 1, process: reused }, 'SIGKILL');
		await waitFor(() => gone.length > 0, 'the tree to be found gone');
		expect(stranger.pid).toSatisfy(isAlive);
	});
});

describe('a tree whose stop failed', () => {
	it('is told gone when it has ended after all, with what it left outside of its group', async () => {
		const cookie = newCookie();
		const { trees, gone } = watching(cookie);
		const file = join(await tempFolder({}), 'descendant.pid');
		const { tree, pid } = start(cookie, `${fixture('double-forks')} ${file}`);
		const stray = await pidIn(file);
		trees.signal(tree, 'SIGWINCH');
		trees.keepWatching(tree, 'SIGKILL');
		killAll([pid]);
		await waitFor(() => gone.length > 0, 'the tree to be gone');
		expect(stray).not.toSatisfy(isAlive);
		expect(gone).toEqual([expect.objectContaining(tree)]);
	});

	it('can be signalled again', async () => {
		const { trees, gone } = watching(newCookie());
		const { tree } = start(newCookie(), 'sleep 600');
		trees.keepWatching(tree, 'SIGKILL');
		trees.signal(tree, 'SIGTERM');
		await waitFor(() => gone.length > 0, 'the tree to be gone');
		expect(gone).toHaveLength(1);
	});
});

describe('what earlier starts left', () => {
	it('is found by its cookie and ended, the present start is not', async () => {
		const cookie = newCookie();
		const { trees } = watching(cookie);
		const file = join(await tempFolder({}), 'descendant.pid');
		const first = start(cookie, `${fixture('double-forks')} ${file}`);
		const stray = await pidIn(file);
		const second = start(cookie, 'sleep 600', 2);
		killAll([first.pid]);
		await waitFor(() => carriersOf(cookie).get('worker.1')?.length === 2, 'the leader to be gone');
		expect(carriersOf(cookie).get('worker.1')).toEqual(
			expect.arrayContaining([
				{ pid: stray, starts: 1 },
				{ pid: second.pid, starts: 2 },
			]),
		);
		trees.sweep('worker.1', 2);
		await waitFor(() => !isAlive(stray), 'the stray to end');
		expect(second.pid).toSatisfy(isAlive);
	});

	it('of another stack is not looked at', async () => {
		start(newCookie(), 'sleep 600');
		expect(carriersOf(newCookie()).size).toBe(0);
	});
});

describe('a process that is not our child', () => {
	it('is told when it ends', async () => {
		const told: Tree[] = [];
		const watch = new AdoptedWatch(20, (tree) => told.push(tree));
		onTestFinished(() => watch.close());
		const { tree, pid } = start(newCookie(), 'sleep 600');
		watch.add(tree);
		killAll([pid]);
		await waitFor(() => told.length > 0, 'its end to be told');
		expect(told).toEqual([tree]);
	});

	it('is told to have ended when somebody else has its pid', async () => {
		const told: Tree[] = [];
		const watch = new AdoptedWatch(20, (tree) => told.push(tree));
		onTestFinished(() => watch.close());
		const { tree } = start(newCookie(), 'sleep 600');
		watch.add({ ...tree, process: { ...tree.process, startTime: tree.process.startTime - 1 } });
		await waitFor(() => told.length > 0, 'its end to be told');
	});
});
