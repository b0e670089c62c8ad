import { describe, expect, it } from 'vitest';
import type { HistoryEntry } from '../../src/model/change.ts';
import type { ServerObservation } from '../../src/model/observed.ts';
import { planUndo, type UndoPlan } from '../../src/model/undo-plan.ts';
import { instance, scriptedServer, typeEntry } from '../support/scripted-server.ts';

const ME = 'ann@desk';
let entries = 0;

/** A change that was made after all those made before it. */
function made(changed: Partial<HistoryEntry>): HistoryEntry {
	entries += 1;
	return {
		id: `${entries}`,
		changeId: `change-${entries}`,
		at: new Date(Date.UTC(2026, 10, 22, 14, 0, entries)).toISOString(),
		who: ME,
		verb: 'scale',
		server: 'local',
		type: 'web',
		from: 1,
		to: 2,
		outcome: 'done',
		...changed,
	};
}

function observed(changed: Partial<ServerObservation>): ServerObservation {
	return { ...scriptedServer({ counts: {}, name: changed.name ?? 'local' }).observation, ...changed };
}

function reasons({ passedOver }: UndoPlan): string[] {
	return passedOver.map(({ part, reason }) => `${part.verb} ${part.instance ?? part.type}: ${reason}`);
}

const WEB = typeEntry('web', 2);
const ORPHAN = { orphan: true };

describe('a type that left the Procfile', () => {
	it('is passed over for the change before', () => {
		const web = made({});
		const history = [web, made({ type: 'old', from: 1, to: 3 }), made({ type: 'old', from: 3, to: 4 })];
		const plan = planUndo([observed({ types: [WEB], history })], ME);
		expect(plan).toMatchObject({ parts: [web], conflicts: [] });
		const reason = 'old left the Procfile';
		expect(reasons(plan)).toEqual([`scale old: ${reason}`, `scale old: ${reason}`]);
	});

	it('can become fewer while it is there', () => {
		const history = [made({}), made({ type: 'old', from: 1, to: 3 })];
		const plan = planUndo([observed({ types: [WEB, typeEntry('old', 3, ORPHAN)], history })], ME);
		expect(plan).toMatchObject({ parts: [{ type: 'old' }], passedOver: [] });
	});

	it.each<[string, Partial<HistoryEntry>]>([
		['grow', { from: 5, to: 3 }],
		['be resumed', { verb: 'pause', from: 3, to: 0 }],
		['be started', { verb: 'stop', from: 3, to: 0 }],
		['start one of its instances', { verb: 'stop', instance: 'old.3', from: 1, to: 0 }],
	])('cannot %s', (_, change) => {
		const web = made({});
		const history = [web, made({ type: 'old', ...change })];
		const types = [WEB, typeEntry('old', 3, { ...ORPHAN, stopped: change.verb === 'stop' })];
		const instances = [instance('old', 3, { state: 'stopped' })];
		const plan = planUndo([observed({ types, instances, history })], ME);
		expect(plan.parts).toEqual([web]);
		expect(reasons(plan)).toEqual([
			`${change.verb ?? 'scale'} ${change.instance ?? 'old'}: old left the Procfile and can only become fewer`,
		]);
	});

	it('does not keep back the other types of the same change', () => {
		const both = { changeId: 'both' };
		const web = made(both);
		const history = [web, made({ ...both, type: 'old' })];
		const plan = planUndo([observed({ types: [WEB], history })], ME);
		expect(plan.parts).toEqual([web]);
		expect(reasons(plan)).toEqual(['scale old: old left the Procfile']);
	});

	it('is all that there was', () => {
		const plan = planUndo([observed({ types: [WEB], history: [made({ type: 'old' })] })], ME);
		expect(plan).toMatchObject({ parts: [], conflicts: [], passedOver: [{ part: { type: 'old' } }] });
	});
});

it('passes over a server that left the stack', () => {
	const web = made({});
	const plan = planUndo([observed({ types: [WEB], history: [web, made({ server: 'old' })] })], ME);
	expect(plan.parts).toEqual([web]);
	expect(reasons(plan)).toEqual(['scale web: old is not a server of the stack any more']);
});

it('passes over an instance that is gone', () => {
	const web = made({});
	const history = [web, made({ verb: 'stop', instance: 'web.3', from: 1, to: 0 })];
	const plan = planUndo([observed({ types: [WEB], history })], ME);
	expect(plan.parts).toEqual([web]);
	expect(reasons(plan)).toEqual(['stop web.3: there is no web.3 any more']);
});

