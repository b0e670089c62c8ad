import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { putActivity, receive, setNow } from '../../src/store/console-store.ts';
import { problemsOf } from '../../src/store/problems.ts';
import { press } from '../../src/view/dispatch.ts';
import { frame } from '../../src/view/presentation/frame.ts';
import { ASCII } from '../../src/view/presentation/glyphs.ts';
import { rowWidth } from '../../src/view/presentation/row.ts';
import type { Context } from '../../src/view/steps.ts';
import { ALL_SERVERS, FIRST_UI, type UiState } from '../../src/view/ui.ts';
import { type Scene, sceneOf } from '../support/console-model.ts';
import { iso, manyServers, named, sceneOfMany, troubled } from '../support/many-servers.ts';
import { START, scriptedServer } from '../support/scripted-server.ts';

const MAILER: Partial<UiState> = { server: 'jobs07', type: 'mailer' };

function forty(): Scene {
	return sceneOfMany(troubled(manyServers(40)));
}

function contextOf(scene: Scene, ui: Partial<UiState> = {}, width = 80, height = 24): Context {
	return { model: scene.model(), ui: { ...FIRST_UI, ...ui }, width, height };
}

function pressAll(scene: Scene, ui: Partial<UiState>, keys: readonly string[], width = 80): UiState {
	let context = contextOf(scene, ui, width);
	for (const key of keys) context = { ...context, ui: press(context, key).ui };
	return context.ui;
}

/** The names of the list's rows from the first on. */
function rowsOf(screen: string): readonly string[] {
	return [...screen.matchAll(/^[ >][✗↻○◐●·] ((?:web|jobs)\d+)/gmu)].map(([, name]) => name ?? '');
}

describe('the list of many servers', () => {
	test.each([
		[80, 24],
		[120, 36],
		[200, 50],
	] as const)('at %ix%i', async (width, height) => {
		await expect(forty().screen(width, height, MAILER)).toMatchFileSnapshot(
			`golden/forty-servers-${width}x${height}.txt`,
		);
	});

	test('in ASCII has nothing else in it', () => {
		expect(forty().screen(120, 36, MAILER, ASCII)).toMatch(/^[\x20-\x7e\n]*$/);
	});

	test.each([
		[3, 80, false],
		[4, 80, true],
		[6, 120, false],
		[7, 120, true],
		[6, 200, false],
		[7, 200, true],
	])('%i servers at %i columns: %s', (count, width, isList) => {
		const screen = sceneOfMany(manyServers(count)).screen(width, 50);
		expect(screen.includes('wrong first')).toBe(isList);
	});

	test('what is wrong comes first, and a divider parts it from the rest in the order of the file', () => {
		const screen = forty().screen(80, 24, MAILER);
		expect(rowsOf(screen).slice(0, 6)).toEqual(['jobs12', 'jobs07', 'jobs09', 'jobs11', 'web01', 'jobs01']);
		expect(screen).toMatch(/as wanted 36 ─/);
	});

	test('between the waits of a crash loop a server stays where it was', () => {
		const servers = troubled(manyServers(40));
		const jobs07 = named(servers, 'jobs07');
		for (const instance of ['mailer.1', 'mailer.2'])
			jobs07.setInstance(instance, {
				state: 'running',
				pid: 1,
				lastExit: { code: 1, signal: null, at: iso(-2) },
			});
		const scene = sceneOfMany(servers);
		expect(scene.screen(80, 24, MAILER)).toMatch(/^>↻ jobs07 .*>↻ 2</m);
		setNow(scene.store, START + 20_000);
		expect(rowsOf(scene.screen(120, 60, MAILER)).indexOf('jobs07')).toBeGreaterThan(3);
	});

	test('types give way from the right, never the selected or one with something wrong', () => {
		const scene = forty();
		const titles = (ui: Partial<UiState>) => scene.screen(80, 24, ui).split('\n')[3];
		expect(titles(MAILER)).toMatch(/web +worker +scheduler +mailer +\+6/);
		const metrics = titles({ server: 'jobs07', type: 'metrics' });
		expect(metrics).toMatch(/worker +mailer +metrics +\+/);
	});

	test('all forty are in sight at 200x50', () => {
		const screen = forty().screen(200, 50, MAILER);
		expect(rowsOf(screen)).toHaveLength(40);
		expect(screen).toContain('1-40 of 40');
	});

	test('the selected row is always in sight', () => {
		const servers = manyServers(200);
		const scene = sceneOfMany(servers);
		for (const { definition } of servers) {
			expect(scene.screen(80, 24, { server: definition.name })).toMatch(
				new RegExp(`^>● ${definition.name} `, 'm'),
			);
		}
	});

	test('every row has exactly the width, whatever the names and the size', () => {
		const sizes = fc.tuple(fc.integer({ min: 60, max: 220 }), fc.integer({ min: 16, max: 60 }));
		const names = fc.uniqueArray(fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }), {
			minLength: 2,
			maxLength: 12,
		});
		const property = fc.property(
			names,
			sizes,
			fc.constantFrom('list', 'matrix'),
			(all, size, arrangement) => {
				const [width, height] = size;
				const scene = sceneOf(all.map((name) => scriptedServer({ name, counts: { [name]: 2, worker: 1 } })));
				for (const server of [all[0]!, ALL_SERVERS]) {
					const ui: UiState = { ...FIRST_UI, arrangement, server };
					const rows = frame(scene.model(), ui, width, height);
					expect(rows).toHaveLength(height);
					for (const row of rows) expect(rowWidth(row)).toBe(width);
				}
			},
		);
		fc.assert(property, { numRuns: 60 });
	});
});

