// The floor for starting: Node and nothing else, COUNT times COMMAND; what ends is started again at once.
// node spawn.js COUNT COMMAND
import { spawn } from 'node:child_process';

const [count, command] = process.argv.slice(2);
let isEnding = false;

function start() {
	const child = spawn('/bin/sh', ['-c', `exec ${command}`], { stdio: 'ignore', detached: true });
	child.on('exit', () => isEnding || start());
	process.on('SIGINT', () => process.kill(-child.pid));
}

process.setMaxListeners(0);
process.on('SIGINT', () => {
	isEnding = true;
});
for (let started = 0; started < Number(count); started++) start();
