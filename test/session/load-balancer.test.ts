import { expect, it } from 'vitest';
import { loadStack } from '../../src/files/load-stack.ts';
import { firstConfiguration } from '../../src/session/load-balancer.ts';
import { balancerOf } from '../support/balancer-observation.ts';
import { tempFolder } from '../support/temp-folder.ts';

it('a load balancer that is set up again keeps what it serves, and forgets servers that have left the stack', async () => {
	const directory = await tempFolder({
		Procfile: 'web: run\n',
		'procdeck.yml':
			'servers: { web1: { host: web1 }, web2: { host: web2 } }\nload_balancer: { server: web1 }\n',
	});
	const stack = await loadStack({ directory, procfile: null, environment: null });
	const settings = stack.loadBalancer!.settings;
	const present = balancerOf({ gone: true, web1: false, web2: true }, []).configuration;
	// No server can be reached now.
	const { serving } = firstConfiguration({ stack, settings }, [], () => '', present);
	expect(serving).toEqual({ web1: false, web2: true });
});
