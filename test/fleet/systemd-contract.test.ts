import { serverContract } from '../contract/server-contract.ts';
import { fleetHost } from './fleet-host.ts';
import { systemdApp } from './systemd-app.ts';

const host = fleetHost('web1');

serverContract('systemd over SSH', {
	fixture: (name) => `/srv/fixtures/${name}`,
	app: (files) => systemdApp(host, files),
	async isAlive(pid) {
		if (pid === undefined) return false;
		// One that has ended and was not waited for is not alive.
		const state = await host.run(`sed 's/.*) //; s/ .*//' /proc/${pid}/stat 2>/dev/null || true`);
		return state !== '' && state !== 'Z';
	},
	kill: async (pid, signal) => void (await host.run(`kill -s ${signal.slice(3)} ${pid}`)),
	capabilities: { growingBackOff: false, restartReadsFiles: false, endsUnready: false, boundsMemory: false },
});
