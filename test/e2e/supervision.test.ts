import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { fixture } from '../support/binary.ts';
import { freePort } from '../support/free-port.ts';
import { instanceOf, pidsOf, processOf } from '../support/instances.ts';
import { isAlive } from '../support/processes.ts';
import { tempStack } from '../support/temp-stack.ts';
import { waitFor } from '../support/wait-for.ts';

async function pidIn(file: string): Promise<number> {
	return waitFor(async () => Number(await readFile(file, 'utf8')), `a pid in ${file}`);
}

describe('an instance that ends by itself', () => {
	it('is started again at once, with the reason kept', async () => {
		const stack = await tempStack({ Procfile: `worker: ${fixture('runs')}\n` });
		await stack.change('start');
		const before = pidsOf(await stack.server(), 'worker')['worker.1'] ?? 0;
		process.kill(before, 'SIGKILL');
		const after = await waitFor(async () => {
			const instance = instanceOf(await stack.server(), 'worker.1');
			return instance.state === 'running' && instance.pid !== before && instance;
		}, 'a successor');
		expect(after).toMatchObject({ restarts: 1, lastExit: { code: null, signal: 'SIGKILL' } });
	});

	it('waits longer and longer in a crash loop, and a restart tries now', async () => {
		const stack = await tempStack({ Procfile: `worker: ${fixture('exits-with')} 3 broken\n` });
		expect((await stack.procdeck('start')).exitCode).toBe(1);
		const waiting = await waitFor(async () => {
			const instance = instanceOf(await stack.server(), 'worker.1');
			return instance.state === 'backoff' && instance.restarts >= 2 && instance;
		}, 'a back-off');
		expect(waiting).toMatchObject({ pid: null, lastExit: { code: 3, signal: null } });
		expect(Date.parse(waiting.nextStartAt ?? '')).toBeGreaterThan(Date.parse(waiting.lastExit?.at ?? ''));
		await stack.write('Procfile', `worker: ${fixture('runs')}\n`);
		await stack.change('restart', 'worker');
		expect(instanceOf(await stack.server(), 'worker.1')).toMatchObject({ state: 'running', restarts: 0 });
	});

	it('stays down where the stack file says so', async () => {
		const stack = await tempStack({
			Procfile: `once: ${fixture('exits-at-once')}\nfails: ${fixture('exits-with')} 4\n`,
			'procdeck.yml': 'processes:\n  once: { restart: never }\n  fails: { restart: never }\n',
		});
		await stack.procdeck('start');
		const server = await stack.server();
		expect(instanceOf(server, 'once.1')).toMatchObject({
			state: 'stopped',
			restarts: 0,
			lastExit: { code: 0 },
		});
		expect(instanceOf(server, 'fails.1')).toMatchObject({
			state: 'failed',
			restarts: 0,
			lastExit: { code: 4 },
		});
	});
});

describe('a stop', () => {
	it('ends what ignores TERM', async () => {
		const stack = await tempStack({
			Procfile: `worker: ${fixture('ignores-term')}\n`,
			'procdeck.yml': 'processes:\n  worker: { stop: [TERM, 1, KILL] }\n',
		});
		await stack.change('start');
		const pid = pidsOf(await stack.server(), 'worker')['worker.1'] ?? 0;
		await stack.change('stop', 'worker');
		expect(pid).not.toSatisfy(isAlive);
	});

	it('sends the signals of its sequence in order', async () => {
		const stack = await tempStack({
			Procfile: `worker: exec ${fixture('traps-signals.js')} TERM\n`,
			'procdeck.yml': 'processes:\n  worker: { stop: [TSTP, 1, USR1, 1, TERM, 10, KILL] }\n',
		});
		await stack.change('start');
		await waitFor(async () => (await stack.procdeck('logs')).stdout.includes('trapping'), 'the traps');
		await stack.change('stop', 'worker');
		const { stdout } = await stack.procdeck('logs');
		expect(stdout.match(/got \w+/g)).toEqual(['got TSTP', 'got USR1', 'got TERM']);
		expect(instanceOf(await stack.server(), 'worker.1')).toMatchObject({
			state: 'stopped',
			lastExit: { code: 0 },
		});
	});

	it.each(['has-grandchild', 'double-forks'])('takes the whole tree of what %s', async (name) => {
		const stack = await tempStack({ Procfile: `worker: ${fixture(name)} descendant.pid\n` });
		await stack.change('start');
		const descendant = await pidIn(`${stack.directory}/descendant.pid`);
		expect(descendant).toSatisfy(isAlive);
		await stack.change('stop', 'worker');
		expect(descendant).not.toSatisfy(isAlive);
	});

	it.each(['rewrites-its-title.js', 'rewrites-its-title.pl'])('ends %s', async (name) => {
		const stack = await tempStack({ Procfile: `worker: exec ${fixture(name)}\n` });
		await stack.change('start');
		const pid = pidsOf(await stack.server(), 'worker')['worker.1'] ?? 0;
		await stack.change('stop', 'worker');
		expect(pid).not.toSatisfy(isAlive);
	});
});

