import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { BackendObservation, BalancerObservation } from '../../src/model/balancer.ts';
import { receiveBalancer, setNow } from '../../src/store/console-store.ts';
import { press } from '../../src/view/dispatch.ts';
import { frame } from '../../src/view/presentation/frame.ts';
import { ASCII, UNICODE } from '../../src/view/presentation/glyphs.ts';
import { rowWidth } from '../../src/view/presentation/row.ts';
import type { Context, Step } from '../../src/view/steps.ts';
import { FIRST_UI, type UiState } from '../../src/view/ui.ts';
import { backendOf, balancerOf } from '../support/balancer-observation.ts';
import { type Scene, sceneOf } from '../support/console-model.ts';
import { START, scriptedServer } from '../support/scripted-server.ts';

const PAGE: Partial<UiState> = { page: 'balancer', server: 'web1' };
const SERVING = { web1: true, web2: false };

/** The backends after so many seconds of traffic: web1 is busy, web2 drains, and one of web1 is not healthy. */
function backendsAfter(seconds: number): BackendObservation[] {
	const requests = seconds * (80 + 10 * (seconds % 3));
	return [
		backendOf('web1', 'web.1', { sessions: 31, requests, responseMs: 84.2 }),
		backendOf('web1', 'web.2', { state: 'unhealthy', reason: 'GET /up answers 500', errors: 2 * seconds }),
		backendOf('web2', 'web.1', {
			state: 'draining',
			sessions: 14,
			requests: seconds * 34,
			responseMs: 9.04,
		}),
	];
}

function shop(options: { readonly readOnly?: boolean } = {}): Scene {
	const web1 = scriptedServer({ name: 'web1', counts: { web: 2, worker: 1 } });
	const web2 = scriptedServer({ name: 'web2', counts: { web: 1, worker: 0 } });
	const jobs1 = scriptedServer({ name: 'jobs1', counts: { web: 0, worker: 4 } });
	for (const [server, isOn] of [
		[web1, true],
		[web2, false],
		[jobs1, false],
	] as const)
		server.push({ kind: 'serving', serving: isOn });
	return sceneOf([web1, web2, jobs1], { environment: 'production', ...options });
}

/** The console after ten seconds of watching that. */
function busy(
	changed: Partial<BalancerObservation> = {},
	options: { readonly readOnly?: boolean } = {},
): Scene {
	const scene = shop(options);
	for (let second = 0; second <= 10; second += 1) {
		const at = START + second * 1000;
		const asOf = new Date(at).toISOString();
		receiveBalancer(scene.store, balancerOf(SERVING, backendsAfter(second), { asOf, ...changed }), at);
	}
	setNow(scene.store, START + 10_000);
	return scene;
}

function contextOf(scene: Scene, ui: Partial<UiState> = PAGE): Context {
	return { model: scene.model(), ui: { ...FIRST_UI, ...ui }, width: 80, height: 24 };
}

function pressAll(context: Context, ...keys: readonly string[]): Step {
	let step: Step = { ui: context.ui, intents: [] };
	for (const key of keys) step = press({ ...context, ui: step.ui }, key);
	return step;
}

describe('the page of the load balancer', () => {
	test.each([
		[80, 24],
		[200, 50],
	] as const)('at %ix%i', async (width, height) => {
		await expect(busy().screen(width, height, PAGE)).toMatchFileSnapshot(
			`golden/balancer-${width}x${height}.txt`,
		);
	});

	test('in ASCII has nothing else in it', async () => {
		const screen = busy().screen(80, 24, PAGE, ASCII);
		expect(screen).toMatch(/^[\x20-\x7e\n]*$/);
		await expect(screen).toMatchFileSnapshot('golden/balancer-ascii.txt');
	});

	test('shows the instances of a server one level deeper', async () => {
		const { ui } = pressAll(contextOf(busy()), 'enter', 'down');
		expect(ui).toMatchObject({ page: 'backends', server: 'web1', instance: 'web.2' });
		await expect(busy().screen(80, 24, ui)).toMatchFileSnapshot('golden/balancer-instances.txt');
	});

	test('keeps what was last known of one that cannot be reached, with its age and why', async () => {
		const scene = busy();
		const lost = { connection: 'unreachable', reason: 'no answer from web1' } as const;
		receiveBalancer(scene.store, balancerOf(SERVING, backendsAfter(10), lost), START + 11_000);
		setNow(scene.store, START + 15_000);
		const screen = scene.screen(80, 24, PAGE);
		expect(screen).toContain('no answer from web1; this is how it was 15 s ago');
		expect(screen).toContain('On?');
		await expect(screen).toMatchFileSnapshot('golden/balancer-unreachable.txt');
	});

	test('says of one that does not run what starts it', () => {
		const stopped = { connection: 'stopped', reason: 'its unit is failed' } as const;
		expect(busy(stopped).screen(80, 24, PAGE)).toContain('stopped: its unit is failed; f starts it');
	});

	test('shows drift, and the key that mends it', () => {
		const drifted = busy({ drift: ['its configuration was changed by hand'] });
		expect(drifted.screen(80, 24, PAGE)).toContain('its configuration was changed by hand; f mends it');
		expect(pressAll(contextOf(drifted), 'f').intents).toEqual([{ kind: 'mend-balancer', servers: [] }]);
		expect(pressAll(contextOf(busy()), 'f').ui.notice).toBe('the load balancer is as it should be');
	});

	test('says what to do where there is none', () => {
		const screen = shop().screen(80, 24, PAGE);
		expect(screen).toContain('a  sets one up');
		expect(screen).toContain('procdeck lb add SERVER');
		expect(pressAll(contextOf(shop(), { page: 'balancer', server: 'web2' }), 'a').ui.prompt).toMatchObject({
			text: 'lb add web2',
		});
	});

	test('fits every screen', () => {
		const scene = busy({ drift: ['x'.repeat(300)] });
		fc.assert(
			fc.property(
				fc.integer({ min: 60, max: 220 }),
				fc.integer({ min: 16, max: 60 }),
				fc.constantFrom('balancer', 'backends'),
				(width, height, page) => {
					const rows = frame(scene.model(UNICODE), { ...FIRST_UI, page }, width, height);
					expect(rows).toHaveLength(height);
					for (const row of rows) expect(rowWidth(row)).toBe(width);
				},
			),
			{ numRuns: 60 },
		);
	});
});

