import { haproxyBalancer } from '../../src/balancer/haproxy/balancer.ts';
import { openLocalLink } from '../../src/link/local.ts';
import type { BalancerConfiguration } from '../../src/model/balancer.ts';

/** Sets HAProxy up on the machine that this runs on, switches it Off and On, and prints what it is like after each. */
const configuration = JSON.parse(process.argv[2] ?? '') as BalancerConfiguration;
const balancer = haproxyBalancer({
	stack: { name: 'shop', environment: 'local' },
	definition: { name: 'here', scope: 'system' },
	connect: async () => openLocalLink(),
});
await balancer.setup.write(await balancer.setup.plan(configuration), configuration);
for (const isOn of [true, false, true]) {
	await balancer.setServing('here', isOn, { withinMs: null });
	const stop = await balancer.observe(({ connection, backends, drift }) => {
		console.log(JSON.stringify({ connection, states: backends.map(({ state }) => state), drift }));
	});
	stop();
}
await balancer.setup.remove();
await balancer.close();