describe('readiness', () => {
	it('is waited for over HTTP', async () => {
		const stack = await tempStack({
			Procfile: `web: exec ${fixture('listens.js')} 300\n`,
			'.env': `PORT=${await freePort()}\n`,
			'procdeck.yml': 'processes:\n  web: { ready: { http: /, timeout: 20 } }\n',
		});
		await stack.change('start');
		const instance = instanceOf(await stack.server(), 'web.1');
		expect(instance).toMatchObject({ state: 'running', ready: true });
		expect(await (await fetch(`http://127.0.0.1:${instance.port}/`)).text()).toBe(`pid ${instance.pid}\n`);
	});

	it('is waited for over TCP', async () => {
		const stack = await tempStack({
			Procfile: `web: exec ${fixture('listens-tcp.js')} 300\n`,
			'.env': `PORT=${await freePort()}\n`,
			'procdeck.yml': 'processes:\n  web: { ready: { tcp: true, timeout: 20 } }\n',
		});
		await stack.change('start');
		expect(instanceOf(await stack.server(), 'web.1')).toMatchObject({ state: 'running', ready: true });
	});

	it('is waited for in the log', async () => {
		const stack = await tempStack({
			Procfile: `worker: ${fixture('becomes-ready-by-log')} 0.3\n`,
			'procdeck.yml': 'processes:\n  worker: { ready: { log: ready to accept, timeout: 20 } }\n',
		});
		await stack.change('start');
		expect(instanceOf(await stack.server(), 'worker.1')).toMatchObject({ state: 'running', ready: true });
	});

	it('that never comes is a failed start', async () => {
		const stack = await tempStack({
			Procfile: `web: exec ${fixture('listens.js')} 0 503\n`,
			'.env': `PORT=${await freePort()}\n`,
			'procdeck.yml': 'processes:\n  web: { ready: { http: /, timeout: 1 } }\n',
		});
		expect((await stack.procdeck('start')).exitCode).toBe(1);
		const { lastExit } = await waitFor(async () => {
			const instance = instanceOf(await stack.server(), 'web.1');
			return instance.lastExit?.reason && instance;
		}, 'the reason');
		expect(lastExit?.reason).toMatch(/not ready/);
	});
});

describe('memory_max', () => {
	it('restarts a tree that is over it and says why', async () => {
		const stack = await tempStack({
			Procfile: `worker: exec ${fixture('leaks-memory.js')} 300\n`,
			'procdeck.yml': 'processes:\n  worker: { memory_max: 150M }\n',
		});
		await stack.procdeck('start', '--no-wait');
		const { lastExit } = await waitFor(async () => {
			const instance = instanceOf(await stack.server(), 'worker.1');
			return instance.lastExit && instance;
		}, 'the end of it');
		expect(lastExit?.reason).toContain('memory_max');
	});
});

describe('what an instance gets', () => {
	it('is its environment, in order of precedence', async () => {
		const stack = await tempStack(
			{
				Procfile: `web: true\nworker: ${fixture('prints-environment')}\n`,
				'.env': 'PORT=6100\nFROM_FILE=file\nFROM_SHELL=file wins\n',
				'procdeck.yml': 'stack: shop\nenv: { FROM_FILE: stack file wins }\n',
			},
			{ FROM_SHELL: 'shell', ONLY_SHELL: 'shell' },
		);
		await stack.procdeck('start', 'worker');
		const { stdout } = await waitFor(async () => {
			const result = await stack.procdeck('logs', 'worker', '-n', '200');
			return result.stdout.includes('environment printed') && result;
		}, 'the environment');
		for (const entry of [
			'FROM_FILE=stack file wins',
			'FROM_SHELL=file wins',
			'ONLY_SHELL=shell',
			'NODE_ENV=development',
			'PORT=6200',
			'PS=worker.1',
			'PROCDECK_STACK=shop',
			'PROCDECK_TYPE=worker',
		]) {
			expect(stdout).toContain(entry);
		}
	});

	it('names its folder, also where no shell is started in between', async () => {
		const stack = await tempStack({
			Procfile: 'worker: env\n',
			'procdeck.yml': 'processes: { worker: { restart: never } }\n',
		});
		await stack.change('start');
		const { stdout } = await stack.procdeck('logs', 'worker');
		expect(stdout).toContain(`| PWD=${stack.directory}`);
	});

	it('is a standard input that stays open', async () => {
		const stack = await tempStack({ Procfile: `worker: ${fixture('reads-stdin')}\n` });
		await stack.change('start');
		expect(processOf(await stack.server(), 'worker')).toMatchObject({
			running: 1,
			instances: [{ restarts: 0 }],
		});
	});
});