describe('rows keep their place', () => {
	function fails(scene: Scene, server: string): void {
		const { observation } = scene.store.getState().servers.find(({ name }) => name === server)!;
		const [instance] = observation!.instances;
		const changed = [{ ...instance!, state: 'failed' as const }];
		receive(scene.store, server, { kind: 'instances', changed, removed: [] }, START);
	}

	test('while keys are pressed there, and go where they stand afterwards', () => {
		const scene = sceneOfMany(manyServers(40));
		const ui = pressAll(scene, { server: 'jobs02' }, ['down']);
		const before = rowsOf(scene.screen(80, 24, ui));
		fails(scene, 'jobs20');
		expect(rowsOf(scene.screen(80, 24, ui))).toEqual(before);
		expect(scene.screen(80, 24, ui)).toContain('rows keep their place');
		setNow(scene.store, START + 31_000);
		expect(rowsOf(scene.screen(80, 24, { ...ui, server: 'jobs20' }))[0]).toBe('jobs20');
	});

	test('but not once the cursor has left the pane, nor after !', () => {
		const scene = sceneOfMany(manyServers(40));
		const ui = pressAll(scene, { server: 'web01' }, ['down', 'up']);
		fails(scene, 'jobs20');
		const away = pressAll(scene, ui, ['tab']);
		expect(rowsOf(scene.screen(80, 24, away))[0]).toBe('jobs20');
		expect(rowsOf(scene.screen(80, 24, pressAll(scene, ui, ['!'])))[0]).toBe('jobs20');
	});
});

describe('the cursor in the list', () => {
	test('goes down the servers, across the types, and above the first to all of them', () => {
		const scene = forty();
		expect(pressAll(scene, { server: 'jobs12', type: 'web' }, ['down', 'right'])).toMatchObject({
			server: 'jobs07',
			type: 'worker',
		});
		expect(pressAll(scene, { server: 'jobs12' }, ['up'])).toMatchObject({ server: ALL_SERVERS });
		expect(pressAll(scene, { server: 'jobs12' }, ['pagedown'])).toMatchObject({ server: 'jobs02' });
	});

	test('v turns the list into a matrix and back', () => {
		const scene = forty();
		const matrix = pressAll(scene, MAILER, ['v']);
		expect(scene.screen(80, 24, matrix)).not.toContain('wrong first');
		expect(scene.screen(80, 24, pressAll(scene, matrix, ['v']))).toContain('wrong first');
	});
});

