// Bundles src/ into dist/. What every verb may need is one file whose modules are evaluated only when they are imported:
// a single read at the start, and no work for what a verb does not use. Heavy libraries stand apart and come when called.
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build, transform } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
// Built aside and swapped in at the end: a build that fails leaves the last good one.
const draft = `${root}node_modules/.cache/dist-${process.pid}`;

/** Entries of their own, by the name that a dynamic import gives them: the console with Ink and React, and libraries. */
const apart = { console: '../view/mount.tsx', execa: 'execa', httpxy: './proxy-library.ts' };

/** What only servers over SSH and systemd need; loaded with the modules that import them. */
const remote = ['ssh2', 'dbus-native'];

const shared = {
	absWorkingDir: root,
	outdir: draft,
	bundle: true,
	platform: 'node',
	target: 'node22.12',
	legalComments: 'none',
	metafile: true,
	// Smaller and faster to load.
	minifyWhitespace: true,
	minifySyntax: true,
	alias: {
		// Ink loads its developer tools only when DEV=true; the stub keeps them out of the package.
		'react-devtools-core': './scripts/react-devtools-stub.js',
		'string-width': './scripts/string-width.cjs',
	},
	define: { 'process.env.NODE_ENV': '"production"' },
};

/** The names in libraries tell nobody anything. */
const minifyLibraries = {
	name: 'minify-libraries',
	setup({ onLoad }) {
		onLoad({ filter: /\/node_modules\/.*\.[cm]?js$/ }, async ({ path }) => {
			const { code } = await transform(await readFile(path, 'utf8'), { minifyIdentifiers: true });
			return { contents: code, loader: 'js' };
		});
	},
};

/** Modules of these libraries that a client which runs commands never calls: servers, file transfer, key generation, proxies. */
const unused = [
	/\/node_modules\/ssh2\/lib\/(?:server|keygen|http-agents|protocol\/SFTP)\.js$/,
	/\/node_modules\/dbus-native\/lib\/(?:server|server-handshake|broker|transport-bun|introspect|proxy|managed-objects)\.js$/,
];

const leaveOut = {
	name: 'leave-out',
	setup({ onLoad }) {
		for (const filter of unused)
			onLoad({ filter }, () => ({ contents: 'module.exports = {};', loader: 'js' }));
	},
};

const ssh2Crypto = {
	name: 'ssh2-crypto',
	setup({ onResolve }) {
		onResolve({ filter: /^crypto$/ }, ({ importer }) =>
			/\/node_modules\/ssh2\//.test(importer) ? { path: `${root}scripts/ssh2-crypto.cjs` } : null,
		);
	},
};

const leaveApart = {
	name: 'leave-apart',
	setup({ onResolve }) {
		onResolve({ filter: /./ }, ({ kind, path }) => {
			if (remote.includes(path)) return { path: `./${path}.cjs`, external: true };
			const entry = Object.entries(apart).find(([, imported]) => imported === path);
			return kind === 'dynamic-import' && entry !== undefined
				? { path: `./${entry[0]}.js`, external: true }
				: null;
		});
	},
};

/** CommonJS code inside an ES module expects these three. */
const esmBanner = `import { createRequire as __createRequire } from 'node:module';
import { fileURLToPath as __fileURLToPath } from 'node:url';
const require = __createRequire(import.meta.url);
const __filename = __fileURLToPath(import.meta.url);
const __dirname = __fileURLToPath(new URL('.', import.meta.url));`;

try {
	await mkdir(draft, { recursive: true });
	const bundles = await Promise.all([
		build({
			...shared,
			entryPoints: { cli: 'src/cli.ts' },
			outExtension: { '.js': '.cjs' },
			format: 'cjs',
			// A quarter smaller; functions and classes tell their names all the same, in the stack traces of bug reports.
			minifyIdentifiers: true,
			keepNames: true,
			plugins: [leaveApart, minifyLibraries],
			define: { ...shared.define, 'import.meta.url': '__url' },
			banner: { js: "const __url = require('node:url').pathToFileURL(__filename).href;" },
		}),
		build({
			...shared,
			entryPoints: Object.fromEntries(remote.map((library) => [library, library])),
			outExtension: { '.js': '.cjs' },
			format: 'cjs',
			minifyIdentifiers: true,
			plugins: [leaveOut, ssh2Crypto],
			// Native code that ssh2 does without.
			external: ['*.node', 'cpu-features'],
		}),
		build({
			...shared,
			entryPoints: {
				console: 'src/view/mount.tsx',
				execa: 'execa',
				httpxy: 'src/balancer/embedded/proxy-library.ts',
			},
			minifyIdentifiers: true,
			// The layout engine would fetch its own code from a data URL, which loads a whole HTTP client; without, it decodes it.
			define: { ...shared.define, fetch: 'undefined' },
			format: 'esm',
			banner: { js: esmBanner },
		}),
	]);
	await nameBuild(`${draft}/cli.cjs`);
	await writeFile(
		`${draft}/THIRD-PARTY-LICENSES.txt`,
		await licencesOf(bundles.map(({ metafile }) => metafile)),
	);
	await rm(`${root}dist`, { recursive: true, force: true });
	await rename(draft, `${root}dist`);
} catch (error) {
	// esbuild has told already what is wrong with the sources.
	if (!Array.isArray(error.errors)) throw error;
	process.exitCode = 1;
} finally {
	await rm(draft, { recursive: true, force: true });
}

/** Tells the launcher which build's code cache fits. */
async function nameBuild(file) {
	const code = await readFile(file, 'utf8');
	const build = createHash('sha256').update(code).digest('hex').slice(0, 16);
	await writeFile(file, `// build ${build}\n${code}`);
}

/** The licence of every package whose code is in the bundles, which they ask to be kept with it. */
async function licencesOf(metafiles) {
	const inputs = metafiles.flatMap(({ inputs }) => Object.keys(inputs));
	const folders = inputs.flatMap((input) => /^node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0] ?? []);
	const texts = [...new Set(folders)].sort().map(async (folder) => {
		const { name, version, license } = JSON.parse(await readFile(`${root}${folder}/package.json`, 'utf8'));
		const file = (await readdir(`${root}${folder}`)).find((entry) => /^licen[cs]e/i.test(entry));
		const text =
			file === undefined ? `Licence: ${license}\n` : await readFile(`${root}${folder}/${file}`, 'utf8');
		return `${name} ${version}\n\n${text}`;
	});
	return (await Promise.all(texts)).join(`\n${'-'.repeat(80)}\n\n`);
}
