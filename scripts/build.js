// Bundles src/ into dist/: one small entry, and a chunk per command so that a command loads only what it uses.
import { mkdir, rename, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
// Built aside and swapped in at the end: a build that fails leaves the last good one.
const draft = `${root}node_modules/.cache/dist-${process.pid}`;

/** CommonJS code inside the bundle expects these three. */
const banner = `import { createRequire as __createRequire } from 'node:module';
import { fileURLToPath as __fileURLToPath } from 'node:url';
const require = __createRequire(import.meta.url);
const __filename = __fileURLToPath(import.meta.url);
const __dirname = __fileURLToPath(new URL('.', import.meta.url));`;

try {
	await mkdir(draft, { recursive: true });
	await build({
		absWorkingDir: root,
		entryPoints: { cli: 'src/cli.ts' },
		outdir: draft,
		bundle: true,
		splitting: true,
		format: 'esm',
		platform: 'node',
		target: 'node22.12',
		legalComments: 'linked',
		// Smaller and faster to load; names stay, for the stack traces of bug reports.
		minifyWhitespace: true,
		minifySyntax: true,
		chunkNames: 'chunks/[name]-[hash]',
		// Ink loads its developer tools only when DEV=true; the stub keeps them out of the package.
		alias: { 'react-devtools-core': './scripts/react-devtools-stub.js' },
		define: { 'process.env.NODE_ENV': '"production"' },
		banner: { js: banner },
	});
	await rm(`${root}dist`, { recursive: true, force: true });
	await rename(draft, `${root}dist`);
} catch (error) {
	// esbuild has told already what is wrong with the sources.
	if (!Array.isArray(error.errors)) throw error;
	process.exitCode = 1;
} finally {
	await rm(draft, { recursive: true, force: true });
}