describe('the matrix beyond what fits', () => {
	const MATRIX: Partial<UiState> = { ...MAILER, arrangement: 'matrix' };

	test('scrolls sideways and says how many more there are on either side', async () => {
		const screen = forty().screen(80, 24, MATRIX);
		expect(screen).toMatch(/‹ 18 ● web07 .*● jobs07 .*19 › +all/);
		await expect(screen).toMatchFileSnapshot('golden/matrix-sideways.txt');
	});

	test('has every selected column in sight, and all of them at the end', () => {
		const servers = manyServers(40);
		const scene = sceneOfMany(servers);
		for (const { definition } of servers) {
			const screen = scene.screen(80, 24, { ...MATRIX, type: 'thumbs', server: definition.name });
			expect(screen).toMatch(new RegExp(`● ${definition.name} `));
			expect(screen).toMatch(/>thumbs .*> +1\/1 +</);
		}
		const last = scene.screen(80, 24, { ...MATRIX, server: 'jobs27' });
		expect(last).not.toContain('›');
		const all = pressAll(scene, { ...MATRIX, server: 'web14' }, ['right']);
		expect(all.server).toBe(ALL_SERVERS);
		expect(scene.screen(80, 24, all)).toMatch(/>mailer .*>52\/52</);
	});
});

describe('the filter', () => {
	test.each([
		['worker', /^ {3}server .* worker *$/m, '2-8 of 40'],
		['jobs1', /1-\d of 9, 31 hidden/, 'all 9'],
		['jobs1 worker', / worker *$/m, '1-7 of 9, 31 hidden'],
		['nothing', /no process type or server has nothing/, '/nothing'],
	])('%s shows what has it', (filter, pattern, text) => {
		const screen = forty().screen(80, 24, { filter });
		expect(screen).toMatch(pattern);
		expect(screen).toContain(text);
		expect(screen).toContain(`/${filter}`);
	});

	test('works in the matrix on servers too, and Esc ends it', () => {
		const scene = sceneOfMany(manyServers(3));
		const filtered = scene.screen(80, 24, { filter: 'jobs' });
		expect(filtered).toMatch(/^ \/jobs +● jobs01 +● jobs02 /m);
		expect(filtered).toMatch(/^ 1 hidden/m);
		expect(pressAll(scene, { filter: 'jobs' }, ['escape']).filter).toBe('');
	});

	test('bounds what the row of all means', () => {
		const scene = forty();
		const ui = pressAll(scene, { filter: 'jobs1', type: 'worker', server: ALL_SERVERS }, ['r']);
		expect(ui.sheet).toMatchObject({
			kind: 'plan',
			plan: {
				title: 'Restart worker on 9 servers',
				intent: { servers: expect.not.arrayContaining(['web01']) },
			},
		});
	});
});

