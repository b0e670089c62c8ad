import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';

const LINTER = join(import.meta.dirname, '../node_modules/.bin/biome');
const CONFIGURATION = join(import.meta.dirname, '../biome.json');

/** Each floor: what it may import, and what the linter must refuse. */
const RULES: readonly { file: string; allowed: readonly string[]; refused: readonly string[] }[] = [
	{
		file: 'src/cli.ts',
		allowed: ['./commands/ps.ts', './model/errors.ts', 'commander', 'node:util'],
		refused: ['react', 'ink', 'zod', 'yaml', 'execa'],
	},
	{
		file: 'src/commands/ps.ts',
		allowed: [
			'../session/verbs.ts',
			'../server/embedded/client.ts',
			'../model/errors.ts',
			'./output/table.ts',
		],
		refused: ['../cli.ts', 'ink', 'react', 'execa', 'zustand/vanilla'],
	},
	{
		file: 'src/commands/output/table.ts',
		allowed: ['../globals.ts', '../../model/observed.ts'],
		refused: ['../../cli.ts', 'ink'],
	},
	{
		file: 'src/commands/console.ts',
		allowed: ['ink', 'react', '../view/app.tsx', '../session/console-session.ts'],
		refused: ['../cli.ts', 'zustand', 'execa'],
	},
	{
		file: 'src/session/console-session.ts',
		allowed: ['../server/server.ts', '../store/store.ts', '../model/change.ts', 'node:crypto'],
		refused: ['../view/app.tsx', '../commands/ps.ts', '../cli.ts', 'react', 'zustand/vanilla'],
	},
	{
		file: 'src/view/presentation/frame.ts',
		allowed: ['../theme.ts', '../../store/selectors.ts', '../../model/observed.ts', 'string-width'],
		refused: ['../../session/verbs.ts', '../../server/server.ts', '../../commands/ps.ts', 'execa', 'yaml'],
	},
	{
		file: 'src/store/store.ts',
		allowed: ['zustand/vanilla', '../model/observed.ts', './actions.ts'],
		refused: ['react', 'zustand', '../server/server.ts', '../view/app.tsx', '../session/verbs.ts', 'node:fs'],
	},
	{
		file: 'src/server/embedded/client.ts',
		allowed: [
			'../server.ts',
			'../../model/stack.ts',
			'../../linux/proc.ts',
			'../../link/link.ts',
			'node:net',
		],
		refused: [
			'../../balancer/balancer.ts',
			'../../store/store.ts',
			'../../session/verbs.ts',
			'../../cli.ts',
			'execa',
		],
	},
	{
		file: 'src/balancer/embedded/forwarder.ts',
		allowed: [
			'../balancer.ts',
			'./proxy-library.ts',
			'../../wire/messages.ts',
			'../../linux/lock.ts',
			'../../link/link.ts',
			'../../model/balancer.ts',
			'node:http',
		],
		refused: ['httpxy', '../../server/server.ts', '../../store/store.ts', '../../session/verbs.ts', 'execa'],
	},
	{
		file: 'src/balancer/embedded/proxy-library.ts',
		allowed: ['httpxy'],
		refused: ['../../server/server.ts', 'execa'],
	},
	{
		file: 'src/wire/connection.ts',
		allowed: ['../model/errors.ts', '../files/private-files.ts', '../linux/files.ts', 'node:net'],
		refused: ['../link/link.ts', '../server/server.ts', '../balancer/balancer.ts', 'execa'],
	},
	{
		file: 'src/link/local.ts',
		allowed: ['execa', './link.ts', '../model/errors.ts', 'node:fs/promises'],
		refused: ['ssh2', '../server/server.ts', '../files/load-stack.ts', 'ink'],
	},
	{
		file: 'src/link/link.ts',
		allowed: ['../model/errors.ts'],
		refused: ['execa', 'ssh2', '../server/server.ts'],
	},
	{
		file: 'src/link/ssh/connect.ts',
		allowed: ['ssh2', '../link.ts', '../local.ts', '../../model/errors.ts', 'node:net'],
		refused: ['execa', '../../server/server.ts', '../../files/load-stack.ts', 'ink'],
	},
	{
		file: 'src/files/load-stack.ts',
		allowed: ['../model/stack.ts', 'node:fs/promises'],
		refused: ['../link/local.ts', '../wire/connection.ts', '../commands/check.ts', 'execa', 'yaml'],
	},
	{
		file: 'src/linux/proc.ts',
		allowed: ['../model/errors.ts', 'node:fs'],
		refused: ['../server/server.ts', 'execa'],
	},
	{
		file: 'src/model/stack-file.ts',
		allowed: ['./stack.ts', 'yaml', 'zod', 'dotenv', 'string-width'],
		refused: ['node:fs', '../server/server.ts', '../files/load-stack.ts', 'ink', 'zustand/vanilla'],
	},
];

