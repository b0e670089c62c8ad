import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Selector, SupervisorChange } from '../../../../src/model/change.ts';
import { ProcdeckError } from '../../../../src/model/errors.ts';
import { restartDelay } from '../../../../src/server/embedded/step/backoff.ts';
import type { Plan } from '../../../../src/server/plan/plan.ts';
import {
	deadlineOf,
	type Formation,
	type Instance,
	isHeld,
	isInStop,
	keptCount,
	liveProcess,
	type SupervisorState,
	wantedOf,
} from '../../../../src/server/plan/state.ts';
import { definition } from './definitions.ts';
import { World } from './world.ts';

const LONGEST_BACKOFF_MS = 60_000;
/** Longer than any stop sequence. */
const ALL_STOPS_DECIDED_MS = 60_000;
/** Longer than any back-off, stop sequence and readiness check together, for every instance in turn. */
const ALL_SETTLED_MS = 3_600_000;

function definitions(version: number) {
	return [
		definition('web', { ready: { kind: 'http', path: '/', timeoutMs: 5_000 }, rolling: 2 }, version),
		definition('worker', {}, version),
		definition('job', { restart: 'on-failure' }, version),
		// Names that begin like another's.
		definition('jobs', {}, version),
		definition('once', { restart: 'never' }, version),
	];
}

const TYPES = definitions(1).map(({ type }) => type);
const INITIAL = { web: 2, worker: 3, job: 1, jobs: 2, once: 1 };

const type = fc.constantFrom(...TYPES);
const selector: fc.Arbitrary<Selector> = fc.record({
	type,
	index: fc.oneof(fc.constant(null), fc.integer({ min: 1, max: 4 })),
});
const selectors = fc.array(selector, { maxLength: 2 });
const count = fc.integer({ min: 0, max: 5 });

const change: fc.Arbitrary<SupervisorChange> = fc.oneof(
	fc.record({ type, to: count }).map(({ type, to }): SupervisorChange => {
		return { verb: 'scale', targets: [{ type, to, expected: null }] };
	}),
	fc.record({ type, by: fc.integer({ min: -2, max: 2 }) }).map((target): SupervisorChange => {
		return { verb: 'scale', targets: [target] };
	}),
	selectors.map(
		(selected): SupervisorChange => ({ verb: 'start', selectors: selected, formation: null, shell: {} }),
	),
	fc.dictionary(type, count, { maxKeys: 2 }).map((formation): SupervisorChange => {
		return { verb: 'start', selectors: [], formation, shell: {} };
	}),
	selectors.map((selected): SupervisorChange => ({ verb: 'stop', selectors: selected })),
	fc.array(type, { maxLength: 2 }).map((types): SupervisorChange => ({ verb: 'pause', types })),
	fc.array(type, { maxLength: 2 }).map((types): SupervisorChange => ({ verb: 'resume', types })),
	fc.record({ selectors, staleOnly: fc.boolean(), atOnce: fc.boolean() }).map((rest): SupervisorChange => {
		return { verb: 'restart', ...rest, shell: {} };
	}),
	fc.constant<SupervisorChange>({ verb: 'down' }),
);

type Happening = { readonly what: string; readonly to: (world: World) => void };

function nth<T>(items: readonly T[], position: number): T | undefined {
	return items[position % Math.max(1, items.length)];
}

