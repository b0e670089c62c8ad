import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
	putActivity,
	receive,
	receiveBalancer,
	setNewServer,
	setNow,
} from '../../src/store/console-store.ts';
import { planFor } from '../../src/view/plans.ts';
import { frame } from '../../src/view/presentation/frame.ts';
import { ASCII, UNICODE } from '../../src/view/presentation/glyphs.ts';
import { rowWidth, textOf } from '../../src/view/presentation/row.ts';
import { FIRST_UI, openPrompt, type UiState } from '../../src/view/ui.ts';
import { backendOf, balancerOf } from '../support/balancer-observation.ts';
import { type Scene, sceneOf } from '../support/console-model.ts';
import { type ScriptedServer, START, scriptedServer } from '../support/scripted-server.ts';

function iso(seconds: number): string {
	return new Date(START + seconds * 1000).toISOString();
}

/** Two servers with one of everything that a cell can be. */
function busyShop(environment = 'production'): Scene {
	const web1 = scriptedServer({ name: 'web1', counts: { web: 2, worker: 0, scheduler: 1, mailer: 0 } });
	const jobs1 = scriptedServer({ name: 'jobs1', counts: { web: 0, worker: 4, scheduler: 0, mailer: 1 } });
	jobs1.setInstance('worker.3', { restarts: 1, lastExit: { code: null, signal: 'SIGKILL', at: iso(-2400) } });
	jobs1.setInstance('worker.4', { stale: true });
	jobs1.setInstance('mailer.1', {
		state: 'backoff',
		pid: null,
		startedAt: null,
		restarts: 3,
		nextStartAt: iso(8),
		lastExit: { code: 1, signal: null, at: iso(-8) },
		recentExits: [41, 30, 20, 9].map((before, position) => ({
			code: 1,
			signal: null,
			startedAt: iso(-before),
			at: iso(-before + 1),
			waitedMs: 1000 * 2 ** position,
		})),
	});
	const scene = sceneOf([web1, jobs1], { environment });
	const stats = Object.fromEntries(
		[1, 2, 3, 4].map((index) => [`worker.${index}`, { cpuPercent: 10 * index, memoryBytes: index * 1e8 }]),
	);
	for (let second = 0; second < 6; second += 1) {
		receive(scene.store, 'jobs1', { kind: 'stats', stats }, START);
	}
	for (let job = 1; job <= 40; job += 1) {
		const text = job % 7 === 0 ? `job ${job} failed: timeout after 5 s\n` : `job ${job} done in ${job} ms\n`;
		const instance = `worker.${1 + (job % 4)}`;
		scene.logs.append(
			{ server: 'jobs1', instance, at: START + job * 1000, marker: false },
			Buffer.from(text),
		);
	}
	return scene;
}

const WORKER: Partial<UiState> = { type: 'worker', server: 'jobs1' };
const SIZES = [
	[80, 24],
	[120, 36],
	[200, 50],
	[60, 16],
	[40, 10],
] as const;

test.each(SIZES)('the deck at %ix%i', async (width, height) => {
	const screen = busyShop().screen(width, height, WORKER);
	await expect(screen).toMatchFileSnapshot(`golden/deck-${width}x${height}.txt`);
});

test('the deck in ASCII has nothing else in it', async () => {
	const screen = busyShop().screen(80, 24, WORKER, ASCII);
	expect(screen).toMatch(/^[\x20-\x7e\n]*$/);
	await expect(screen).toMatchFileSnapshot('golden/deck-ascii.txt');
});

test('the crash-loop page', async () => {
	const ui = { page: 'crash', type: 'mailer', server: 'jobs1', instance: 'mailer.1' } as const;
	await expect(busyShop().screen(80, 24, ui)).toMatchFileSnapshot('golden/crash-loop.txt');
});

test('the logs page, paused, with a search', async () => {
	const scene = busyShop();
	const paused = scene.logs.window();
	scene.logs.append(
		{ server: 'jobs1', instance: 'worker.1', at: START, marker: false },
		Buffer.from('a\nb\n'),
	);
	const logs = { ...FIRST_UI.logs, paused, pausedAt: START, bottom: 34, search: 'failed' };
	const screen = scene.screen(80, 24, { page: 'logs', logs });
	expect(screen).toContain('2 new');
	await expect(screen).toMatchFileSnapshot('golden/logs-paused.txt');
});

