import { embeddedApp } from '../server/embedded/app.ts';
import { fixture } from '../support/binary.ts';
import { isAlive } from '../support/processes.ts';
import { serverContract } from './server-contract.ts';

serverContract('the embedded supervisor', {
	fixture,
	app: embeddedApp,
	isAlive: (pid) => pid !== undefined && isAlive(pid),
	kill: (pid, signal) => void process.kill(pid, signal),
	capabilities: { growingBackOff: true, restartReadsFiles: true, endsUnready: true, boundsMemory: true },
});
