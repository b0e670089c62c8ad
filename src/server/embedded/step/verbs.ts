import type { Change, Outcome, ScaleTarget, Selector } from '../../../model/change.ts';
import { type ErrorCode, ProcdeckError } from '../../../model/errors.ts';
import { instanceLimit } from '../../../model/ports.ts';
import type { Goal } from './goals.ts';
import { type Formation, type Instance, type SupervisorState, wantedOf } from './state.ts';

/** A row of the answer, as far as it is known before anything was done. */
export interface PlannedRow {
	readonly type: string;
	readonly instance?: string;
	readonly from: number | null;
	readonly to: number | null;
	/** Null: decided by the goals. */
	readonly outcome: Outcome | null;
	readonly reason: string | null;
	readonly code?: ErrorCode;
	readonly goals: readonly Goal[];
}

export interface PlannedRestart {
	readonly names: readonly string[];
	/** How many at a time; null: all at once. */
	readonly width: number | null;
	readonly id: string;
}

export interface Plan {
	readonly formation: Formation;
	readonly restarts: readonly PlannedRestart[];
	readonly rows: readonly PlannedRow[];
}

export interface PlanContext {
	/** Initial counts of the types, for those that were never set up here. */
	readonly initial: Readonly<Record<string, number>>;
	/** Tells this change's rollouts from others. */
	readonly id: string;
}

/**
 * What a verb makes of the formation, and what has to become true.
 * @throws ProcdeckError `unknown-type` or `limit`: then nothing is changed
 */
export function plan(state: SupervisorState, change: Change, context: PlanContext): Plan {
	switch (change.verb) {
		case 'scale':
			return scale(state, change.targets);
		case 'start':
			return start(state, change, context);
		case 'stop':
			return stop(state, change.selectors);
		case 'pause':
			return pause(state, change.types);
		case 'resume':
			return resume(state, change.types);
		case 'restart':
			return restart(state, change, context);
		case 'down':
			return down(state);
	}
}

/** The formation with initial counts for the types that were never set up here. */
export function setUp(formation: Formation, initial: PlanContext['initial']): Formation {
	const missing = Object.entries(initial).filter(([type]) => !(type in formation.wanted));
	if (missing.length === 0) return formation;
	return { ...formation, wanted: { ...formation.wanted, ...Object.fromEntries(missing) } };
}

function scale(state: SupervisorState, targets: readonly ScaleTarget[]): Plan {
	let { formation } = state;
	const rows = targets.map((target): PlannedRow => {
		requireType(state, target.type);
		const from = wantedOf(formation, target.type);
		const to = 'to' in target ? target.to : Math.max(0, from + target.by);
		requireWithinLimit(state, target.type, to);
		if ('to' in target && target.expected !== null && target.expected !== from) {
			const reason = `somebody changed it meanwhile: ${target.type} is at ${from}, not ${target.expected}`;
			return { type: target.type, from, to, outcome: 'failed', reason, code: 'conflict', goals: [] };
		}
		const wasPaused = target.type in formation.paused;
		formation = withCount(formation, target.type, to);
		return scaledRow(state, target.type, from, to, wasPaused);
	});
	return { formation, restarts: [], rows };
}

function scaledRow(
	state: SupervisorState,
	type: string,
	from: number,
	to: number,
	wasPaused: boolean,
): PlannedRow {
	if (from === to && !wasPaused) return { type, from, to, outcome: 'unchanged', reason: null, goals: [] };
	const why = whyNotRunning(state, type);
	if (why !== null) return { type, from, to, outcome: 'done', reason: `recorded; ${why}`, goals: [] };
	const goals =
		to > from
			? startable(state, type, from + 1, to).map(runs)
			: range(to + 1, from).map((index): Goal => ({ kind: 'rests', name: `${type}.${index}` }));
	return { type, from, to, outcome: null, reason: null, goals };
}

/** Names of instances that nothing holds back. */
function startable({ formation }: SupervisorState, type: string, first: number, last: number): string[] {
	return range(first, last)
		.map((index) => `${type}.${index}`)
		.filter((name) => !formation.held.includes(name));
}

function whyNotRunning({ formation }: SupervisorState, type: string): string | null {
	if (formation.power !== 'up') return 'the stack does not run (`procdeck start` starts it)';
	return formation.held.includes(type) ? `${type} is stopped (\`procdeck start ${type}\` starts it)` : null;
}