describe('a server out of reach', () => {
	test('keeps what was last known, greyed, with its age; the rest goes on', async () => {
		const servers = ['web1', 'jobs1', 'jobs2'].map((name) =>
			scriptedServer({ name, counts: { web: 2, worker: 2 } }),
		);
		const scene = sceneOf(servers);
		receive(
			scene.store,
			'jobs2',
			{ kind: 'connection', connection: 'unreachable', reason: 'no answer in 5 s' },
			START,
		);
		setNow(scene.store, START + 12_000);
		const screen = scene.screen(80, 24);
		expect(screen).toContain('seen 12 s ago');
		expect(screen).toContain('○  2/2?');
		expect(screen).toContain('2/3 servers');
		expect(screen).toMatch(/jobs2 {2}seen 12 s ago; trying again {2}no answer in 5 s/);
		await expect(screen).toMatchFileSnapshot('golden/unreachable.txt');
		receive(
			scene.store,
			'jobs2',
			{ kind: 'snapshot', observation: named(servers, 'jobs2').observation },
			START + 13_000,
		);
		expect(scene.screen(80, 24)).toContain('all well');
		expect(scene.screen(80, 24)).not.toContain('?  ');
	});

	test('was last seen when the connection was lost, not when it last told of a change', () => {
		const server = scriptedServer({ name: 'jobs2', counts: { web: 1 } });
		const scene = sceneOf([server]);
		const lost = START + 3_600_000;
		receive(scene.store, 'jobs2', { kind: 'connection', connection: 'connecting', reason: null }, lost);
		receive(
			scene.store,
			'jobs2',
			{ kind: 'connection', connection: 'unreachable', reason: 'gone' },
			lost + 5_000,
		);
		setNow(scene.store, lost + 12_000);
		expect(scene.screen(80, 24)).toContain('seen 12 s ago');
	});

	test('stays wrong while it is tried again, but a short loss is none', () => {
		const scene = sceneOf([scriptedServer({ name: 'jobs2', counts: { web: 1 } })]);
		receive(scene.store, 'jobs2', { kind: 'connection', connection: 'connecting', reason: 'lost' }, START);
		expect(problemsOf(scene.store.getState())).toEqual([]);
		expect(scene.screen(80, 24)).toContain('connecting');
		setNow(scene.store, START + 5_000);
		expect(scene.screen(80, 24)).toContain('seen 5 s ago; connecting');
	});

	test('says so when a key would change it', () => {
		const scene = forty();
		const ui: Partial<UiState> = { server: 'jobs09', type: 'worker' };
		for (const key of ['+', '-', '=', 'r', 's', 'p', 'm']) {
			expect(pressAll(scene, ui, [key])).toMatchObject({
				notice: 'jobs09 cannot be reached: nothing was changed',
				sheet: null,
				prompt: null,
			});
		}
	});
});

describe('on all servers', () => {
	const ALL: Partial<UiState> = { server: ALL_SERVERS, type: 'worker' };

	test('r, s and p show the plan over all of them, with the servers that will not hear of it', async () => {
		const scene = sceneOfMany(troubled(manyServers(40)), 'development');
		const restart = pressAll(scene, ALL, ['r']);
		const screen = scene.screen(80, 24, restart);
		expect(screen).toContain('Restart worker on 40 servers');
		expect(screen).toMatch(/jobs09 +unreachable/);
		expect(screen).toContain('procdeck restart worker --all');
		await expect(screen).toMatchFileSnapshot('golden/plan-all.txt');
		expect(pressAll(scene, ALL, ['s']).sheet).toMatchObject({ plan: { title: 'Stop worker on 40 servers' } });
		expect(pressAll(scene, ALL, ['p']).sheet).toMatchObject({
			plan: { title: 'Pause worker on 40 servers' },
		});
	});

	test('some of them are a loop on the command line', () => {
		const scene = sceneOfMany(manyServers(6));
		const { sheet } = pressAll(scene, { ...ALL, type: null, filter: 'web' }, ['r'], 200);
		const command = 'for s in web01 web02; do procdeck restart web --server $s -e production; done';
		expect(sheet).toMatchObject({ plan: { command } });
	});

	test('+ says what to do instead, m, o and a single server', () => {
		const scene = forty();
		expect(pressAll(scene, ALL, ['+']).notice).toBe('on all servers = says how many on each');
		for (const key of ['m', 'o']) {
			expect(pressAll(scene, ALL, [key]).notice).toBe('on all servers: go to one of them first');
		}
	});

	test('the instances are those of all, first what is not up; Enter goes to the logs of all', () => {
		const scene = forty();
		const screen = scene.screen(80, 24, ALL);
		expect(screen).toMatch(/worker on 40 servers .* 206 of 210/);
		expect(screen).toMatch(/✗ jobs12 worker\.8 +failed/);
		expect(pressAll(scene, ALL, ['tab']).pane).toBe('logs');
		expect(pressAll(scene, ALL, ['enter'])).toMatchObject({
			page: 'logs',
			logs: { scope: { server: null, type: 'worker' } },
		});
	});
});