const happening: fc.Arbitrary<Happening> = fc.oneof(
	{
		weight: 6,
		arbitrary: change.map((change) => ({
			what: JSON.stringify(change),
			to: (world: World) => applyIfPossible(world, change),
		})),
	},
	{
		weight: 3,
		arbitrary: fc
			.record({ position: fc.nat(20), code: fc.constantFrom(0, 1, null), treeLeft: fc.boolean() })
			.map(({ position, code, treeLeft }) => ({
				what: `process ${position} ends with ${code}${treeLeft ? ', its tree is left' : ''}`,
				to: (world: World) => {
					const name = nth(Object.keys(world.pids), position);
					if (name !== undefined)
						world.crash(name, { code, signal: code === null ? 'SIGSEGV' : null }, treeLeft);
				},
			})),
	},
	{
		weight: 2,
		arbitrary: change.map((change) => ({
			what: `${JSON.stringify(change)}, and no signal reaches anything`,
			to: (world: World) => {
				const { obeys } = world.behaviour;
				world.behave({ obeys: new Set() });
				applyIfPossible(world, change);
				world.pass(ALL_STOPS_DECIDED_MS);
				world.behave({ obeys });
			},
		})),
	},
	fc.nat(20).map((position) => ({
		what: `what a failed stop left of instance ${position} ends`,
		to: (world: World) => world.endRest(nth(stuckNames(world), position) ?? ''),
	})),
	{
		weight: 4,
		arbitrary: fc.constantFrom(1, 30, 400, 1_500, 12_000, 70_000).map((ms) => ({
			what: `${ms} ms pass`,
			to: (world: World) => world.pass(ms),
		})),
	},
	fc.integer({ min: 1, max: 3 }).map((version) => ({
		what: `the files are at version ${version}`,
		to: (world: World) => world.define(definitions(version)),
	})),
	type.map((type) => ({
		what: `${type} leaves the Procfile`,
		to: (world: World) => world.define(definitions(1).filter((each) => each.type !== type)),
	})),
	fc
		.record({
			spawnsFail: fc.boolean(),
			busy: fc.boolean(),
			obeys: fc.constantFrom(new Set<string>(), new Set(['SIGKILL']), new Set(['SIGTERM', 'SIGKILL'])),
			endsAfter: fc.constantFrom(0, 20, 3_000),
			readyAfter: fc.constantFrom(0, 500, null),
		})
		.map((behaviour) => ({
			what: `from now on ${JSON.stringify({ ...behaviour, obeys: [...behaviour.obeys] })}`,
			to: (world: World) => world.behave(behaviour),
		})),
	fc.nat(20).map((position) => ({
		what: `memory of instance ${position} is over its limit`,
		to: (world: World) => {
			const instance = nth([...world.state.instances.values()], position);
			if (instance !== undefined)
				world.dispatch({ kind: 'memory-over', name: instance.name, starts: instance.starts });
		},
	})),
	fc.nat(20).map((position) => ({
		what: `the supervisor is killed, process ${position} dies unseen`,
		to: (world: World) => {
			const name = nth([...Object.keys(world.pids), ''], position) ?? '';
			world.replaceSupervisor(name === '' ? [] : [name]);
		},
	})),
);

function stuckNames({ phases }: World): string[] {
	return Object.keys(phases).filter((name) => phases[name] === 'stuck');
}

function applyIfPossible(world: World, change: SupervisorChange): void {
	const before = world.state;
	try {
		const plan = world.apply(change, INITIAL);
		checkHolds(change, before.formation, world.state.formation);
		checkRemarks(change, world.state.formation, plan);
	} catch (error) {
		if (!(error instanceof ProcdeckError)) throw error;
		expect(world.state).toBe(before);
	}
}

function namedIn(change: SupervisorChange): readonly Selector[] {
	if ('selectors' in change) return change.selectors;
	const types = change.verb === 'scale' ? change.targets.map(({ type }) => type) : [];
	return ('types' in change ? change.types : types).map((type) => ({ type, index: null }));
}

function isNamed(change: SupervisorChange, type: string, index: number): boolean {
	const named = namedIn(change);
	const isIt = (each: Selector) => each.type === type && (each.index ?? index) === index;
	return named.length === 0 || named.some(isIt);
}

/** A stop holds what it names, a start takes that back, and nothing else lets go of what it does not name. */
function checkHolds(change: SupervisorChange, before: Formation, after: Formation): void {
	if (before.power !== 'up' || after.power !== 'up') return;
	for (const { type } of definitions(1)) {
		for (let index = 1; index <= keptCount(after, type); index++) {
			const name = `${type}.${index}`;
			const isStart = change.verb === 'start' || (change.verb === 'restart' && !change.staleOnly);
			const wasWanted = index <= keptCount(before, type);
			if (isNamed(change, type, index) && change.verb === 'stop')
				expect(isHeld(after, name), `${name} was stopped`).toBe(true);
			else if (isNamed(change, type, index) && isStart)
				expect(isHeld(after, name), `${name} was started`).toBe(false);
			else if (wasWanted)
				expect(isHeld(after, name), `${name} is none of its business`).toBe(isHeld(before, name));
		}
	}
}