describe('the keys of the page', () => {
	test('b opens it on the server under the cursor, Esc goes back to that', () => {
		const opened = pressAll(contextOf(busy(), { server: 'web2' }), 'b');
		expect(opened.ui).toMatchObject({ page: 'balancer', server: 'web2' });
		expect(pressAll(contextOf(busy(), opened.ui), 'down', 'escape').ui).toMatchObject({
			page: 'deck',
			server: 'jobs1',
		});
		expect(pressAll(contextOf(busy(), opened.ui), 'enter', 'escape').ui.page).toBe('balancer');
	});

	test('w does there what it does on the deck, whatever that is filtered by', () => {
		const onDeck = pressAll(contextOf(busy(), { server: 'web2' }), 'w');
		const onPage = pressAll(contextOf(busy(), { page: 'balancer', server: 'web2', filter: 'jobs' }), 'w');
		expect(onPage.intents).toEqual([{ kind: 'serve', server: 'web2', on: true, force: false }]);
		expect(onPage.intents).toEqual(onDeck.intents);
		expect(pressAll(contextOf(busy()), 'w').ui).toMatchObject({ page: 'balancer', sheet: { kind: 'plan' } });
		expect(onPage.ui.filter).toBe('jobs');
	});

	test('r restarts web on the server, or the instance one level deeper', () => {
		const asked = pressAll(contextOf(busy(), { ...PAGE, type: 'worker' }), 'r', 'y');
		expect(asked.intents).toMatchObject([{ servers: ['web1'], selectors: [{ type: 'web', index: null }] }]);
		expect(pressAll(contextOf(busy()), 'enter', 'down', 'r', 'y').intents).toMatchObject([
			{ servers: ['web1'], selectors: [{ type: 'web', index: 2 }] },
		]);
	});

	test('f leaves what a restart under way has taken out of turn', () => {
		const scene = shop();
		const held = backendOf('web1', 'web.1', { state: 'held' });
		const draining = backendOf('web1', 'web.2', { state: 'draining', sessions: 2 });
		receiveBalancer(scene.store, balancerOf(SERVING, [held, draining]), START);
		expect(pressAll(contextOf(scene), 'f')).toMatchObject({
			intents: [],
			ui: { notice: 'web.1 on web1 is being restarted' },
		});
	});

	test('! goes from the deck to what is wrong with web traffic', () => {
		expect(pressAll(contextOf(busy(), {}), '!').ui).toMatchObject({ page: 'balancer', server: 'web1' });
	});

	test('a page that a command was typed on is there again after it', () => {
		const typed = pressAll(contextOf(busy()), ':').ui;
		expect(typed.prompt).not.toBeNull();
		expect(
			pressAll(contextOf(busy(), { page: 'output', output: { ...FIRST_UI.output, back: 'balancer' } }), 'q')
				.ui.page,
		).toBe('balancer');
	});
});

describe('elsewhere', () => {
	test('the header has servers that are On, requests and errors', () => {
		const [header] = busy().screen(120, 24).split('\n');
		expect(header).toMatch(/lb 1\/2 on {3}3 servers {3}20 err\/min {3}\d+ req\/s/);
	});

	test('a server that drains says in its column what is left', () => {
		const screen = busy().screen(80, 24);
		expect(screen).toContain('◐ web2');
		expect(screen).toContain('drains, 14 left');
	});

	test('a console that only looks has no keys there that change something', () => {
		const scene = busy({}, { readOnly: true });
		expect(scene.screen(80, 24, PAGE).split('\n').at(-1)).not.toContain('on/off');
		for (const key of ['w', 'r', 'f', 'a'])
			expect(pressAll(contextOf(scene), key)).toMatchObject({
				intents: [],
				ui: { notice: expect.stringContaining('read-only') },
			});
	});
});