test('the help, of the pane and of all keys', async () => {
	const scene = busyShop();
	const help = (all: boolean) => scene.screen(80, 24, { ...WORKER, sheet: { kind: 'help', all, top: 0 } });
	await expect(help(false)).toMatchFileSnapshot('golden/help.txt');
	await expect(help(true)).toMatchFileSnapshot('golden/help-all.txt');
});

test('the plan of a restart in production has Cancel focused and names the command', async () => {
	const scene = busyShop();
	const plan = planFor(scene.store.getState(), {
		kind: 'restart',
		servers: ['jobs1'],
		selectors: [{ type: 'worker', index: null }],
		staleOnly: false,
		atOnce: false,
	});
	expect(plan).not.toBeNull();
	const screen = scene.screen(80, 24, { ...WORKER, sheet: { kind: 'plan', plan: plan!, focused: 'cancel' } });
	expect(screen).toContain('> Cancel <');
	expect(screen).toContain('procdeck restart worker --server jobs1 -e production');
	await expect(screen).toMatchFileSnapshot('golden/plan.txt');
});

test('the plan of switching web traffic off says who takes it, and asks more where nobody does', async () => {
	const counts = { web: 1, worker: 2 };
	const servers = ['web1', 'web2'].map((name) => scriptedServer({ name, counts }));
	const scene = sceneOf(servers, { environment: 'production' });
	const backends = [
		backendOf('web1', 'web.1', { sessions: 14 }),
		backendOf('web2', 'web.1', { sessions: 3 }),
	];
	const traffic = (serving: Readonly<Record<string, boolean>>) => {
		receiveBalancer(scene.store, balancerOf(serving, backends), START);
		const off = { kind: 'serve', server: 'web1', on: false, force: false } as const;
		return planFor(scene.store.getState(), off)!;
	};
	const plan = traffic({ web1: true, web2: true });
	const screen = scene.screen(80, 24, { sheet: { kind: 'plan', plan, focused: 'cancel' } });
	await expect(screen).toMatchFileSnapshot('golden/plan-serve.txt');
	const last = traffic({ web1: true, web2: false });
	expect(last.basis).not.toBe(plan.basis);
	expect(last).toMatchObject({
		sentence: 'web1 is the last that serves: every request will get a 503.',
		command: 'procdeck serve web1 off --force -e production',
		intent: { force: true },
	});
});

test('a server that is to be added: what is wrong, what is written, and the buttons fit a small screen', async () => {
	const scene = busyShop();
	const finding = { server: 'jobs2', severity: 'warning', message: 'x'.repeat(90), fix: 'do y' } as const;
	const folder = '/etc/systemd/system/procdeck.shop.production';
	const items = ['web', 'worker', 'scheduler', 'mailer', 'a', 'b', 'c'].map((type) => ({
		type,
		what: 'it has no unit there yet',
		action: 'write' as const,
		paths: [`${folder}.${type}@.service`],
		diff: [],
	}));
	setNewServer(scene.store, {
		name: 'jobs2',
		place: 'deploy@jobs2',
		stage: 'ready',
		startedAt: START,
		findings: ['journal', 'disk', 'clock'].map((check) => ({ ...finding, check })),
		steps: [
			{ name: 'packages', verb: 'install', what: 'libpq5, imagemagick', details: ['apt'], isDone: false },
			{ name: 'units', verb: 'write', what: 'units', details: [], isDone: false },
			{ name: 'file', verb: 'write', what: 'jobs2', details: [], isDone: false },
			{ name: 'start', verb: 'start', what: 'worker=2', details: [], isDone: false },
		],
		plan: { isSetUp: false, items },
		file: 'procdeck.yml',
		error: null,
		progress: null,
	});
	const sheet = {
		kind: 'add',
		stage: 'ready',
		name: 'jobs2',
		place: 'deploy@jobs2',
		field: 'place',
		focused: 'cancel',
		showsOutput: false,
	} as const;
	const screen = scene.screen(80, 24, { ...WORKER, sheet });
	expect(screen).toContain('> Cancel <');
	expect(screen).toContain(`${folder}.worker@.service`);
	await expect(screen).toMatchFileSnapshot('golden/add.txt');
	const working = {
		...scene.store.getState().newServer!,
		stage: 'failed',
		error: 'E: Unable to locate',
	} as const;
	const output = ['Reading package lists...', 'E: Unable to locate package libpq5'];
	const progress = {
		done: 0,
		stepStartedAt: START,
		output,
		log: '/state/additions/shop.production.jobs2.log',
	};
	setNewServer(scene.store, { ...working, progress });
	const failed = scene.screen(80, 24, { ...WORKER, sheet: { ...sheet, stage: 'failed' } });
	expect(failed).toContain('✗ install   libpq5, imagemagick  failed');
	await expect(failed).toMatchFileSnapshot('golden/add-failed.txt');
});