describe('what became of a change on many servers', () => {
	const LONG_REASON =
		'worker.8 does not stay up; the unit says: exit-code, status=203/EXEC, no such file or directory';

	function afterRestart(): Scene {
		const servers = manyServers(40);
		const scene = sceneOfMany(servers);
		const names = servers.map(({ definition }) => definition.name);
		const row = { type: 'worker', from: null, to: null, reason: null } as const;
		putActivity(scene.store, {
			id: '1',
			subject: 'worker on 40 servers',
			action: 'restart',
			startedAt: START - 2_000,
			settled: 0,
			total: 0,
			outcome: 'unreachable',
			reason: 'no answer in 5 s',
			tookMs: 2_000,
			servers: names,
			rows: names.map((server) => {
				if (server === 'jobs09')
					return { ...row, server, outcome: 'unreachable', reason: 'no answer in 5 s' };
				if (server === 'jobs12') return { ...row, server, outcome: 'failed', reason: LONG_REASON };
				return { ...row, server, outcome: 'done' };
			}),
		});
		return scene;
	}

	test('is summed up in the activity line', () => {
		const line = afterRestart().screen(80, 24).split('\n').at(-2);
		expect(line).toMatch(
			/^ worker on 40 servers: restart: 38 done, 1 unreachable, 1 failed +c each server $/,
		);
	});

	test('is a page with a row for each server, what did not work first', async () => {
		const scene = afterRestart();
		const ui = pressAll(scene, {}, ['c']);
		const screen = scene.screen(80, 24, ui);
		expect(screen).toMatch(/✗ jobs12 +failed +worker\.8 does not stay up/);
		expect(screen).toMatch(/○ jobs09 +unreachable +no answer in 5 s/);
		await expect(screen).toMatchFileSnapshot('golden/outcomes.txt');
		expect(screen).toMatch(/the unit says: exit-code, *\n +status=203\/EXEC/);
		const scrolled = pressAll(scene, ui, ['space', 'space', 'space', 'space']);
		expect(scene.screen(80, 24, scrolled)).toMatch(/-41 of 41 /);
		expect(scene.screen(80, 24, scrolled)).toMatch(/● jobs27 +done/);
		expect(pressAll(scene, ui, ['escape']).page).toBe('deck');
	});

	test('is one line of the changes, whoever made it', () => {
		const servers = manyServers(12);
		const scene = sceneOfMany(servers);
		for (const [position, { definition }] of servers.entries()) {
			const entry = {
				id: `${position}`,
				changeId: 'restart-1',
				at: iso(-60 + position),
				who: 'ann@desk',
				verb: 'restart',
				server: definition.name,
				type: 'worker',
				from: 8,
				to: 8,
				outcome: position === 4 ? ('failed' as const) : ('done' as const),
				tookMs: 1000 * (position + 1),
			};
			receive(scene.store, definition.name, { kind: 'history', entry }, START);
		}
		const screen = scene.screen(200, 60);
		expect(screen.match(/restart worker/g)).toHaveLength(2);
		expect(screen).toMatch(/restart worker +12 servers +ann@desk +1 of 12 failed, 12 s/);
		expect(screen).toMatch(/restart worker on 12 servers by ann@desk/);
	});

	test('there is no such page before the first change', () => {
		expect(pressAll(sceneOfMany(manyServers(2)), {}, ['c']).notice).toBe(
			'this console has changed nothing yet',
		);
	});
});

test('! goes through the problems of all servers one after another, also while they come and go', () => {
	const servers = troubled(manyServers(40));
	const scene = sceneOfMany(servers);
	let ui: UiState = FIRST_UI;
	const visited: (string | null)[] = [];
	for (let time = 0; time < 5; time += 1) {
		ui = pressAll(scene, ui, ['!']);
		visited.push(`${ui.server} ${ui.instance}`);
	}
	expect(visited).toEqual([
		'jobs12 worker.8',
		'jobs07 mailer.1',
		'jobs07 mailer.2',
		'jobs09 null',
		'jobs12 worker.8',
	]);
	const jobs07 = named(servers, 'jobs07');
	ui = pressAll(scene, ui, ['!']);
	expect(ui.instance).toBe('mailer.1');
	jobs07.setInstance('mailer.1', { state: 'running', pid: 1, lastExit: null });
	receive(scene.store, 'jobs07', { kind: 'snapshot', observation: jobs07.observation }, START);
	expect(pressAll(scene, ui, ['!'])).toMatchObject({ server: 'jobs07', instance: 'mailer.2' });
	expect(iso(0)).toBe(new Date(START).toISOString());
});

