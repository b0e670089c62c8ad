// Runs every benchmark, one after the other, and writes docs/performance.md; `--quick` with fewer rounds.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { PEERS } from './lib/peers.ts';
import { performancePage } from './lib/performance-page.ts';
import { isMet, type Report, reportText } from './lib/report.ts';

const ROOT = join(import.meta.dirname, '..');
const PAGE = join(ROOT, 'docs/performance.md');
const HERE = [
	'start',
	'restart',
	'logs',
	'stop',
	'stats',
	'deck',
	'open',
	'supervisor',
	'growth',
	'balancer',
	'size',
];
/** These boot servers of their own, which needs root. */
const ON_SERVERS = ['remote', 'fleet', 'serve', 'release', 'add'];

async function runBenchmark(name: string, options: readonly string[]): Promise<Report> {
	const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env;
	const child = spawn(process.execPath, [join(import.meta.dirname, `${name}.ts`), '--json', ...options], {
		env,
		stdio: ['ignore', 'pipe', 'inherit'],
	});
	let output = '';
	child.stdout.on('data', (data) => {
		output += data;
	});
	const [code] = await once(child, 'close');
	if (code !== 0) throw new Error(`bench:${name} could not do its work`);
	return JSON.parse(output) as Report;
}

function surroundings(): Record<string, string> {
	const [cpu] = cpus();
	const own = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
	return {
		date: new Date().toISOString().slice(0, 10),
		machine: `${cpus().length} cores of ${cpu?.model.trim()}, ${Math.round(totalmem() / 1e9)} GB, Linux ${release()}`,
		procdeck: `${own.version}, commit ${git('rev-parse', '--short', 'HEAD')}${git('status', '--porcelain') === '' ? '' : ' with changes'}`,
		node: process.version,
		rounds: values.quick ? 'few (`--quick`): to see that it works, not to judge by' : 'all',
		...PEERS,
	};
}

const git = (...args: string[]) => execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).trim();

const { values } = parseArgs({ options: { quick: { type: 'boolean' } } });
const options = values.quick ? ['--quick'] : [];
const reports: Report[] = [];
const isRoot = process.getuid?.() === 0;
if (!isRoot) process.stderr.write(`Left out, because they need root: ${ON_SERVERS.join(', ')}\n`);
for (const name of [...HERE, ...(isRoot ? ON_SERVERS : [])]) {
	const report = await runBenchmark(name, options);
	process.stdout.write(`${reportText(report)}\n`);
	reports.push(report);
}
const explanations = readFileSync(join(import.meta.dirname, 'explanations.md'), 'utf8');
writeFileSync(PAGE, performancePage(surroundings(), reports, explanations));
const targets = reports.flatMap((report) => report.targets);
process.stdout.write(
	`${targets.filter(isMet).length} of ${targets.length} targets are met; see docs/performance.md\n`,
);