test('paused, stopped, changing, unreachable and orphaned cells', async () => {
	const local = scriptedServer({ counts: { web: 3, worker: 2, mailer: 1, old: 1 } });
	const far = scriptedServer({ name: 'far', counts: { web: 2 } });
	local.setType('worker', { paused: 2, wanted: 0 });
	local.setType('mailer', { stopped: true });
	local.setType('old', { orphan: true });
	local.setInstance('web.3', { state: 'starting' });
	far.push({ kind: 'connection', connection: 'unreachable', reason: 'no answer in 5 s' });
	const scene = sceneOf([local, far]);
	const screen = scene.screen(80, 24);
	expect(screen).toContain('2→3');
	expect(screen).toContain('‖  0 (2)');
	expect(screen).toContain('‖  0/1');
	expect(screen).toContain('○  2/2?');
	await expect(screen).toMatchFileSnapshot('golden/cells.txt');
});

test('instances of a server that is out of reach look like last known, with their age', () => {
	const far = scriptedServer({ name: 'far', counts: { web: 2 } });
	far.setInstance('web.2', { state: 'backoff', nextStartAt: iso(8) });
	const scene = sceneOf([scriptedServer({ counts: { web: 1 } }), far]);
	receive(scene.store, 'far', { kind: 'connection', connection: 'unreachable', reason: 'no answer' }, START);
	setNow(scene.store, START + 12_000);
	const ui = { server: 'far', pane: 'instances' } as const;
	const screen = scene.screen(80, 24, ui);
	expect(screen).toMatch(/web on far ─ run web ─ seen 12 s ago ─+ 1 of 2\? ─/);
	expect(screen).toMatch(/>○ web\.1 +running\? +4101 +1h /);
	expect(screen).toMatch(/ ○ web\.2 +back-off\? /);
	const rows = frame(scene.model(), { ...FIRST_UI, ...ui, instance: 'web.2' }, 80, 24);
	const row = rows.find((each) => textOf(each).includes('web.1')) ?? [];
	expect(new Set(row.map(({ role }) => role))).toEqual(new Set(['dim', 'plain']));
	expect(row.filter(({ role, text }) => role === 'plain' && text.trim() !== '')).toEqual([]);
	expect(scene.screen(80, 24, { ...ui, page: 'crash', instance: 'web.2' })).toMatch(
		/next start +not known, far seen 12 s ago/,
	);
});

describe('the numbers of a crash loop', () => {
	/** A start every two seconds, each for half a second, and what is known of the last of them. */
	function looping(restarts: number, known: number) {
		const local = scriptedServer({ counts: { web: 1 } });
		const recentExits = Array.from({ length: known }, (_, position) => ({
			code: 3,
			signal: null,
			startedAt: iso(2 * (position - known)),
			at: iso(2 * (position - known) + 0.5),
			waitedMs: null,
		}));
		local.setInstance('web.1', {
			state: 'backoff',
			pid: null,
			restarts,
			recentExits,
			lastExit: { code: 3, signal: null, at: iso(-1.5) },
			nextStartAt: iso(1),
		});
		return sceneOf([local]);
	}
	const CRASH = { page: 'crash', instance: 'web.1' } as const;

	test('agree where all exits are known', () => {
		const scene = looping(3, 4);
		expect(scene.screen(80, 24)).toMatch(/exit 3, 4 times in 7 s; next start in 1 s/);
		expect(scene.screen(80, 24)).toMatch(/4x {2}exit 3/);
		const page = scene.screen(80, 24, CRASH);
		expect(page).toMatch(/exits +4 times, exit 3 each time, alive 0\.5 s on average/);
		expect(page).toMatch(/since +14:01:52, 8\.0 s ago/);
		expect(page.match(/0\.5 s +exit 3 +1\.5 s/g)).toHaveLength(3);
		expect(page).toMatch(/14:01:58 +0\.5 s +exit 3 +2\.5 s/);
	});

	test('say of which exits they are where only the last are known', () => {
		const scene = looping(10, 5);
		expect(scene.screen(80, 24)).toMatch(/exit 3, 11 exits by now; next start in 1 s/);
		expect(scene.screen(80, 24)).toMatch(/11x {2}exit 3/);
		const page = scene.screen(80, 24, CRASH);
		expect(page).toMatch(/exits +11 times since it was last started by hand/);
		expect(page).toMatch(/the last 5 +exit 3 each time, alive 0\.5 s on average/);
		expect(page).toMatch(/since +14:01:50, 10 s ago/);
	});
});

