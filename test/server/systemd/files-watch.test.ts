import { expect, it } from 'vitest';
import { FilesWatch } from '../../../src/server/systemd/files-watch.ts';
import { layoutOf } from '../../../src/server/systemd/layout.ts';
import type { FilesOnServer } from '../../../src/server/systemd/read-files.ts';
import { NO_RELEASE } from '../../../src/server/systemd/releases/current.ts';
import { StackState } from '../../../src/server/systemd/stack-state.ts';
import { NO_UNIT } from '../../../src/server/systemd/unit-state.ts';
import { stackOf } from '../../support/console-model.ts';
import { definition } from '../../support/scripted-server.ts';
import { stackInMemory } from '../../support/stack-in-memory.ts';
import { waitFor } from '../../support/wait-for.ts';

const BEFORE: FilesOnServer = {
	record: null,
	held: [],
	power: 'up',
	enabled: {},
	texts: {},
	dropIns: [],
	types: ['worker'],
	release: NO_RELEASE,
	mark: '',
};
const AFTER: FilesOnServer = { ...BEFORE, enabled: { worker: [1] } };
const WORKER = { name: 'worker.1', type: 'worker', index: 1 };
const ENDED = { ...NO_UNIT, startedAt: 1, exitedAt: 2, exitCode: 1 };

/** A server whose files are read when a test says so, each as what it gives then. */
function watched() {
	const stack = stackOf([], ['worker']);
	const known = new StackState(
		() => stack,
		{ of: () => null },
		() => ({ server: 0, mono: 0 }),
	);
	known.takeFiles(BEFORE);
	const readings: ((files: FilesOnServer) => void)[] = [];
	const session = {
		layout: layoutOf(stack, 'system', { home: '/root', uid: 0 }),
		facts: { user: 'deploy', systemdVersion: 252 } as never,
		readFiles: () => new Promise<FilesOnServer>((resolve) => readings.push(resolve)),
		units: { know: async () => {} },
	};
	const watch = new FilesWatch({
		source: stackInMemory(stack),
		definition: { ...definition('web1'), kind: 'ssh', scope: 'system' },
		known,
		announcer: { stack: () => {} },
		session: () => session,
	});
	return { known, watch, readings };
}

const formationWith = (known: StackState, worker: number) => ({
	...known.state.formation,
	wanted: { worker },
});

it('what is read before a change is recorded does not take back how an instance of it ended', async () => {
	const { known, watch, readings } = watched();
	await known.expect(formationWith(known, 1), async () => {
		known.takeUnit(WORKER, ENDED);
		const reading = watch.read();
		readings.shift()?.({ ...BEFORE, mark: 'written' });
		await reading;
		expect(known.state.instances.get('worker.1')?.lastExit).toMatchObject({ code: 0 });
	});
	watch.close();
});

it('what was read before a change is not taken for what is there after it, but read again', async () => {
	const { known, watch, readings } = watched();
	const reading = watch.read();
	await known.expect(formationWith(known, 1), async () => known.takeFiles(AFTER));
	readings.shift()?.(BEFORE);
	const again = await waitFor(() => readings.shift(), 'another reading');
	expect(known.state.formation.wanted).toEqual({ worker: 1 });
	again({ ...AFTER, enabled: { worker: [1, 2] } });
	await reading;
	expect(known.state.formation.wanted).toEqual({ worker: 2 });
	watch.close();
});