function withCount(formation: Formation, type: string, count: number): Formation {
	const { [type]: _ended, ...paused } = formation.paused;
	const override = formation.override === null ? null : { ...formation.override, [type]: count };
	return { ...formation, wanted: { ...formation.wanted, [type]: count }, paused, override };
}

function start(state: SupervisorState, change: Change & { verb: 'start' }, context: PlanContext): Plan {
	const before = state.formation;
	requireSelected(state, change.selectors);
	let formation = setUp(before, context.initial);
	if (change.formation !== null) {
		const wanted = Object.fromEntries(Object.keys(context.initial).map((type) => [type, 0]));
		for (const [type, count] of Object.entries(change.formation)) {
			requireType(state, type);
			requireWithinLimit(state, type, count);
			wanted[type] = count;
		}
		formation = { ...formation, wanted, paused: {} };
	}
	formation = { ...formation, power: 'up', held: heldAfterStart(state, change.selectors) };
	const selected = instancesToStart(state, formation, change.selectors);
	const resting = selected.filter((name) => isResting(state.instances.get(name)));
	const restarts = resting.length === 0 ? [] : [{ names: resting, width: null, id: context.id }];
	return { formation, restarts, rows: startRows(state, formation, change.selectors, selected) };
}

/** Which stops remain: naming types on a stack that does not run starts only those. */
function heldAfterStart(state: SupervisorState, selectors: readonly Selector[]): string[] {
	if (selectors.length === 0) return [];
	const { formation } = state;
	const selected = new Set(
		selectors.flatMap(({ type, index }) => (index === null ? [type] : [type, `${type}.${index}`])),
	);
	const named = (name: string, type: string) =>
		selectors.some((s) => s.type === type && (s.index === null || `${type}.${s.index}` === name));
	if (formation.power === 'up') return release(state, selectors);
	const others = [...state.definitions.keys()].filter((type) => !selected.has(type));
	const siblings = selectors
		.filter(({ index }) => index !== null)
		.flatMap(({ type }) => namesOf(type, wantedOf(formation, type)).filter((name) => !named(name, type)));
	return [...new Set([...others, ...siblings])];
}

/** The held names without the selected ones; an instance taken out of a held type leaves its siblings held. */
function release(state: SupervisorState, selectors: readonly Selector[]): string[] {
	const { formation } = state;
	const held = new Set(formation.held);
	for (const { type, index } of selectors) {
		const names = namesOf(type, wantedOf(formation, type));
		if (index === null) for (const name of names) held.delete(name);
		else if (held.has(type)) for (const name of names) held.add(name);
		held.delete(type);
		if (index !== null) held.delete(`${type}.${index}`);
	}
	return [...held];
}

function instancesToStart(
	state: SupervisorState,
	formation: Formation,
	selectors: readonly Selector[],
): string[] {
	return selectedInstances(state, formation, selectors).filter((name) => {
		const type = name.slice(0, name.lastIndexOf('.'));
		return !formation.held.includes(type) && !formation.held.includes(name);
	});
}

function isResting(instance: Instance | undefined): boolean {
	return instance?.phase.kind === 'ended' || instance?.phase.kind === 'failed';
}

function startRows(
	state: SupervisorState,
	formation: Formation,
	selectors: readonly Selector[],
	selected: readonly string[],
): PlannedRow[] {
	return rowKeys(state, formation, selectors).map(({ type, instance }) => {
		const names = selected.filter((name) =>
			instance === undefined ? typeOf(name) === type : name === instance,
		);
		const from = runningCount(state, type, instance);
		const base = { type, ...(instance === undefined ? {} : { instance }), from, to: names.length };
		if (type in formation.paused && names.length === 0) {
			const reason = `paused (\`procdeck resume ${type}\` brings it back)`;
			return { ...base, to: from, outcome: 'unchanged' as const, reason, goals: [] };
		}
		const surplus = [...state.instances.values()].filter(
			(i) => i.type === type && i.index > wantedOf(formation, type),
		);
		const starting = names.filter((name) => !isRunning(state.instances.get(name)));
		const goals = [...starting.map(runs), ...surplus.map((i): Goal => ({ kind: 'rests', name: i.name }))];
		return { ...base, outcome: goals.length === 0 ? ('unchanged' as const) : null, reason: null, goals };
	});
}

