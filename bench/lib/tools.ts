import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { BINARY } from '../../test/support/binary.ts';
import type { App } from './app.ts';
import { mprocsProgram, peerFile } from './peers.ts';

/** What a tool is to run: `count` times a simple command, one that `exec` can replace a shell with. */
export interface Workload {
	readonly command: string;
	readonly count: number;
}

export type CommandLine = readonly [file: string, ...args: string[]];

/** Something that runs processes in the foreground. */
export interface Tool {
	readonly name: string;
	/** It paints a screen and runs in a terminal only. */
	readonly needsTerminal?: boolean;
	/** It starts again what died. */
	readonly restarts: boolean;
	/** Its output has the lines of the instances, unless false. */
	readonly printsLines?: boolean;
	/** What is typed to end it. */
	readonly interrupt: string;
	/** Writes its configuration into the app's folder and returns how to start it. */
	prepare(app: App, workload: Workload): Promise<CommandLine>;
}

const CTRL_C = '\x03';

/** The folder of this repository's own tiny programs. */
export const PROGRAMS = join(import.meta.dirname, '../programs');
export const FLOORS = join(import.meta.dirname, '../floors');

const procfileOf = ({ command }: Workload) => `worker: ${command}\n`;

export const procdeck: Tool = {
	name: 'procdeck',
	restarts: true,
	interrupt: CTRL_C,
	async prepare(app, workload) {
		await app.write('Procfile', procfileOf(workload));
		return [process.execPath, BINARY, 'up', '-m', `worker=${workload.count}`];
	},
};

export const bareNode: Tool = {
	name: 'bare Node',
	restarts: true,
	interrupt: CTRL_C,
	prepare: async (_app, { command, count }) => [
		process.execPath,
		join(FLOORS, 'spawn.js'),
		String(count),
		command,
	],
};

export const nf: Tool = {
	name: 'nf',
	restarts: false,
	interrupt: CTRL_C,
	async prepare(app, workload) {
		await app.write('Procfile', procfileOf(workload));
		return [process.execPath, peerFile('foreman', 'nf.js'), 'start', `worker=${workload.count}`];
	},
};

export const concurrently: Tool = {
	name: 'concurrently',
	restarts: true,
	interrupt: CTRL_C,
	prepare: async (_app, { command, count }) => [
		process.execPath,
		peerFile('concurrently', 'dist/bin/index.js'),
		'--restart-tries=-1',
		...Array<string>(count).fill(command),
	],
};

export const pm2: Tool = {
	name: 'pm2',
	restarts: true,
	interrupt: CTRL_C,
	async prepare(app, { command, count }) {
		const [script, ...args] = command.split(' ');
		const worker = { name: 'worker', script, args, interpreter: 'none', exec_mode: 'fork', instances: count };
		const file = await app.write('pm2.json', JSON.stringify({ apps: [worker] }));
		return [process.execPath, peerFile('pm2', 'bin/pm2-runtime'), 'start', file];
	},
};

export const mprocs: Tool = {
	name: 'mprocs',
	restarts: true,
	needsTerminal: true,
	printsLines: false,
	interrupt: 'q',
	async prepare(app, { command, count }) {
		const procs = Array.from({ length: count }, (_, at) => [
			`worker-${at + 1}`,
			{ shell: command, autorestart: true },
		]);
		// YAML takes JSON.
		await app.write('mprocs.yaml', JSON.stringify({ procs: Object.fromEntries(procs) }));
		return [mprocsProgram()];
	},
};

const foreman: Tool = {
	name: 'foreman',
	restarts: false,
	interrupt: CTRL_C,
	async prepare(app, workload) {
		await app.write('Procfile', procfileOf(workload));
		return ['foreman', 'start', '-m', `worker=${workload.count}`];
	},
};

const hivemind: Tool = {
	name: 'hivemind',
	restarts: false,
	interrupt: CTRL_C,
	async prepare(app, { command, count }) {
		const entries = Array.from({ length: count }, (_, at) => `worker${at + 1}: ${command}\n`);
		return ['hivemind', await app.write('Procfile', entries.join(''))];
	},
};

const supervisord: Tool = {
	name: 'supervisord',
	restarts: true,
	interrupt: CTRL_C,
	async prepare(app, { command, count }) {
		const program = [
			'[program:worker]',
			`command=${command}`,
			'process_name=%(process_num)d',
			'autorestart=true',
		];
		const text = ['[supervisord]', 'nodaemon=true', ...program, `numprocs=${count}`].join('\n');
		return ['supervisord', '-c', await app.write('supervisord.conf', `${text}\n`)];
	},
};

const runit: Tool = {
	name: 'runit',
	restarts: true,
	interrupt: CTRL_C,
	async prepare(app, { command, count }) {
		const services = join(app.directory, 'services');
		const script =
			'for n in $(seq "$1"); do mkdir -p "$2/$n"; printf "#!/bin/sh\\nexec %s\\n" "$3" >"$2/$n/run"; chmod +x "$2/$n/run"; done';
		execFileSync('sh', ['-c', script, 'sh', String(count), services, command]);
		return ['runsvdir', services];
	},
};

/** Peers that npm does not have, where they are on this machine. */
export function localPeers(): Tool[] {
	const found = (program: string) => {
		try {
			execFileSync('sh', ['-c', 'command -v "$1"', 'sh', program], { stdio: 'ignore' });
			return true;
		} catch {
			return false;
		}
	};
	const programs: [string, Tool][] = [
		['foreman', foreman],
		['hivemind', hivemind],
		['supervisord', supervisord],
		['runsvdir', runit],
	];
	return programs.filter(([program]) => found(program)).map(([, tool]) => tool);
}