describe('what has changed since', () => {
	it.each<[string, Partial<HistoryEntry>, string]>([
		['a count', { from: 2, to: 4 }, 'web is 2, not 4'],
		['a pause', { verb: 'pause', from: 3, to: 0 }, 'web is 2 and not paused'],
		['a stop', { verb: 'stop', from: 3, to: 0 }, 'web is not stopped'],
	])('is a conflict where somebody else did: %s', (_, change, moved) => {
		const history = [made({ from: 1, to: 2 }), made(change), made({ who: 'bob@desk', from: 4 })];
		const plan = planUndo([observed({ types: [WEB], history })], ME);
		expect(plan).toMatchObject({
			parts: [change],
			conflicts: [{ part: change, reason: `changed since by bob@desk: ${moved}` }],
			passedOver: [],
		});
	});

	it('is no conflict by what somebody did to another type', () => {
		const stop = made({ verb: 'stop', from: 3, to: 0 });
		const history = [stop, made({ who: 'bob@desk', type: 'worker' })];
		expect(planUndo([observed({ types: [WEB], history })], ME)).toMatchObject({ parts: [], conflicts: [] });
	});

	it('is passed over where nobody else did, as a stop that a boot ended', () => {
		const web = made({});
		const history = [web, made({ verb: 'stop', from: 2, to: 0 })];
		const plan = planUndo([observed({ types: [WEB], history })], ME);
		expect(plan.parts).toEqual([web]);
		expect(reasons(plan)).toEqual(['stop web: web is not stopped']);
	});

	it('is not mistaken for an earlier count that happens to fit again', () => {
		const worker = made({ type: 'worker', from: 1, to: 4 });
		const history = [worker, made({ from: 1, to: 2 }), made({ from: 2, to: 5 })];
		const plan = planUndo([observed({ types: [WEB, typeEntry('worker', 4)], history })], ME);
		expect(plan.parts).toEqual([worker]);
		expect(reasons(plan)).toEqual(['scale web: web is 2, not 5', 'scale web: web is 2, not 5']);
	});
});

describe('a move', () => {
	const move = { verb: 'move', changeId: 'moved' };
	const arrival = () => made({ ...move, server: 'b', from: 0, to: 2 });
	const departure = () => made({ ...move, server: 'a', from: 2, to: 0 });
	const on = (name: string, wanted: number, history: HistoryEntry[], changed = {}) =>
		observed({ name, types: [typeEntry('web', wanted, changed)], history });

	it('is taken back on both servers', () => {
		const [there, here] = [arrival(), departure()];
		expect(planUndo([on('a', 0, [here]), on('b', 2, [there])], ME).parts).toEqual([there, here]);
	});

	it('brings back what it took where the server it went to has left', () => {
		const here = departure();
		expect(planUndo([on('a', 0, [here])], ME).parts).toEqual([here]);
	});

	it.each([
		['the server it came from has left', [on('b', 2, [arrival()])]],
		[
			'the type cannot grow there any more',
			[on('a', 0, [departure()], ORPHAN), on('b', 2, [arrival()], ORPHAN)],
		],
	])('does not end what runs where %s', (_, observations) => {
		const plan = planUndo(observations, ME);
		expect(plan.parts).toEqual([]);
		expect(reasons(plan)).toContain('move web: web on b has nowhere to go back to');
	});

	it('ends what it brought once the other half is back', () => {
		const there = arrival();
		const back = made({ verb: 'undo', undoes: 'moved', server: 'a', from: 0, to: 2 });
		expect(planUndo([on('a', 2, [departure(), back]), on('b', 2, [there])], ME).parts).toEqual([there]);
	});

	it('ends what it brought where it failed and took nothing away', () => {
		const failed = made({ ...move, server: 'b', from: 0, to: 2, outcome: 'failed', code: 'timeout' });
		expect(planUndo([on('a', 2, []), on('b', 2, [failed])], ME).parts).toEqual([failed]);
	});
});

describe('web traffic that was switched', () => {
	const off = () => made({ verb: 'serve', server: 'web1', from: 'on', to: 'off' });
	/** The history of it is where the load balancer is. */
	const seen = (history: readonly HistoryEntry[], serving: boolean | null) => [
		observed({ name: 'lb1', history, types: [] }),
		observed({ name: 'web1', serving, types: [] }),
	];

	it('is taken back on the server that it is about', () => {
		const entry = off();
		expect(planUndo(seen([entry], false), ME)).toEqual({ parts: [entry], conflicts: [], passedOver: [] });
	});

	it('is apart from the counts of the same server', () => {
		const scaled = made({ server: 'web1' });
		const switched = off();
		const [home, web1] = seen([switched], true);
		const both = { ...web1!, types: [WEB], history: [scaled] };
		const plan = planUndo([home!, both], ME);
		expect(plan.parts).toEqual([scaled]);
		expect(reasons(plan)).toEqual(['serve web: web traffic of web1 is on']);
	});

	it('is a conflict where somebody else has switched it since, or it cannot be known', () => {
		const mine = off();
		const theirs = made({ ...off(), who: 'bob@desk', changeId: 'theirs', from: 'off', to: 'on' });
		const [moved] = planUndo(seen([mine, theirs], true), ME).conflicts;
		expect(moved?.reason).toBe('changed since by bob@desk: web traffic of web1 is on');
		const [unknown] = planUndo(seen([mine], null), ME).conflicts;
		expect(unknown?.reason).toBe('whether web1 gets web traffic is not known now');
	});

	it('is gone with the load balancer', () => {
		const history = [off(), made({ verb: 'lb remove', type: null, from: 'load balancer', to: null })];
		const plan = planUndo(seen(history, null), ME);
		expect(plan.parts).toEqual([]);
		expect(reasons(plan)).toEqual(['serve web: the load balancer was removed since']);
	});
});
