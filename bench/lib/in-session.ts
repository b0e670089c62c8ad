import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fleet } from '../../test/fleet/machinery/fleet.ts';
import type { Host } from '../../test/fleet/machinery/host.ts';
import { progress } from './benchmark.ts';
import { consoleKeys, type Key, keysToPaint, type Paint } from './keys.ts';
import type { Table } from './report.ts';
import { median, percentile, withSpread } from './statistics.ts';
import { openTerminal } from './terminal.ts';
import { FLOORS, PROGRAMS } from './tools.ts';

const ROOT = join(import.meta.dirname, '../..');
const SIZE = { columns: 200, rows: 50 };
/** A line as over an ocean, into a house. */
const LINE = { roundTripMs: 200, rateKbit: 1000 };
const PLACE = '/srv/in-session';
const MINUTE_MS = 60_000;
/** Until nothing is left to be done of the opening. */
const WARM_UP_MS = 5_000;

/** A program in an SSH session on a server. */
interface Program {
	readonly name: string;
	/** Run in its own folder. */
	readonly command: string;
	readonly procfile: string;
	readonly keys: readonly Key[];
	readonly isReady: (screen: string) => boolean;
}

interface Figures {
	readonly name: string;
	readonly paints: readonly Paint[];
	readonly bytesAMinute: number;
}

export type InSession = readonly Figures[];

const echo: Program = {
	name: 'Node that echoes a key',
	command: `node ${PLACE}/floors/echo-key.js`,
	procfile: '',
	keys: ['a', 'b'].map((key) => ({ typed: key, fits: (screen) => screen.includes(`key ${key}`) })),
	isReady: (screen) => screen.includes('ready'),
};

function consoleOn(name: string, worker: string): Program {
	return {
		name,
		command: `node ${PLACE}/procdeck/bin/procdeck.js`,
		procfile: `web: sleep 100000\nworker: ${worker}\n`,
		keys: consoleKeys('web', 'worker'),
		isReady: (screen) => screen.includes('2/2 up'),
	};
}

const PROGRAMS_MEASURED = [
	echo,
	consoleOn('procdeck, nothing is logged', 'sleep 100001'),
	consoleOn('procdeck, 10 lines of 100 bytes a second', `node ${PLACE}/programs/logs-steadily.js 10`),
];

/** What programs send over a slow line, and how they feel, when they run in an SSH session on a server. */
export async function inSession(host: Host, fleet: Fleet, quick: boolean): Promise<InSession> {
	await install(host);
	await host.shape(LINE);
	const figures: Figures[] = [];
	for (const program of PROGRAMS_MEASURED) {
		figures.push(await look(host, fleet, program, quick));
		progress(
			`remote, in a session: ${program.name} ${median(figures.at(-1)!.paints.map(({ ms }) => ms))} ms`,
		);
	}
	await host.unshape();
	return figures;
}

async function install(host: Host): Promise<void> {
	const place = join(host.root, PLACE);
	await mkdir(place);
	for (const part of ['bin', 'dist', 'package.json'])
		await cp(join(ROOT, part), join(place, 'procdeck', part), { recursive: true });
	await cp(FLOORS, join(place, 'floors'), { recursive: true });
	await cp(PROGRAMS, join(place, 'programs'), { recursive: true });
}

async function look(host: Host, fleet: Fleet, program: Program, quick: boolean): Promise<Figures> {
	const folder = `${PLACE}/${freshName()}`;
	await host.run(`install -d -o deploy ${folder}; cat >${folder}/Procfile`, program.procfile);
	const login = ['-F', fleet.sshConfigFile, '-tt', '-l', 'deploy', host.name];
	const terminal = openTerminal(['ssh', ...login, `cd ${folder} && LANG=C.UTF-8 exec ${program.command}`], {
		cwd: '/',
		env: { ...process.env, TERM: 'xterm-256color' } as Record<string, string>,
		...SIZE,
	});
	await terminal.shows(program.isReady);
	await sleep(WARM_UP_MS);
	const before = terminal.written();
	const idleMs = quick ? MINUTE_MS / 6 : MINUTE_MS;
	await sleep(idleMs);
	const bytesAMinute = (terminal.written() - before) * (MINUTE_MS / idleMs);
	const paints = await keysToPaint(terminal, program.keys, quick ? 21 : 105);
	terminal.kill('SIGHUP');
	await terminal.exited;
	return { name: program.name, paints, bytesAMinute };
}

let looks = 0;
const freshName = () => `app-${++looks}`;

export function sessionTable(figures: InSession): Table {
	const rows = figures.map(({ name, paints, bytesAMinute }) => {
		const times = paints.map(({ ms }) => ms);
		const bytes = paints.map((paint) => paint.bytes);
		return [
			name,
			withSpread(times, (ms) => ms.toFixed(0)),
			percentile(times, 0.95).toFixed(0),
			withSpread(bytes, String),
			(bytesAMinute / 1000).toFixed(1),
		];
	});
	const line = `in an SSH session over a line of ${LINE.roundTripMs} ms and ${LINE.rateKbit / 1000} Mbit/s`;
	return { columns: [line, 'key to paint, ms', 'p95, ms', 'bytes a key', 'kB an idle minute'], rows };
}