test('a broken file and a stack that is down are told', () => {
	const local = scriptedServer({ counts: { web: 1 }, power: 'down' });
	local.push({
		kind: 'stack',
		power: 'down',
		types: local.observation.types,
		problems: [{ file: 'Procfile', line: 3, message: 'web is there twice' }],
	});
	const screen = sceneOf([local]).screen(80, 24);
	expect(screen).toContain('Procfile:3  web is there twice');
	expect(screen).toContain('down; s starts');
});

test('what is typed is shown with what is wrong with it', () => {
	const { prompt } = openPrompt(FIRST_UI, 'command', 'scale x=1');
	if (prompt === null) throw new Error('no prompt');
	const wrong = { ...prompt, error: 'there is no x' };
	expect(busyShop().screen(80, 24, { prompt: wrong })).toContain(':scale x=1_  there is no x');
});

const ANY_TEXT = fc.string({ unit: 'binary', maxLength: 60 });

test('whatever names, commands and logs contain, every row has exactly the width and no control character', () => {
	const property = fc.property(
		ANY_TEXT,
		ANY_TEXT,
		ANY_TEXT,
		fc.integer({ min: 1, max: 220 }),
		fc.integer({ min: 1, max: 60 }),
		fc.constantFrom('deck', 'logs', 'crash', 'output'),
		(type, message, log, width, height, page) => {
			const local = scriptedServer({ counts: { [type]: 2, worker: 1 } });
			local.push({
				kind: 'stack',
				power: 'up',
				types: local.observation.types.map((entry) => ({ ...entry, command: message })),
				problems: [{ file: type, line: null, message }],
			});
			const scene = sceneOf([local]);
			scene.logs.append({ server: type, instance: message, at: START, marker: false }, Buffer.from(log));
			scene.output.begin(message);
			scene.output.append(Buffer.from(log));
			for (const wrap of [false, true]) {
				const logs = { ...FIRST_UI.logs, wrap, search: 'a' };
				const ui: UiState = { ...FIRST_UI, page, logs, output: { ...FIRST_UI.output, search: 'a' } };
				const rows = frame(scene.model(), ui, width, height);
				expect(rows).toHaveLength(height);
				for (const row of rows) {
					expect(rowWidth(row)).toBe(width);
					expect(textOf(row)).not.toMatch(/[\x00-\x1f\x7f-\x9f]/);
				}
			}
		},
	);
	fc.assert(property, { numRuns: 150 });
});

/** More types than 80x24 has room for, with names that begin alike. */
function manyTypes(counts: Readonly<Record<string, number>> = {}): ScriptedServer {
	const names = Array.from({ length: 22 }, (_, position) => `import-customers-from-region-${position + 10}`);
	return scriptedServer({ counts: { ...Object.fromEntries(names.map((name) => [name, 1])), ...counts } });
}

const RESTART_ALL = {
	kind: 'restart',
	servers: ['local'],
	selectors: [],
	staleOnly: false,
	atOnce: false,
} as const;

test.each([
	[80, 24],
	[60, 16],
	[160, 24],
] as const)(
	'the plan of a restart of 22 types at %ix%i says what starts and shows its buttons',
	(width, height) => {
		const local = manyTypes({ held: 1 });
		local.setType('held', { stopped: true });
		const scene = sceneOf([local]);
		const plan = planFor(scene.store.getState(), RESTART_ALL);
		const screen = scene.screen(width, height, { sheet: { kind: 'plan', plan: plan!, focused: 'cancel' } });
		expect(screen).toContain('Restart all 22 of 22 types, in each one after another.');
		expect(screen).toMatch(/held +start/);
		expect(screen).toContain('same as   procdeck restart');
		expect(screen).toContain('> Cancel <');
		expect(screen).toContain('Restart 22 instances');
	},
);

test('long names are told apart, and what is scrolled away is counted', () => {
	const screen = sceneOf([manyTypes()]).screen(80, 24);
	expect(screen).toContain('import-customers-from-region-11 ');
	expect(screen).toMatch(/^ 1-\d+ of 22 /m);
});

