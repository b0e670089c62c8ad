import { expect, it } from 'vitest';
import type { HistoryEntry } from '../../src/model/change.ts';
import type { ChangesJson } from '../support/contract.ts';
import { instanceOf, pidsOf } from '../support/instances.ts';
import type { TempStack } from '../support/temp-stack.ts';
import { binaryStack } from './binary-stack.ts';

const PROCFILE = `web: /srv/fixtures/runs
broken: echo "LoadError: no gateway" >&2; exit 1
`;

async function historyOf(stack: TempStack): Promise<readonly HistoryEntry[]> {
	return (await stack.procdeck('history', '--json')).json<{ history: readonly HistoryEntry[] }>().history;
}

it('a change that fails says what the instance logged last, and the history does not', async () => {
	const stack = await binaryStack(PROCFILE, 'web1');
	const { exitCode, json } = await stack.procdeck('scale', 'broken=1', '--json');
	expect(exitCode).toBe(1);
	const [row] = json<ChangesJson>().changes;
	expect(row?.reason).toBe('broken.1: exit 1; it logged: LoadError: no gateway');
	expect((await historyOf(stack)).at(-1)).toMatchObject({ outcome: 'failed', reason: 'broken.1: exit 1' });
});

it('ps tells what CPU is used, though nobody has sampled before', async () => {
	const stack = await binaryStack(PROCFILE, 'web1');
	await stack.change('scale', 'web=1');
	expect(instanceOf(await stack.server('web1'), 'web.1').cpuPercent).toBeTypeOf('number');
});

it('nobody waits with --no-wait, and the history says so, yet a rolling restart is done', async () => {
	const stack = await binaryStack(PROCFILE, 'web1');
	await stack.change('scale', 'web=1', '--no-wait');
	expect((await historyOf(stack)).at(-1)).toMatchObject({
		verb: 'scale',
		outcome: 'done',
		reason: 'recorded',
	});
	await stack.change('scale', 'web=2');
	const before = Object.values(pidsOf(await stack.server('web1'), 'web'));
	await stack.change('restart', 'web', '--no-wait');
	const after = Object.values(pidsOf(await stack.server('web1'), 'web'));
	expect(after).toHaveLength(2);
	expect(after.filter((pid) => before.includes(pid))).toEqual([]);
});

it('the removal of a server is in the history of the others', async () => {
	const stack = await binaryStack(PROCFILE, 'web1', 'web2');
	await stack.change('scale', 'web=1', '--all');
	await stack.change('server', 'remove', 'web2', '--yes');
	expect((await historyOf(stack)).map(({ verb, server }) => [verb, server])).toEqual([
		['scale', 'web1'],
		['server remove', 'web2'],
	]);
});
