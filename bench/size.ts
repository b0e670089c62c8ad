// What `npm install` brings onto a disk, and why each library is in it.
import { execFileSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { benchmark } from './lib/benchmark.ts';
import { atMost, type Report } from './lib/report.ts';

const ROOT = join(import.meta.dirname, '..');

interface Packed {
	readonly size: number;
	readonly unpackedSize: number;
	readonly files: readonly { readonly path: string; readonly size: number }[];
}

function pack(): Packed {
	const output = execFileSync('npm', ['pack', '--dry-run', '--ignore-scripts', '--json'], {
		cwd: ROOT,
		stdio: 'pipe',
	});
	const packed = JSON.parse(String(output)) as Packed[] | Record<string, Packed>;
	return Object.values(packed)[0]!;
}

/** The libraries that the sources import, whether they are bundled or installed. */
function importedLibraries(): string[] {
	const sources = globSync('src/**/*.{ts,tsx}', { cwd: ROOT });
	const specifiers = sources.flatMap((path) =>
		[...readFileSync(join(ROOT, path), 'utf8').matchAll(/(?:from|import\()\s*'([^'.\s][^'\s]*)'/g)].map(
			([, name]) => name!,
		),
	);
	const libraries = specifiers.filter((name) => !name.startsWith('node:') && !builtinModules.includes(name));
	return [
		...new Set(libraries.map((name) => name.split('/', name.startsWith('@') ? 2 : 1).join('/'))),
	].sort();
}

/** Those that no line of ARCHITECTURE.md's table of dependencies gives a reason for. */
function unexplained(libraries: readonly string[]): string[] {
	const rows = readFileSync(join(ROOT, 'ARCHITECTURE.md'), 'utf8').match(/^\| [^|]+ \| [^|]+\|$/gm) ?? [];
	const explained = new Set(
		rows.flatMap((row) =>
			row
				.split('|')[1]!
				.split(',')
				.map((name) => name.trim()),
		),
	);
	return libraries.filter((name) => !explained.has(name));
}

async function measure(): Promise<Report> {
	const { size, unpackedSize, files } = pack();
	const libraries = importedLibraries();
	const largest = files.toSorted((a, b) => b.size - a.size).slice(0, 5);
	const { dependencies = {} } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
		dependencies?: Record<string, string>;
	};
	return {
		name: 'size',
		title: 'Size: the package',
		method:
			'`npm pack` of what was built: its size as downloaded and as unpacked. Libraries are those that the sources import; each needs a line in ARCHITECTURE.md that says why.',
		tables: [
			{
				columns: ['', 'kB'],
				rows: [
					['unpacked', (unpackedSize / 1000).toFixed(0)],
					['packed', (size / 1000).toFixed(0)],
					...largest.map((file) => [file.path, (file.size / 1000).toFixed(0)]),
				],
			},
		],
		targets: [
			atMost(2, 'MB', 'unpacked', unpackedSize / 1e6),
			atMost(0, 'libraries', 'without a reason in ARCHITECTURE.md', unexplained(libraries).length),
		],
		notes: [
			`Libraries: ${libraries.join(', ')}; ${Object.keys(dependencies).length} of them are installed beside the package, the others are in its bundle.`,
		],
	};
}

await benchmark(measure);