test('a filter stays in sight with the number of types and servers that it hides', () => {
	const screen = busyShop().screen(80, 24, { filter: 'we' });
	expect(screen).toMatch(/^ \/we +● web1/m);
	expect(screen).toMatch(/^ 4 hidden /m);
});

test('held instances are no change that never ends, and the header counts them', () => {
	const local = scriptedServer({ counts: { web: 3, worker: 2, once: 2 } });
	local.setInstance('web.3', { state: 'stopped', held: true, pid: null });
	local.setInstance('once.2', {
		state: 'stopped',
		pid: null,
		lastExit: { code: 0, signal: null, at: iso(-60) },
	});
	const screen = sceneOf([local]).screen(80, 24);
	expect(screen).toMatch(/^>web +>‖ {2}2\/3/m);
	expect(screen).toMatch(/^ once +1\/2/m);
	expect(screen).toMatch(/ 1 held $/m);
});

test.each([
	['a type', { stopped: true }, false, '2→0'],
	['an instance', {}, true, '2→1'],
	['by a lower count', { wanted: 1 }, false, '2→1'],
])('what is being stopped counts down: %s', (_, type, held, shown) => {
	const local = scriptedServer({ counts: { web: 2 } });
	const types = local.observation.types.map((entry) => ({ ...entry, ...type }));
	local.push({ kind: 'stack', power: 'up', types, problems: [] });
	local.setInstance('web.2', { state: 'stopping', held });
	if (shown === '2→0') local.setInstance('web.1', { state: 'stopping' });
	expect(sceneOf([local]).screen(80, 24)).toContain(shown);
});

test('a short life in a crash loop is not well', () => {
	const local = scriptedServer({ counts: { web: 1 } });
	const crashed = (at: number) =>
		local.setInstance('web.1', { restarts: 3, lastExit: { code: 1, signal: null, at: iso(at) } });
	crashed(-5);
	expect(sceneOf([local]).screen(80, 24)).toMatch(/web.1 on local {2}exit 1; started again/);
	crashed(-11);
	expect(sceneOf([local]).screen(80, 24)).toContain('all well');
});

test('the exit of an instance that is down has the room of its empty columns', () => {
	const local = scriptedServer({ counts: { web: 1 } });
	const reason = 'not ready in 30 s';
	const lastExit = { code: null, signal: 'SIGTERM', at: iso(-2), reason };
	local.setInstance('web.1', { state: 'backoff', pid: null, restarts: 7, nextStartAt: iso(8), lastExit });
	expect(sceneOf([local]).screen(80, 24)).toMatch(/back-off 8s +8x {2}not ready in 30 s/);
});

test('a read-only console offers no key that changes something', () => {
	const local = scriptedServer({ counts: { web: 1 } });
	const scene = sceneOf([local], { readOnly: true });
	for (const ui of [{}, { sheet: { kind: 'help', all: false, top: 0 } }] as const) {
		expect(scene.screen(80, 24, ui)).not.toMatch(/scale|restart|stop|one more|undo/);
	}
});

test('the search counts no line that the filter hides', () => {
	const logs = { ...FIRST_UI.logs, search: 'done', filter: 'job 3' };
	expect(busyShop().screen(80, 24, { page: 'logs', logs })).toContain('10 of 10 matches');
});

test('why a change failed has the whole line', () => {
	const scene = busyShop();
	const at = iso(-3);
	const entry = {
		id: '1',
		changeId: '1',
		at,
		who: 'mia@laptop',
		verb: 'scale',
		server: 'jobs1',
		type: 'worker',
	};
	receive(
		scene.store,
		'jobs1',
		{ kind: 'history', entry: { ...entry, from: 3, to: 4, outcome: 'done' } },
		START,
	);
	expect(scene.screen(80, 24)).toContain('u undo');
	const reason = 'the wanted count of web is 4 now and no longer 1';
	scene.store.setState({
		activities: [
			{
				id: '2',
				subject: 'web on jobs1',
				action: '1 → 2',
				startedAt: START,
				settled: 0,
				total: 0,
				outcome: 'failed',
				reason,
				tookMs: 10,
				servers: ['jobs1'],
				rows: [],
			},
		],
	});
	expect(scene.screen(80, 24)).not.toContain('u undo');
});

test('the same model gives the same screen', () => {
	const scene = busyShop();
	expect(frame(scene.model(UNICODE), FIRST_UI, 120, 36)).toEqual(
		frame(scene.model(UNICODE), FIRST_UI, 120, 36),
	);
});

