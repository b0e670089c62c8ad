import { join } from 'node:path';
import { build } from 'esbuild';
import { expect, it } from 'vitest';
import { haproxyApp } from './haproxy-app.ts';

const PROGRAM = join(import.meta.dirname, 'local-balancer-program.ts');

/** What libraries that are bundled expect of the world. */
const BANNER = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";

it('the machine itself may run the load balancer, for root and for whoever has sudo', async () => {
	const app = await haproxyApp();
	const upstream = await app.upstream('here', 'web.1');
	await build({
		entryPoints: [PROGRAM],
		outfile: join(app.host.root, 'srv/program.mjs'),
		bundle: true,
		platform: 'node',
		format: 'esm',
		banner: { js: BANNER },
	});
	const configuration = JSON.stringify(app.configuration([upstream]));
	for (const user of ['root', 'deploy']) {
		const printed = await app.host.run(
			`su ${user} -c "node /srv/program.mjs '${configuration.replaceAll('"', '\\"')}'"`,
		);
		expect(printed.split('\n').map((line) => JSON.parse(line))).toEqual(
			['healthy', 'off', 'healthy'].map((state) => ({ connection: 'connected', states: [state], drift: [] })),
		);
	}
});
