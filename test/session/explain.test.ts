import { expect, it } from 'vitest';
import type { Change, ChangeOptions, ChangeRow } from '../../src/model/change.ts';
import { applyExplained } from '../../src/session/explain.ts';
import { scriptedServer } from '../support/scripted-server.ts';

const OPTIONS: ChangeOptions = { wait: true, timeoutMs: null, who: 'ann@desk', changeId: 'change-1' };
const SCALE: Change = { verb: 'scale', targets: [{ type: 'web', to: 2, expected: null }] };

function failing(failedInstances: readonly string[]) {
	const row: ChangeRow = {
		server: 'local',
		type: 'web',
		from: 0,
		to: 2,
		outcome: 'failed',
		reason: failedInstances.map((name) => `${name}: exit 1`).join('; '),
		code: 'internal',
		failedInstances,
	};
	const server = scriptedServer({ counts: { web: 0 } });
	return { ...server, apply: async () => [row] };
}

async function reasonOf(server: ReturnType<typeof failing>): Promise<string | null | undefined> {
	return (await applyExplained(server, SCALE, OPTIONS))[0]?.reason;
}

it('adds what the instance logged last', async () => {
	const server = failing(['web.1']);
	server.writeLog('web.2', 'Error: of another one\n');
	server.writeLog('web.1', 'booting\nLoadError: no gateway\n');
	expect(await reasonOf(server)).toBe('web.1: exit 1; it logged: LoadError: no gateway');
});

it('says what to do where the port is taken, and of which instance it is told', async () => {
	const server = failing(['web.1', 'web.2']);
	server.writeLog('web.1', 'Error: listen EADDRINUSE: address already in use :::5000\n');
	expect(await reasonOf(server)).toMatch(
		/web\.2: exit 1; web\.1 logged: Error.*:5000; port 5000 is taken: end what listens on it .*port_base$/,
	);
});

it('adds nothing where nothing was logged, or the logs cannot be read', async () => {
	expect(await reasonOf(failing(['web.1']))).toBe('web.1: exit 1');
	const unreadable = {
		...failing(['web.1']),
		logs(): never {
			throw new Error('not allowed');
		},
	};
	expect(await reasonOf(unreadable)).toBe('web.1: exit 1');
});