function stop(state: SupervisorState, selectors: readonly Selector[]): Plan {
	requireSelected(state, selectors);
	const { formation } = state;
	const types = selectors.length === 0 ? knownTypes(state) : [];
	const names = selectors.map(({ type, index }) => (index === null ? type : `${type}.${index}`));
	const held = [...new Set([...formation.held, ...types, ...names])];
	const rows = rowKeys(state, formation, selectors).map(({ type, instance }): PlannedRow => {
		const from = runningCount(state, type, instance);
		const already =
			formation.power !== 'up' ||
			formation.held.includes(type) ||
			(instance !== undefined && formation.held.includes(instance));
		const affected = [...state.instances.values()].filter(
			(i) => i.type === type && (instance === undefined || i.name === instance),
		);
		const goals = affected.map((i): Goal => ({ kind: 'rests', name: i.name }));
		const key = instance === undefined ? { type } : { type, instance };
		return already
			? { ...key, from, to: from, outcome: 'unchanged', reason: null, goals: [] }
			: { ...key, from, to: 0, outcome: null, reason: null, goals };
	});
	return { formation: formation.power === 'up' ? { ...formation, held } : formation, restarts: [], rows };
}

function pause(state: SupervisorState, types: readonly string[]): Plan {
	let { formation } = state;
	for (const type of types) requireType(state, type);
	const chosen = types.length > 0 ? types : knownTypes(state).filter((type) => wantedOf(formation, type) > 0);
	const rows = chosen.map((type): PlannedRow => {
		const from = wantedOf(formation, type);
		if (from === 0) {
			const reason = type in formation.paused ? 'paused already' : 'none is wanted';
			return { type, from, to: 0, outcome: 'unchanged', reason, goals: [] };
		}
		formation = withCount(formation, type, 0);
		formation = { ...formation, paused: { ...formation.paused, [type]: from } };
		return scaledRow(state, type, from, 0, false);
	});
	return { formation, restarts: [], rows };
}

function resume(state: SupervisorState, types: readonly string[]): Plan {
	let { formation } = state;
	for (const type of types) requireType(state, type);
	const chosen = types.length > 0 ? types : Object.keys(formation.paused);
	const rows = chosen.map((type): PlannedRow => {
		const from = wantedOf(formation, type);
		const to = formation.paused[type];
		if (to === undefined)
			return { type, from, to: from, outcome: 'unchanged', reason: 'not paused', goals: [] };
		formation = withCount(formation, type, to);
		return scaledRow(state, type, from, to, false);
	});
	return { formation, restarts: [], rows };
}

function restart(state: SupervisorState, change: Change & { verb: 'restart' }, context: PlanContext): Plan {
	requireSelected(state, change.selectors);
	const powered = setUp(state.formation, context.initial);
	const held =
		state.formation.power === 'up' ? restartHeld(state, change) : heldAfterStart(state, change.selectors);
	const formation: Formation = { ...powered, power: 'up', held };
	const names = instancesToStart(state, formation, change.selectors).filter((name) => {
		const instance = state.instances.get(name);
		return !change.staleOnly || (instance !== undefined && isStale(state, instance));
	});
	const restarts: PlannedRestart[] = [];
	const rows = rowKeys(state, formation, change.selectors).flatMap(({ type, instance }): PlannedRow[] => {
		const own = names.filter((name) => (instance === undefined ? typeOf(name) === type : name === instance));
		if (change.staleOnly && own.length === 0) return [];
		const existing = own.filter(
			(name) => state.instances.has(name) && state.instances.get(name)?.phase.kind !== 'idle',
		);
		const rolling =
			!change.atOnce && existing.filter((name) => isRunning(state.instances.get(name))).length > 1;
		const width = rolling ? (state.definitions.get(type)?.settings.rolling ?? 1) : null;
		const id = `${context.id}:${instance ?? type}`;
		if (existing.length > 0) restarts.push({ names: existing, width, id });
		const goals = own.map(
			(name): Goal => ({
				kind: 'runs',
				name,
				startsAfter: state.instances.get(name)?.starts ?? -1,
				rollout: rolling && existing.includes(name) ? id : null,
			}),
		);
		const count = own.length;
		const key = instance === undefined ? { type } : { type, instance };
		const reason = count > 0 ? null : type in formation.paused ? 'paused' : 'none is wanted';
		return [{ ...key, from: count, to: count, outcome: count === 0 ? 'unchanged' : null, reason, goals }];
	});
	return { formation, restarts, rows };
}

function restartHeld(state: SupervisorState, change: Change & { verb: 'restart' }): readonly string[] {
	if (change.staleOnly) return state.formation.held;
	return change.selectors.length === 0 ? [] : release(state, change.selectors);
}

