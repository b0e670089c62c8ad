// Runs dist/cli.cjs with the code cache of an earlier run. Unlike that of `module.enableCompileCache` it is made at the end
// of a run and so holds the functions that were needed, which is a fifth of what a short command takes.
const { constants: access, mkdirSync, openSync, readFileSync, closeSync, fstatSync } = require('node:fs');
const { createRequire, enableCompileCache, wrap } = require('node:module');
const { homedir } = require('node:os');
const { dirname, join } = require('node:path');
const { Script, constants } = require('node:vm');

const PROGRAM = join(__dirname, '../dist/cli.cjs');

/** They run for long and fork: what the code cache costs in memory, which each fork pays for, is more than it gains. */
const SUPERVISORS = ['up', 'supervisor', 'balancer'];
/** Commands that need much of the program, each another part of it. */
const GROUPS = ['ps', 'logs'];

/** Node says of an option that it may change, and says so into the midst of what a command prints. */
const EXPERIMENTAL = 'USE_MAIN_CONTEXT_DEFAULT_LOADER';

module.exports = function load() {
	const { emitWarning } = process;
	process.emitWarning = (warning, ...rest) => {
		if (!String(warning).includes(EXPERIMENTAL)) emitWarning.call(process, warning, ...rest);
	};
	const words = process.argv.slice(2);
	const directory = cacheDirectory();
	if (directory !== null) enableCompileCache(join(directory, 'modules'));
	if (directory === null || SUPERVISORS.some((verb) => words.includes(verb))) require(PROGRAM);
	else loadCached(directory, words);
};

function loadCached(directory, words) {
	const source = readFileSync(PROGRAM, 'utf8');
	const file = join(directory, `${cacheName(source, words)}.code`);
	const cachedData = readOwn(file);
	const script = new Script(wrap(source), {
		filename: PROGRAM,
		cachedData,
		importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
	});
	if (cachedData === undefined || script.cachedDataRejected) process.once('exit', () => save(file, script));
	const module = { exports: {} };
	const run = script.runInThisContext();
	run.call(module.exports, module.exports, createRequire(PROGRAM), module, PROGRAM, dirname(PROGRAM));
}

/** Of this user alone: what is in a code cache is run. */
function cacheDirectory() {
	const base = process.env.XDG_CACHE_HOME;
	const directory = join(base?.startsWith('/') ? base : join(homedir(), '.cache'), 'procdeck');
	try {
		mkdirSync(directory, { recursive: true, mode: 0o700 });
		return directory;
	} catch {
		return null;
	}
}

/** V8 itself tells apart only sources of different lengths. */
function cacheName(source, words) {
	const [, build] = /^\/\/ build (\w+)\n/.exec(source);
	const group = GROUPS.find((verb) => words.includes(verb)) ?? (words.length === 0 ? 'console' : 'other');
	return `${build}-${process.version}-${process.arch}-${group}`;
}

function readOwn(file) {
	try {
		const descriptor = openSync(file, access.O_RDONLY | access.O_NOFOLLOW);
		try {
			return fstatSync(descriptor).uid === process.getuid?.() ? readFileSync(descriptor) : undefined;
		} finally {
			closeSync(descriptor);
		}
	} catch {
		return undefined;
	}
}

function save(file, script) {
	const { readdirSync, renameSync, rmSync, writeFileSync } = require('node:fs');
	const temporary = `${file}.${process.pid}`;
	try {
		writeFileSync(temporary, script.createCachedData(), { mode: 0o600 });
		renameSync(temporary, file);
		const [build] = file.slice(dirname(file).length + 1).split('-');
		for (const name of readdirSync(dirname(file)))
			if (name.includes('.code') && !name.startsWith(build))
				rmSync(join(dirname(file), name), { force: true });
	} catch {
		// A command works without, and the next one tries again.
		rmSync(temporary, { force: true });
	}
}
