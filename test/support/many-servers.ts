import { receive } from '../../src/store/console-store.ts';
import { type Scene, sceneOf } from './console-model.ts';
import { type ScriptedServer, START, scriptedServer } from './scripted-server.ts';

const WEB = { web: 4, worker: 0, scheduler: 0, mailer: 0, cable: 2, importer: 0, reports: 0, metrics: 1 };
const JOBS = { web: 0, worker: 8, scheduler: 1, mailer: 2, cable: 0, importer: 1, reports: 0, metrics: 1 };

function counts(base: Readonly<Record<string, number>>): Record<string, number> {
	// Ten types, in the Procfile's order.
	const { metrics = 0, ...others } = base;
	return { ...others, thumbs: 1, search: 0, metrics };
}

/** Servers of a shop: `web01` and so on serve, `jobs01` and so on work. */
export function manyServers(count: number): ScriptedServer[] {
	return Array.from({ length: count }, (_, position) => {
		const isWeb = position % 3 === 0;
		const number = String(Math.floor(position / 3) + 1 + (position % 3 === 2 ? Math.ceil(count / 3) : 0));
		const name = `${isWeb ? 'web' : 'jobs'}${number.padStart(2, '0')}`;
		const server = scriptedServer({ name, counts: counts(isWeb ? WEB : JOBS) });
		server.push({ kind: 'snapshot', observation: { ...server.observation, serving: isWeb } });
		return server;
	});
}

/** ISO 8601, so many seconds after the tests' start. */
export function iso(seconds: number): string {
	return new Date(START + seconds * 1000).toISOString();
}

export function named(servers: readonly ScriptedServer[], name: string): ScriptedServer {
	const found = servers.find(({ definition }) => definition.name === name);
	if (found === undefined) throw new Error(`there is no server ${name}`);
	return found;
}

/** Something of everything that can be wrong: a failure, a crash loop, a lost server, and one that scales up. */
export function troubled(servers: readonly ScriptedServer[]): readonly ScriptedServer[] {
	named(servers, 'jobs12').setInstance('worker.8', {
		state: 'failed',
		pid: null,
		lastExit: { code: 1, signal: null, at: iso(-60) },
	});
	for (const instance of ['mailer.1', 'mailer.2']) {
		named(servers, 'jobs07').setInstance(instance, {
			state: 'backoff',
			pid: null,
			restarts: 5,
			nextStartAt: iso(8),
			lastExit: { code: 1, signal: null, at: iso(-8) },
		});
	}
	const lost = named(servers, 'jobs09');
	lost.push({ kind: 'connection', connection: 'unreachable', reason: 'no answer in 5 s' });
	lost.push({ kind: 'snapshot', observation: { ...lost.observation, asOf: iso(-240) } });
	const growing = named(servers, 'jobs11');
	const types = growing.observation.types.map((entry) =>
		entry.type === 'worker' ? { ...entry, wanted: 10 } : entry,
	);
	growing.push({ kind: 'stack', power: 'up', types, problems: [] });
	growing.setInstance('worker.8', { state: 'starting' });
	return servers;
}

/** The servers with statistics and some lines of the log. */
export function sceneOfMany(servers: readonly ScriptedServer[], environment = 'production'): Scene {
	const scene = sceneOf(servers, { environment });
	for (const [position, { observation }] of servers.entries()) {
		const stats = Object.fromEntries(
			observation.instances.map(({ name }, index) => [
				name,
				{ cpuPercent: (position * 7 + index) % 13, memoryBytes: (1 + (position % 5)) * 90_000_000 },
			]),
		);
		receive(scene.store, observation.name, { kind: 'stats', stats }, START);
	}
	for (let job = 1; job <= 40; job += 1) {
		const instance = `worker.${1 + (job % 4)}`;
		const origin = { server: 'jobs01', instance, at: START + job * 1000, marker: false };
		scene.logs.append(origin, Buffer.from(`job ${job} done in ${job} ms\n`));
	}
	return scene;
}
