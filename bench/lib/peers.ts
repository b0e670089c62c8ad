import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { progress } from './benchmark.ts';

const FOLDER = join(import.meta.dirname, '../.peers');

/** The peers that npm has, as they are compared with. `foreman` is node-foreman, whose command is `nf`. */
export const PEERS: Readonly<Record<'foreman' | 'concurrently' | 'pm2' | 'mprocs', string>> = {
	foreman: '3.0.1',
	concurrently: '10.0.7',
	pm2: '7.0.4',
	mprocs: '0.9.6',
};

/** Installs the peers into a folder of the benchmarks, where they are not there yet. */
export function installPeers(): void {
	if (Object.entries(PEERS).every(([name, version]) => installedVersion(name) === version)) return;
	progress('installing the peers');
	mkdirSync(FOLDER, { recursive: true });
	writeFileSync(join(FOLDER, 'package.json'), JSON.stringify({ private: true, dependencies: PEERS }));
	execFileSync('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'], {
		cwd: FOLDER,
		stdio: ['ignore', 'ignore', 'inherit'],
	});
}

/** A file of a peer. */
export function peerFile(name: keyof typeof PEERS, path: string): string {
	return join(FOLDER, 'node_modules', name, path);
}

/** The program of mprocs for this machine. */
export function mprocsProgram(): string {
	const cpu = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
	return peerFile('mprocs', `mprocs-${PEERS.mprocs}-linux-${cpu}-musl/mprocs`);
}

function installedVersion(name: string): string | null {
	const path = join(FOLDER, 'node_modules', name, 'package.json');
	return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version : null;
}
