import { describe, expect, it } from 'vitest';
import { fixture } from '../support/binary.ts';
import { processOf } from '../support/instances.ts';
import { tempStack } from '../support/temp-stack.ts';

const PROCFILE = `web: ${fixture('runs')}\nworker: ${fixture('runs')}\n`;

describe('a stack on two local servers', () => {
	const files = {
		Procfile: PROCFILE,
		'procdeck.yml': 'servers:\n  one: { local: true }\n  two: { local: true }\n',
	};

	it('starts there, then stops here', async () => {
		const stack = await tempStack(files);
		await stack.change('start', '--all');
		await stack.change('scale', 'worker=2', '--server', 'one');
		await stack.change('scale', 'worker=0', '--server', 'two');
		await stack.change('move', 'worker', '--from', 'one', '--to', 'two');
		expect(processOf(await stack.server('one'), 'worker')).toMatchObject({ wanted: 0, running: 0 });
		expect(processOf(await stack.server('two'), 'worker')).toMatchObject({ wanted: 2, running: 2 });
	});

	it('needs to be told which server where there are several', async () => {
		const stack = await tempStack(files);
		const { exitCode, stderr } = await stack.procdeck('scale', 'worker=2');
		expect(exitCode).toBe(2);
		expect(stderr).toMatch(/one.*two/s);
	});

	it('has the removal of one in the history of the other', async () => {
		const stack = await tempStack(files);
		await stack.change('start', 'web', '--server', 'one');
		await stack.change('server', 'remove', 'two', '--yes');
		const { history } = (await stack.procdeck('history', '--json')).json<{ history: object[] }>();
		expect(history.at(-1)).toMatchObject({ verb: 'server remove', server: 'two', outcome: 'done' });
	});

	it('lists the servers', async () => {
		const stack = await tempStack(files);
		expect((await stack.procdeck('servers', '--json')).json()).toMatchObject({
			servers: [
				{ name: 'one', kind: 'local', serving: null },
				{ name: 'two', kind: 'local' },
			],
		});
	});
});