test('drift is worth a look, and is not wrong', () => {
	const server = scriptedServer({ name: 'web1', counts: { web: 1 } });
	const drift = ['the unit of web was changed by hand', 'old has units and is not in the Procfile'];
	server.push({ kind: 'snapshot', observation: { ...server.observation, drift } });
	const screen = sceneOf([server]).screen(120, 24);
	expect(screen).toMatch(/web1 {2}the unit of web was changed by hand, and 1 more {2}procdeck sync mends it/);
	expect(screen).toContain('1 to look at');
});

describe('the sheet of a move', () => {
	const WORKER: Partial<UiState> = { server: 'jobs07', type: 'worker' };

	test('offers the servers, shows what would happen and the command that does the same', async () => {
		const scene = forty();
		const ui = pressAll(scene, WORKER, ['m', 'w', 'e', 'b', 'down', '-', '-']);
		const screen = scene.screen(80, 24, ui);
		expect(screen).toMatch(/procdeck move worker --from jobs07 --to web02 --count 6 -e *\n +production/);
		expect(screen).toMatch(/worker\.1 \.\. worker\.6 on web02 +start/);
		expect(screen).toMatch(/worker\.3 \.\. worker\.8 on jobs07 +stop/);
		await expect(screen).toMatchFileSnapshot('golden/move.txt');
	});

	test('takes a count by digits in its own field', () => {
		const scene = forty();
		expect(pressAll(scene, WORKER, ['m', 'tab', '3']).sheet).toMatchObject({ count: 3 });
		const tooMany = pressAll(scene, WORKER, ['m', 'tab', '9', 'enter']);
		expect(tooMany).toMatchObject({ notice: 'jobs07 has 8 of worker', sheet: { kind: 'move' } });
	});

	test('asks once more in production, with Cancel focused; elsewhere Enter moves', () => {
		const production = pressAll(forty(), WORKER, ['m', 'enter']);
		expect(production.sheet).toMatchObject({
			kind: 'plan',
			focused: 'cancel',
			plan: { intent: { kind: 'move', to: 'web01', count: null } },
		});
		const scene = sceneOfMany(manyServers(40), 'development');
		const context = contextOf(scene, pressAll(scene, WORKER, ['m', 'j', 'o', 'b', 's', '0', '1']));
		expect(press(context, 'enter').intents).toEqual([
			{ kind: 'move', type: 'worker', from: 'jobs07', to: 'jobs01', count: null },
		]);
	});

	test('does not move to where nobody answers', () => {
		const scene = forty();
		const ui = pressAll(scene, WORKER, ['m', 'j', 'o', 'b', 's', '0', '9']);
		expect(scene.screen(80, 24, ui)).toContain('jobs09 cannot be reached');
		expect(press(contextOf(scene, ui), 'enter').intents).toEqual([]);
	});

	test('of two servers there is only the count to be said, and y does it', () => {
		const scene = sceneOfMany(manyServers(2), 'development');
		const ui = pressAll(scene, { server: 'jobs01', type: 'worker' }, ['m', '2']);
		expect(press(contextOf(scene, ui), 'y').intents).toEqual([
			{ kind: 'move', type: 'worker', from: 'jobs01', to: 'web01', count: 2 },
		]);
	});
});

test('o leaves the terminal to a shell on the server, unless the console changes nothing', () => {
	const scene = forty();
	expect(press(contextOf(scene, MAILER), 'o').intents).toEqual([
		{ kind: 'hand-over', words: ['ssh', 'jobs07'] },
	]);
	const readOnly = sceneOf(manyServers(2), { readOnly: true });
	expect(press(contextOf(readOnly), 'o').ui.notice).toContain('read-only');
});