test('a server that was added is what the change says', () => {
	const local = scriptedServer({ counts: { web: 1 } });
	const entry = {
		id: '1',
		changeId: 'c',
		at: iso(-60),
		who: 'mia@laptop',
		verb: 'server add',
		server: 'local',
	};
	local.push({ kind: 'history', entry: { ...entry, type: null, from: null, to: 'local', outcome: 'done' } });
	expect(sceneOf([local]).screen(80, 24)).toContain('14:01:00  server add on local by you');
});

test('undo is offered where it has something to take back', async () => {
	const server = scriptedServer({ counts: { web: 1 } });
	const scale = (expected: number, changeId: string) =>
		server.apply(
			{ verb: 'scale', targets: [{ type: 'web', to: 2, expected }] },
			{ wait: true, timeoutMs: null, who: 'mia@laptop', changeId },
		);
	await scale(7, 'refused');
	expect(sceneOf([server]).screen(80, 24)).not.toContain('u undo');
	await scale(1, 'done');
	expect(sceneOf([server]).screen(80, 24)).toContain('u undo');
	const { power, types, problems } = server.observation;
	server.push({ kind: 'stack', power, types: types.filter(({ type }) => type !== 'web'), problems });
	expect(sceneOf([server]).screen(80, 24)).not.toContain('u undo');
	expect(sceneOf([server]).screen(180, 50)).not.toContain('u undo');
});

test('what a verb wrote is a page of plain text with how it ended', async () => {
	const scene = busyShop();
	scene.output.begin('check --strict');
	scene.output.append(Buffer.from('\x1b[31mProcfile:3\x1b[0m: skipped\x1b]0;title\x07\n\tpath\tline\n'));
	const running = scene.screen(80, 24, { page: 'output' });
	expect(running).toMatch(/^ check --strict ─ running ─/m);
	scene.output.end({ code: 2, signal: null });
	const screen = scene.screen(80, 24, { page: 'output' });
	await expect(screen).toMatchFileSnapshot('golden/output.txt');
});

describe('the activity line', () => {
	const CHANGE = {
		subject: 'web on local',
		settled: 0,
		total: 0,
		reason: null,
		servers: ['local'],
		rows: [],
	} as const;

	/** What it says so many seconds after a change of this console that ended so. */
	function lineAfter(seconds: number, outcome: 'done' | 'failed', somebody: string | null = null): string {
		const local = scriptedServer({ counts: { web: 1 } });
		const history = [
			{ ...ENTRY, id: '1', changeId: 'mine', at: iso(0), who: 'mia@laptop', to: 2 },
			...(somebody === null
				? []
				: [{ ...ENTRY, id: '2', changeId: 'other', at: iso(5), who: somebody, to: 3 }]),
		];
		const scene = sceneOf([local]);
		for (const entry of history) receive(scene.store, 'local', { kind: 'history', entry }, START);
		putActivity(scene.store, {
			...CHANGE,
			id: 'mine',
			action: '1 → 2',
			startedAt: START,
			outcome,
			tookMs: 1000,
		});
		setNow(scene.store, START + seconds * 1000);
		return scene.screen(80, 24).split('\n').at(-2) ?? '';
	}
	const ENTRY = {
		verb: 'scale',
		server: 'local',
		type: 'web',
		from: 1,
		outcome: 'done',
	} as const;

	test('tells of the last change while that is news, then when it was', () => {
		expect(lineAfter(10, 'done')).toContain('web on local: 1 → 2 done');
		expect(lineAfter(40, 'done')).toMatch(/\d\d:\d\d:\d\d {2}web 1 → 2 on local by you/);
	});

	test('tells longer of what did not work', () => {
		expect(lineAfter(40, 'failed')).toContain('web on local: 1 → 2 failed');
		expect(lineAfter(200, 'failed')).toContain('by you');
	});

	test('tells of one verb on several types as of one change', () => {
		const local = scriptedServer({ counts: { web: 1, worker: 1 } });
		const scene = sceneOf([local]);
		for (const type of ['web', 'worker']) {
			const entry = {
				...ENTRY,
				id: type,
				changeId: 'all',
				verb: 'start',
				type,
				at: iso(0),
				who: 'ann@desk',
				to: 1,
			};
			receive(scene.store, 'local', { kind: 'history', entry }, START);
		}
		expect(scene.screen(80, 24)).toContain('start web, worker on local by ann@desk');
	});

	test('gives way to what somebody else changed since', () => {
		expect(lineAfter(10, 'done', 'ann@desk')).toContain('web 1 → 3 on local by ann@desk');
	});
});