/** Who sets a count learns what stays stopped all the same. */
function checkRemarks(
	{ verb }: SupervisorChange,
	{ power, held, ...formation }: Formation,
	{ rows }: Plan,
): void {
	if (power !== 'up' || (verb !== 'scale' && verb !== 'resume')) return;
	for (const { type, reason, outcome } of rows) {
		if (outcome === 'failed' || held.includes(type)) continue;
		const wanted = wantedOf({ ...formation, power, held }, type);
		const resting = held.filter(
			(name) => name.startsWith(`${type}.`) && Number(name.split('.')[1]) <= wanted,
		);
		if (resting.length === 0) expect(reason ?? '').not.toContain('stopped');
		else expect(reason).toMatch(new RegExp(`${type}\\.\\d.* stays? stopped`));
	}
}

function isWanted({ formation }: SupervisorState, { type, name, index }: Instance): boolean {
	const isHeld = formation.held.includes(type) || formation.held.includes(name);
	return formation.power === 'up' && index <= wantedOf(formation, type) && !isHeld;
}

/** What may become of an instance that is wanted: it runs, it will, or its restart policy lets it rest. */
function isCaredFor(world: World, instance: Instance): boolean {
	const { phase, type } = instance;
	const policy = world.state.definitions.get(type)?.settings.restart ?? 'always';
	switch (phase.kind) {
		case 'idle':
			return false;
		case 'stopping':
		case 'stuck':
			return phase.after.kind !== 'idle';
		case 'ended':
		case 'failed':
			return policy !== 'always';
		default:
			return true;
	}
}

/** A world that checks after each step what must always hold. */
function watchedWorld(): World {
	const world = new World(definitions(1));
	let unchanged = { state: world.state, text: fingerprintOf(world.state) };
	world.onStep = (before, after) => {
		expect(unchanged.state === before ? unchanged.text : fingerprintOf(before)).toBe(fingerprintOf(before));
		unchanged = { state: after, text: fingerprintOf(after) };
		for (const instance of after.instances.values()) checkInstance(world, instance);
		for (const process of world.processes.values()) checkProcess(world, process);
		checkRollouts(after);
	};
	return world;
}

/** Restarts that were asked for one after another take no more instances away together than one alone. */
function checkRollouts({ rollouts, instances, definitions }: SupervisorState): void {
	const away = rollouts.flatMap(({ current }) => current.map(({ name }) => instances.get(name)?.type));
	for (const [type, { settings }] of definitions)
		expect(away.filter((each) => each === type).length).toBeLessThanOrEqual(settings.rolling);
}

function fingerprintOf({ instances, definitions, formation, rollouts }: SupervisorState): string {
	return JSON.stringify([[...instances], [...definitions], formation, rollouts]);
}

function checkInstance(world: World, instance: Instance): void {
	const { name, phase, type } = instance;
	if (isWanted(world.state, instance)) {
		if (!world.state.definitions.has(type)) return;
		expect(isCaredFor(world, instance), `${name} is wanted and ${phase.kind}`).toBe(true);
	} else if (isInStop(phase)) {
		expect(phase.after.kind, `${name} is not wanted`).toBe('idle');
	} else {
		expect(phase.kind, `${name} is not wanted`).not.toMatch(/starting|running|backoff/);
	}
	if (phase.kind === 'backoff') {
		const wait = phase.until - world.mono;
		expect(wait).toBeGreaterThanOrEqual(0);
		expect(wait).toBeLessThanOrEqual(LONGEST_BACKOFF_MS);
	}
	if (phase.kind === 'stopping' || phase.kind === 'starting') expect(deadlineOf(instance)).not.toBeNull();
}

