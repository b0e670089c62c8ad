#!/usr/bin/env node
// Finds a Node that is new enough and hands over. Has to parse on old versions of Node.
const [major, minor] = process.versions.node.split('.').map(Number);

if (major > 22 || (major === 22 && minor >= 12)) {
	dieWithLauncher();
	require('./load.js')();
} else {
	runWithPinnedNode();
}

function runWithPinnedNode() {
	const node = pinnedNode();
	if (node === null) {
		console.error(`procdeck: needs Node 22.12 or newer, this is ${process.version}: see https://nodejs.org`);
		process.exitCode = 1;
		return;
	}
	const { spawn } = require('node:child_process');
	const args = [...process.execArgv, __filename, ...process.argv.slice(2)];
	// The channel tells the child when this process is killed: it must not go on as if nobody had ended it.
	const child = spawn(node, args, { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
	// A terminal sends its signals to both of us. Without one, whoever knows our pid means the child.
	const isFromTerminal = process.stdin.isTTY || process.stdout.isTTY;
	process.on('SIGINT', () => isFromTerminal || child.kill('SIGINT'));
	for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
	child.on('exit', (code, signal) => {
		if (signal === null) process.exit(code);
		for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.removeAllListeners(name);
		process.kill(process.pid, signal);
	});
}

function dieWithLauncher() {
	if (process.channel === undefined || process.channel === null) return;
	process.channel.unref();
	process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
}

function pinnedNode() {
	try {
		return require.resolve('node/bin/node');
	} catch {
		return null;
	}
}
