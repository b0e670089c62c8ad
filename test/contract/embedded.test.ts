import { embeddedApp } from '../server/embedded/app.ts';
import { fixture } from '../support/binary.ts';
import { isAlive } from '../support/processes.ts';
import { serverContract } from './server-contract.ts';

serverContract('the embedded supervisor', {
	fixture,
	app: embeddedApp,
	isAlive,
	kill: (pid, signal) => process.kill(pid, signal),
});
