import { chmod, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runBinary } from '../support/binary.ts';
import type { ChangesJson, ErrorJson } from '../support/contract.ts';
import { type TempStack, tempStack } from '../support/temp-stack.ts';

// There is no systemd user manager where the tests run: these programs stand for it and keep what was enabled in a file.
const SYSTEMCTL = `#!/bin/sh
echo "$@" >> "$SYSTEMD/calls"
case "$2" in
	enable) echo "$3" > "$SYSTEMD/enabled" ;;
	disable) rm "$SYSTEMD/enabled" ;;
	is-enabled) test -f "$SYSTEMD/enabled" && echo enabled || { echo disabled; exit 1; } ;;
	is-active) echo inactive; exit 3 ;;
esac
`;
const LOGINCTL = '#!/bin/sh\necho no\n';
const WITHOUT_MANAGER = '#!/bin/sh\necho "Failed to connect to bus" >&2\nexit 1\n';

async function stackWith(
	systemctl: string,
): Promise<TempStack & { units(): Promise<string[]>; unitFolder: string }> {
	const stack = await tempStack({
		Procfile: 'web: sleep 1000\n',
		'bin/systemctl': systemctl,
		'bin/loginctl': LOGINCTL,
	});
	for (const name of ['systemctl', 'loginctl']) await chmod(join(stack.directory, 'bin', name), 0o755);
	const env = {
		...stack.env,
		PATH: `${join(stack.directory, 'bin')}:${stack.env.PATH}`,
		SYSTEMD: stack.directory,
	};
	const unitFolder = join(stack.env.XDG_CONFIG_HOME!, 'systemd', 'user');
	const units = () => readdir(unitFolder).catch(() => []);
	const procdeck = (...args: string[]) => runBinary(args, { cwd: stack.directory, env });
	return { ...stack, procdeck, units, unitFolder };
}

describe('boot', () => {
	it('enable writes and enables the unit, and says what lingering needs', async () => {
		const stack = await stackWith(SYSTEMCTL);
		const { stdout, stderr, exitCode } = await stack.procdeck('boot', 'enable');
		expect(exitCode).toBe(0);
		expect(stdout).toContain('done');
		expect(stderr).toContain('loginctl enable-linger');
		const [unit = ''] = await stack.units();
		expect(await readFile(join(stack.unitFolder, unit), 'utf8')).toContain(`"-C" "${stack.directory}"`);
		const calls = await readFile(join(stack.directory, 'calls'), 'utf8');
		expect(calls).toMatch(new RegExp(`--user daemon-reload\n(.*\n)*--user enable ${unit}\n`));
	});

	it('status and a second enable find it enabled', async () => {
		const stack = await stackWith(SYSTEMCTL);
		expect((await stack.procdeck('boot', 'status')).stdout).toMatch(/^local +no +no +no/m);
		await stack.procdeck('boot', 'enable');
		const status = (await stack.procdeck('boot', 'status', '--json')).json();
		expect(status).toMatchObject({
			boot: [{ server: 'local', enabled: true, lingering: false, running: false }],
		});
		const again = (await stack.procdeck('boot', 'enable', '--json')).json<ChangesJson>();
		expect(again.changes).toMatchObject([{ server: 'local', from: 'on', to: 'on', outcome: 'unchanged' }]);
	});

	it('disable takes the unit away, and nothing else', async () => {
		const stack = await stackWith(SYSTEMCTL);
		await stack.procdeck('boot', 'enable');
		await stack.procdeck('start');
		const { changes } = (await stack.procdeck('boot', 'disable', '--json')).json<ChangesJson>();
		expect(changes).toMatchObject([{ from: 'on', to: 'off', outcome: 'done' }]);
		expect(await stack.units()).toEqual([]);
		expect((await stack.server()).processes[0]).toMatchObject({ running: 1 });
	});

	it('is refused without a systemd user manager, and leaves nothing', async () => {
		const stack = await stackWith(WITHOUT_MANAGER);
		const { exitCode, json } = await stack.procdeck('boot', 'enable', '--json');
		expect(exitCode).toBe(1);
		expect(json<ErrorJson>().error).toMatchObject({ code: 'refused', hint: expect.any(String) });
		expect(await stack.units()).toEqual([]);
	});
});
