import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { ErrorJson } from '../support/contract.ts';
import { waitFor } from '../support/wait-for.ts';
import { type BinaryStack, binaryStack } from './binary-stack.ts';
import { fleetHost } from './fleet-host.ts';

const jobs1 = () => fleetHost('jobs1');
const URL = () => `http://${jobs1().address}:8080/`;

let stack: BinaryStack;

beforeEach(async () => {
	stack = await binaryStack(
		'web: INSTANCE=$PS exec node /srv/fixtures/serves-web.js\n',
		'web1',
		'web2',
		'jobs1',
	);
	for (const server of ['web1', 'web2']) await stack.change('scale', 'web=1', '--server', server);
});

/** The stack, with its load balancer's server reached in another way. */
async function reachBalancerBy(words: string): Promise<void> {
	const balancer = '\nload_balancer: { server: jobs1, port: 8080 }\n';
	const servers = `servers:\n  web1: { host: web1, user: deploy }\n  web2: { host: web2, user: deploy }\n  jobs1: { host: jobs1, ${words} }`;
	await stack.write('procdeck.yml', `stack: ${stack.name}\npath: ${stack.path}\n${servers}${balancer}`);
}

async function refusal(...args: string[]): Promise<ErrorJson['error']> {
	const { exitCode, json } = await stack.procdeck(...args, '--json');
	expect(exitCode).toBe(1);
	return json<ErrorJson>().error;
}

describe("the balancer's socket without permission", () => {
	/** HAProxy runs as an ordinary user. @returns its folder of what runs */
	async function unprivileged(): Promise<string> {
		await reachBalancerBy('user: plain, scope: user');
		await jobs1().run('loginctl enable-linger plain');
		await stack.change('lb', 'add', 'jobs1', '--yes');
		return jobs1().run(`ls -d /run/user/$(id -u plain)/procdeck/lb.${stack.name}.*`);
	}

	it.each([
		['closed to its owner', (folder: string) => `chmod 000 ${folder}/admin.sock`],
		["somebody else's", (folder: string) => `chown root ${folder}/admin.sock`],
		['in a folder that is closed', (folder: string) => `chmod 000 ${folder}`],
	])('%s is told with its mend, changes nothing of web, and is mended', async (_, lock) => {
		const folder = await unprivileged();
		const written = () => jobs1().run(`cat /home/plain/.config/procdeck/lb.${stack.name}.*/haproxy.cfg`);
		const before = await written();
		await jobs1().run(lock(folder));
		const told =
			/^jobs1: HAProxy runs, but its socket cannot be used: Permission denied \(`procdeck lb add jobs1` starts it again\)$/;
		expect((await refusal('serve', 'web2', 'off')).message).toMatch(told);
		expect((await refusal('restart', 'web', '--server', 'web1')).message).toMatch(told);
		const shown = await stack.procdeck('lb');
		expect(shown).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('procdeck lb add jobs1') });
		expect(await written()).toBe(before);
		expect((await fetch(URL())).status).toBe(200);

		const added = await stack.procdeck('lb', 'add', 'jobs1', '--yes');
		expect(added).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('it is started again') });
		await stack.change('serve', 'web2', 'off');
		await waitFor(async () => (await fetch(URL())).status === 200, 'web1 to answer');
	});

	it('in a folder that is taken away ends nothing, and says what root has to do', async () => {
		const folder = await unprivileged();
		const terminal = stack.open([], { rows: 40, columns: 160 });
		await terminal.waitForText('lb 2/2 on');
		await jobs1().run(`chown root ${folder}`);
		terminal.press('b');
		await terminal.waitForText('socket cannot be used: Permission denied');
		const { message, hint } = await refusal('lb', 'add', 'jobs1', '--yes');
		expect(message).toContain('cannot lock the load balancer');
		expect(hint).toBe(`as root there: chown -R plain ${folder}`);
		expect((await fetch(URL())).status).toBe(200);
		await jobs1().run(`chown plain ${folder}`);
		await terminal.waitForText('healthy');
		expect((await stack.procdeck('serve', 'web2', 'off')).exitCode).toBe(0);
	});
});

it('a user whose sudo is too limited for the socket is told what allows it', async () => {
	await stack.change('lb', 'add', 'jobs1', '--port', '8080', '--yes');
	await jobs1().run(`chmod 000 /run/procdeck/lb.${stack.name}.*/admin.sock`);
	await reachBalancerBy('user: limited');
	await stack.change('serve', 'web2', 'off');

	await jobs1().run(`cp /etc/sudoers.d/fleet /root/; sed -i 's|, /bin/sh$||' /etc/sudoers.d/fleet`);
	onTestFinished(async () => void (await jobs1().run('cat /root/fleet >/etc/sudoers.d/fleet')));
	const told = /^jobs1: limited may not change system services.*`procdeck doctor` prints the sudoers line/;
	expect((await refusal('serve', 'web2', 'on')).message).toMatch(told);
	expect((await stack.procdeck('lb')).stdout).toContain('`procdeck doctor` prints the sudoers line');
	// More is no risk.
	expect(await stack.change('scale', 'web=2', '--server', 'web1')).toMatchObject([{ outcome: 'done' }]);
});
