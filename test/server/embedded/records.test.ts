import { readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pathsIn, type StatePaths } from '../../../src/server/embedded/paths.ts';
import {
	readLaunches,
	readRecorded,
	STATE_VERSION,
	writeFormation,
	writeInstances,
	writeLaunches,
} from '../../../src/server/embedded/records.ts';
import type { Formation } from '../../../src/server/plan/state.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import { definition } from './step/definitions.ts';
import { World } from './step/world.ts';

const BOOT = 'this boot';

const FORMATION: Formation = {
	power: 'up',
	wanted: { web: 2, worker: 0 },
	paused: { worker: 3 },
	ports: { web: 5000, worker: 5100 },
	held: ['web.2'],
	override: null,
};

async function paths(): Promise<StatePaths> {
	return pathsIn(await tempFolder({}, 'state'));
}

function runningInstances() {
	const world = new World([definition('worker')]);
	world.start({ worker: 2 });
	world.pass(5_000);
	return world.state.instances;
}

describe('what is recorded', () => {
	it('comes back as it was in the same boot', async () => {
		const at = await paths();
		const instances = runningInstances();
		await writeFormation(at, FORMATION, BOOT);
		await writeInstances(at, instances.values(), BOOT);
		const { state } = readRecorded(at, BOOT);
		expect(state.formation).toEqual(FORMATION);
		expect(state.instances).toEqual(instances);
	});

	it('of another boot keeps counts and pauses; processes and stops are gone', async () => {
		const at = await paths();
		await writeFormation(at, FORMATION, BOOT);
		await writeInstances(at, runningInstances().values(), BOOT);
		const { state } = readRecorded(at, 'next boot');
		expect(state.formation).toEqual({ ...FORMATION, power: 'never', held: [] });
		expect(state.instances.size).toBe(0);
	});

	it('of another boot stays down if it was', async () => {
		const at = await paths();
		await writeFormation(at, { ...FORMATION, power: 'down' }, BOOT);
		const { state } = readRecorded(at, 'next boot');
		expect(state.formation.power).toBe('down');
	});

	it('before anything was is a stack that never ran', async () => {
		const { state } = readRecorded(await paths(), BOOT);
		expect(state.formation).toMatchObject({ power: 'never', wanted: {} });
	});

	it.each([0, 1, 10, 40])('and cut short after %i bytes falls back to the version before', async (bytes) => {
		const at = await paths();
		await writeFormation(at, FORMATION, BOOT);
		await writeFormation(at, { ...FORMATION, wanted: { web: 9 } }, BOOT);
		await truncate(at.formation, bytes);
		expect(readRecorded(at, BOOT).state.formation).toEqual(FORMATION);
	});

	it('by a newer Procdeck is refused and stays as it is', async () => {
		const at = await paths();
		const newer = JSON.stringify({ version: STATE_VERSION + 1, boot: BOOT, everything: 'else' });
		await writeFile(at.formation, newer);
		expect(() => readRecorded(at, BOOT)).toThrow(
			expect.objectContaining({ code: 'refused', message: expect.stringMatching(/newer/) }),
		);
		expect(await readFile(at.formation, 'utf8')).toBe(newer);
	});

	it('about launches holds secrets and is for this user alone', async () => {
		const at = await paths();
		const record = { shell: { API_KEY: 'secret' }, launches: {} };
		await writeLaunches(at, record);
		await writeLaunches(at, record);
		expect(readLaunches(at)).toMatchObject(record);
		for (const file of [at.launches, `${at.launches}.previous`])
			expect((await stat(file)).mode & 0o777, file).toBe(0o600);
	});
});

describe('the paths of a state', () => {
	it('have a socket that is short enough for the kernel, wherever the state is', () => {
		const deep = pathsIn(join('/var', 'x'.repeat(200), 'app.development.local.0123456789'));
		expect(Buffer.byteLength(deep.socket.path)).toBeLessThanOrEqual(107);
	});

	it('have a cookie of their own', () => {
		expect(pathsIn('/state/a').cookie).not.toBe(pathsIn('/state/b').cookie);
		expect(pathsIn('/state/a').cookie).toBe(pathsIn('/state/a').cookie);
	});
});