function down(state: SupervisorState): Plan {
	const formation: Formation = { ...state.formation, power: 'down', held: [], override: null };
	const rows = knownTypes(state).flatMap((type): PlannedRow[] => {
		const from = runningCount(state, type);
		const goals = [...state.instances.values()]
			.filter((i) => i.type === type)
			.map((i): Goal => ({ kind: 'rests', name: i.name }));
		if (state.formation.power !== 'up' && from === 0)
			return [{ type, from, to: 0, outcome: 'unchanged', reason: null, goals: [] }];
		return [{ type, from, to: 0, outcome: null, reason: null, goals }];
	});
	return { formation, restarts: [], rows };
}

/** Whether an instance runs with an older command or environment than the files say now. */
export function isStale(state: SupervisorState, instance: Instance): boolean {
	const definition = state.definitions.get(instance.type);
	return (
		definition !== undefined &&
		instance.fingerprint !== null &&
		instance.fingerprint !== definition.fingerprint
	);
}

/** The types of the Procfile, then those that left it but are still wanted or running. */
export function knownTypes(state: SupervisorState): string[] {
	const types = new Set(state.definitions.keys());
	for (const instance of state.instances.values()) types.add(instance.type);
	return [...types];
}

function requireType(state: SupervisorState, type: string): void {
	if (knownTypes(state).includes(type)) return;
	const known = knownTypes(state).join(', ');
	throw new ProcdeckError(
		'unknown-type',
		`there is no process type ${type}`,
		known === '' ? null : `known are ${known}`,
	);
}

function requireSelected(state: SupervisorState, selectors: readonly Selector[]): void {
	for (const { type, index } of selectors) {
		requireType(state, type);
		const wanted = wantedOf(state.formation, type) || (state.formation.paused[type] ?? 0);
		const name = `${type}.${index}`;
		if (index === null || index <= wanted || state.instances.has(name)) continue;
		throw new ProcdeckError(
			'unknown-type',
			`there is no ${name}: ${type} has ${wanted} instances`,
			`scale it with \`procdeck scale ${type}=${index}\``,
		);
	}
}

function requireWithinLimit(state: SupervisorState, type: string, count: number): void {
	const limit = instanceLimit(type, state.definitions.get(type)?.settings.maxInstances ?? 0);
	if (count <= limit || count <= wantedOf(state.formation, type)) return;
	const hint = state.definitions.has(type)
		? '`processes.TYPE.max_instances` in procdeck.yml is the limit'
		: 'it left the Procfile';
	throw new ProcdeckError('limit', `${type}=${count} is over the limit of ${limit} instances`, hint);
}

function selectedInstances(
	state: SupervisorState,
	formation: Formation,
	selectors: readonly Selector[],
): string[] {
	if (selectors.length === 0) {
		return [...state.definitions.keys()].flatMap((type) => namesOf(type, wantedOf(formation, type)));
	}
	const names = selectors.flatMap(({ type, index }) =>
		index === null ? namesOf(type, wantedOf(formation, type)) : [`${type}.${index}`],
	);
	return [...new Set(names)].filter((name) => indexOf(name) <= wantedOf(formation, typeOf(name)));
}

function rowKeys(
	state: SupervisorState,
	formation: Formation,
	selectors: readonly Selector[],
): { type: string; instance?: string }[] {
	if (selectors.length > 0) {
		return selectors.map(({ type, index }) =>
			index === null ? { type } : { type, instance: `${type}.${index}` },
		);
	}
	const inUse = (type: string) =>
		wantedOf(formation, type) > 0 || type in formation.paused || runningCount(state, type) > 0;
	return knownTypes(state)
		.filter(inUse)
		.map((type) => ({ type }));
}

function runningCount(state: SupervisorState, type: string, instance?: string): number {
	const matches = (i: Instance) => i.type === type && (instance === undefined || i.name === instance);
	return [...state.instances.values()].filter((i) => matches(i) && isRunning(i)).length;
}

function isRunning(instance: Instance | undefined): boolean {
	return instance?.phase.kind === 'running' || instance?.phase.kind === 'starting';
}

function runs(name: string): Goal {
	return { kind: 'runs', name, startsAfter: -1, rollout: null };
}

function namesOf(type: string, count: number): string[] {
	return range(1, count).map((index) => `${type}.${index}`);
}

function typeOf(name: string): string {
	return name.slice(0, name.lastIndexOf('.'));
}

function indexOf(name: string): number {
	return Number(name.slice(name.lastIndexOf('.') + 1));
}

function range(first: number, last: number): number[] {
	return Array.from({ length: Math.max(0, last - first + 1) }, (_, offset) => first + offset);
}
