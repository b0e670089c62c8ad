import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { FLOORS } from './tools.ts';

const ROOT = join(import.meta.dirname, '../..');

/**
 * Bundles the smallest Ink program as this package's own console is bundled, compile cache included.
 * @param folder where the bundle goes
 * @returns the file to run
 */
export async function bundleInk(folder: string): Promise<string> {
	await build({
		absWorkingDir: ROOT,
		entryPoints: [join(FLOORS, 'ink.jsx')],
		outfile: join(folder, 'ink.js'),
		bundle: true,
		format: 'esm',
		platform: 'node',
		target: 'node22.12',
		jsx: 'automatic',
		minifyWhitespace: true,
		minifySyntax: true,
		alias: { 'react-devtools-core': './scripts/react-devtools-stub.js' },
		define: { 'process.env.NODE_ENV': '"production"' },
		banner: {
			js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
		},
		logLevel: 'error',
	});
	await writeFile(join(folder, 'package.json'), '{"type":"module"}');
	const start = join(folder, 'start.js');
	await writeFile(
		start,
		"import module from 'node:module';\nmodule.enableCompileCache();\nawait import('./ink.js');\n",
	);
	return start;
}
