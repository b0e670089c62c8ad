// Takes the pictures of screenshots/ from the real console on examples/shop.
import { cp, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runBinary, userEnvironment } from '../test/support/binary.ts';
import { freePort } from '../test/support/free-port.ts';
import { HttpLoad } from '../test/support/http-load.ts';
import { type Terminal, type TerminalSize, terminal } from '../test/support/terminal.ts';
import { screenToPng } from './screen-to-png.ts';

const ROOT = join(import.meta.dirname, '..');
const WIDE: TerminalSize = { columns: 120, rows: 36 };
const CLASSIC: TerminalSize = { columns: 80, rows: 24 };

interface Scene {
	readonly name: string;
	readonly size: TerminalSize;
	/** Brings the console to what the picture shows. */
	readonly act: (console: Terminal) => Promise<unknown>;
}

/** Long enough for trends, durations and a slow job to be on the screen. */
const inFullSwing = async (console: Terminal) => {
	console.press('Down');
	await console.waitForText(/worker\.1\s+running.*\b([2-5]\ds|\dm)\b/);
	await console.waitForText(/slow: \d+ ms/);
};

const HEALTHY: readonly Scene[] = [
	{ name: 'deck', size: WIDE, act: inFullSwing },
	{ name: 'deck-80x24', size: CLASSIC, act: inFullSwing },
	{
		name: 'logs',
		size: WIDE,
		act: async (console) => {
			await inFullSwing(console);
			console.press('l');
			await console.waitForText(/logs ─ worker/);
			console.press('/', 'Import', 'Enter');
			await console.waitForText(/\d+ of \d+ match/);
		},
	},
	{
		name: 'help',
		size: WIDE,
		act: async (console) => {
			await inFullSwing(console);
			console.press('?');
			await console.waitForText(/next problem/);
		},
	},
];

const IN_PRODUCTION: readonly Scene[] = [
	{
		name: 'plan',
		size: WIDE,
		act: async (console) => {
			await inFullSwing(console);
			console.press('s');
			await console.waitForText(/Cancel/);
		},
	},
];

const CRASHING: readonly Scene[] = [
	{
		name: 'crash-loop',
		size: WIDE,
		act: async (console) => {
			await console.waitForText(/(4|5|four|five) times/);
			console.press('!', 'Enter');
			await console.waitForText(/crash loop/);
			await console.waitForText(/TypeError/);
		},
	},
];

const BALANCED: readonly Scene[] = [
	{
		name: 'load-balancer',
		size: WIDE,
		act: async (console) => {
			const port = await freePort(6300);
			console.press(':', `lb add left --port ${port}`, 'Enter');
			await console.waitForText('Set the load balancer up on left?');
			console.press('y');
			await console.waitForText('web traffic to left, right');
			console.press('Escape', 'b');
			const load = new HttpLoad({ url: `http://127.0.0.1:${port}/` });
			await console.waitForText(/[▂-█]{20}/);
			await load.stop();
		},
	},
];

/** Runs the scenes on a copy of the example that has its state and its ports to itself. */
async function shoot(
	scenes: readonly Scene[],
	environment: string,
	withEnvFile: (text: string) => string = (text) => text,
): Promise<void> {
	const root = await realpath(await mkdtemp(join(tmpdir(), 'procdeck-screenshots-')));
	const cwd = join(root, 'shop');
	await cp(join(ROOT, 'examples/shop'), cwd, {
		recursive: true,
		filter: (path) => !path.startsWith(join(ROOT, 'examples/shop/tmp')),
	});
	const envFile = join(cwd, '.env');
	const text = (await readFile(envFile, 'utf8')).replaceAll('5100', String(await freePort(6100)));
	await writeFile(envFile, withEnvFile(text));
	const env = userEnvironment({ XDG_STATE_HOME: join(root, 'state'), COLORTERM: 'truecolor' });
	try {
		for (const { name, size, act } of scenes) {
			const console = terminal(['-e', environment], { cwd, env, ...size });
			await console.waitForText(/\d\/\d up/);
			await act(console);
			await writeFile(join(ROOT, 'screenshots', `${name}.png`), screenToPng(console.emulator));
			console.kill();
			await console.exited();
		}
	} finally {
		await runBinary(['-e', environment, 'down'], { cwd, env });
		await rm(root, { recursive: true, force: true, maxRetries: 5 });
	}
}

await shoot(HEALTHY, 'development');
await shoot(IN_PRODUCTION, 'production');
// Without a sender the mailer cannot start.
await shoot(CRASHING, 'development', (text) => text.replace(/^MAIL_FROM=.*\n/m, ''));
await shoot(BALANCED, 'two');