function checkProcess(world: World, { name, pid }: { name: string; pid: number }): void {
	const instance = world.state.instances.get(name);
	const known = instance === undefined ? null : liveProcess(instance);
	const isBeingAnnounced = instance?.phase.kind === 'spawning';
	if (!isBeingAnnounced) expect(known?.pid, `${name} lives as ${pid}`).toBe(pid);
}

describe('whatever happens', () => {
	it('every promise about instances holds at every step, and in the end what is wanted runs', () => {
		fc.assert(
			fc.property(fc.array(happening, { minLength: 1, maxLength: 40 }), (happenings) => {
				const world = watchedWorld();
				world.start(INITIAL);
				for (const { to } of happenings) to(world);
				world.behaveWell();
				world.define(definitions(1));
				world.pass(ALL_STOPS_DECIDED_MS);
				for (const name of stuckNames(world)) world.endRest(name);
				world.pass(ALL_SETTLED_MS);
				expectQuiet(world);
			}),
			{ numRuns: 300 },
		);
	});
});

function expectQuiet(world: World): void {
	for (const instance of world.state.instances.values()) {
		const resting = ['idle', 'ended', 'failed'];
		const expected = isWanted(world.state, instance) ? ['running', 'ended', 'failed'] : resting;
		expect(expected, instance.name).toContain(instance.phase.kind);
		expect(deadlineOf(instance)).toBeNull();
	}
	for (const [name, pid] of Object.entries(world.pids))
		expect(liveProcess(world.instance(name))).toMatchObject({ pid });
	for (const { type } of world.state.definitions.values()) {
		if (world.state.formation.power !== 'up') continue;
		for (let index = 1; index <= wantedOf(world.state.formation, type); index++)
			expect([...world.state.instances.keys()]).toContain(`${type}.${index}`);
	}
	expect(world.state.rollouts).toEqual([]);
	for (const { goal, state } of world.goals) expect(state.kind, JSON.stringify(goal)).not.toBe('pending');
}

describe('a rolling restart', () => {
	it('never has more instances of its type away than its width, however often it is asked for', () => {
		const restarts = fc.array(fc.integer({ min: 0, max: 4_000 }), { minLength: 1, maxLength: 4 });
		const delays = fc.record({ endsAfter: fc.nat(3_000), readyAfter: fc.nat(3_000) });
		fc.assert(
			fc.property(fc.integer({ min: 2, max: 6 }), restarts, delays, (instances, pauses, behaviour) => {
				const world = new World(definitions(1));
				world.start({ web: instances });
				world.pass(60_000);
				world.behave(behaviour);
				const pids = Object.values(world.pids);
				world.onStep = (_, after) => {
					const settled = [...after.instances.values()].filter(
						({ phase }) => phase.kind === 'running' && phase.settled,
					);
					expect(settled.length).toBeGreaterThanOrEqual(instances - 2);
				};
				for (const pause of pauses) {
					world.restart('web');
					world.pass(pause);
				}
				world.pass(ALL_SETTLED_MS);
				expect(Object.keys(world.pids)).toHaveLength(instances);
				for (const pid of pids) expect(world.processes.has(pid)).toBe(false);
				for (const { state } of world.goals) expect(state).toEqual({ kind: 'done' });
			}),
		);
	});
});

describe('the delay before a restart', () => {
	it('is none at first, then doubles from 1 s to 60 s with jitter, and never gives up', () => {
		fc.assert(
			fc.property(
				fc.integer({ min: 1, max: 10_000 }),
				fc.double({ min: 0, max: 0.999, noNaN: true }),
				(failures, random) => {
					const delay = restartDelay(failures, random);
					const longest = failures === 1 ? 0 : Math.min(LONGEST_BACKOFF_MS, 1_000 * 2 ** (failures - 2));
					expect(delay).toBeLessThanOrEqual(longest);
					expect(delay).toBeGreaterThanOrEqual(longest * 0.8 - 1);
				},
			),
		);
	});
});
