import { appendFileSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { loadStack } from '../../../src/files/load-stack.ts';
import { carryOut } from '../../../src/server/carry-out.ts';
import { indexFile, logFile } from '../../../src/server/embedded/logs/files.ts';
import { statePaths } from '../../../src/server/embedded/paths.ts';
import { type RunningSupervisor, runSupervisor } from '../../../src/server/embedded/run.ts';
import { killAll, openersOf } from '../../support/processes.ts';
import { tempFolder } from '../../support/temp-folder.ts';

const OPTIONS = { wait: true, timeoutMs: null, who: 'tester@here', changeId: 'change' };

/** A supervisor in this very process, of a stack that does not run, with a log that an instance left. */
async function supervisorWithLog(): Promise<RunningSupervisor> {
	const directory = await tempFolder({ Procfile: 'worker: sleep 600\n' });
	vi.stubEnv('XDG_STATE_HOME', join(directory, 'state'));
	onTestFinished(() => void vi.unstubAllEnvs());
	const files = { directory, procfile: null, environment: null };
	const paths = statePaths(await loadStack(files), 'local');
	await mkdir(paths.logs, { recursive: true });
	await writeFile(logFile(paths.logs, 'worker.1'), 'a line\n');
	const running = await runSupervisor(files, 'local', { staysWhenIdle: true });
	if (running === null) throw new Error('the lock is taken');
	onTestFinished(() => running.end());
	return running;
}

/** Every file with its time and size. */
function stateOf(directory: string): string[] {
	return readdirSync(directory, { recursive: true, encoding: 'utf8' })
		.map((name) => {
			const { mtimeMs, size } = statSync(join(directory, name));
			return `${name} ${mtimeMs} ${size}`;
		})
		.sort();
}

it('a supervisor that lost its lock writes nothing any more', async () => {
	const running = await supervisorWithLog();
	const { supervisor, paths } = running;
	const log = logFile(paths.logs, 'worker.1');
	const index = readFileSync(indexFile(log));
	// What a last look would note.
	appendFileSync(log, 'another line\n');
	killAll(openersOf(paths.lock));
	expect(await running.ended).toBe('lock-lost');
	expect(readFileSync(indexFile(log))).toEqual(index);

	const before = stateOf(paths.directory);
	const scale = { verb: 'scale', targets: [{ type: 'worker', to: 2, expected: null }] } as const;
	expect(await carryOut(supervisor, scale, OPTIONS)).toMatchObject([{ outcome: 'failed' }]);
	supervisor.redefine({ GREETING: 'hello' });
	await running.end();
	expect(stateOf(paths.directory)).toEqual(before);
});

it('a supervisor that ends by itself notes how long its logs are', async () => {
	const running = await supervisorWithLog();
	const log = logFile(running.paths.logs, 'worker.1');
	const index = readFileSync(indexFile(log));
	appendFileSync(log, 'another line\n');
	await running.end();
	expect(readFileSync(indexFile(log)).length).toBeGreaterThan(index.length);
});