interface Diagnostic {
	readonly category: string;
	readonly location: { readonly path: string; readonly start: { readonly line: number } };
}

async function lint(files: ReadonlyMap<string, string>): Promise<Diagnostic[]> {
	const directory = await mkdtemp(join(tmpdir(), 'procdeck-lint-'));
	try {
		await copyFile(CONFIGURATION, join(directory, 'biome.json'));
		for (const [file, text] of files) {
			await mkdir(dirname(join(directory, file)), { recursive: true });
			await writeFile(join(directory, file), text);
		}
		const arguments_ = ['lint', '--reporter=json', '--max-diagnostics=none', '.'];
		const { stdout } = await execa(LINTER, arguments_, { cwd: directory, reject: false });
		return (JSON.parse(stdout) as { diagnostics: Diagnostic[] }).diagnostics;
	} finally {
		await rm(directory, { recursive: true });
	}
}

/** One import a line, so that the line of a diagnostic says which import it means. */
function importing(modules: readonly string[]): string {
	return modules.map((name) => `export * from '${name}';\n`).join('');
}

describe('the folder import rules', () => {
	let refusedLines: Set<string>;

	beforeAll(async () => {
		const files = RULES.map(
			({ file, allowed, refused }) => [file, importing([...refused, ...allowed])] as const,
		);
		const diagnostics = await lint(new Map(files));
		const restricted = diagnostics.filter(({ category }) => category === 'lint/style/noRestrictedImports');
		refusedLines = new Set(restricted.map(({ location }) => `${location.path}:${location.start.line}`));
	});

	for (const { file, allowed, refused } of RULES) {
		for (const [position, name] of refused.entries()) {
			it(`refuses ${name} in ${file}`, () => expect(refusedLines).toContain(`${file}:${position + 1}`));
		}
		for (const [position, name] of allowed.entries()) {
			const line = refused.length + position + 1;
			it(`allows ${name} in ${file}`, () => expect(refusedLines).not.toContain(`${file}:${line}`));
		}
	}
});

describe('the rule that only cli.ts exits', () => {
	let exits: string[];

	beforeAll(async () => {
		const diagnostics = await lint(
			new Map([
				['src/cli.ts', 'process.exit(1);\n'],
				['src/commands/ps.ts', 'process.exit(1);\n'],
				['src/server/embedded/daemon.ts', 'process.exit(1);\n'],
			]),
		);
		const found = diagnostics.filter(({ category }) => category === 'lint/nursery/noProcessExit');
		exits = found.map(({ location }) => location.path);
	});

	it('refuses process.exit elsewhere', () => {
		expect(exits).toContain('src/commands/ps.ts');
		expect(exits).toContain('src/server/embedded/daemon.ts');
	});

	it('allows it in cli.ts', () => expect(exits).not.toContain('src/cli.ts'));
});

describe('import cycles', () => {
	it('are refused', async () => {
		const diagnostics = await lint(
			new Map([
				['src/model/a.ts', "import { b } from './b.ts';\nexport const a = () => b;\n"],
				['src/model/b.ts', "import { a } from './a.ts';\nexport const b = () => a;\n"],
			]),
		);
		expect(diagnostics.map(({ category }) => category)).toContain('lint/suspicious/noImportCycles');
	});
});
