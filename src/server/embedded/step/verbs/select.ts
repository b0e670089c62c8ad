import type { Selector } from '../../../../model/change.ts';
import { ProcdeckError } from '../../../../model/errors.ts';
import { lookUp } from '../../../../model/look-up.ts';
import { instanceLimit } from '../../../../model/ports.ts';
import type { Goal } from '../goals.ts';
import { type Formation, type Instance, type SupervisorState, wantedOf } from '../state.ts';

/** The types of the Procfile, then those that left it but are still wanted or running. */
export function knownTypes(state: SupervisorState): string[] {
	const types = new Set(state.definitions.keys());
	for (const instance of state.instances.values()) types.add(instance.type);
	return [...types];
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

export function requireType(state: SupervisorState, type: string): void {
	if (knownTypes(state).includes(type)) return;
	const known = knownTypes(state).join(', ');
	throw new ProcdeckError(
		'unknown-type',
		`there is no process type ${type}`,
		known === '' ? null : `known are ${known}`,
	);
}

export function requireSelected(state: SupervisorState, selectors: readonly Selector[]): void {
	for (const { type, index } of selectors) {
		requireType(state, type);
		const wanted = wantedOf(state.formation, type) || (lookUp(state.formation.paused, type) ?? 0);
		const name = `${type}.${index}`;
		if (index === null || index <= wanted || state.instances.has(name)) continue;
		throw new ProcdeckError(
			'unknown-type',
			`there is no ${name}: ${type} has ${wanted} instances`,
			'`procdeck ps` lists them',
		);
	}
}

export function requireWithinLimit(state: SupervisorState, type: string, count: number): void {
	const limit = instanceLimit(type, state.definitions.get(type)?.settings.maxInstances ?? 0);
	if (count <= limit || count <= wantedOf(state.formation, type)) return;
	const hint = state.definitions.has(type)
		? '`processes.TYPE.max_instances` in procdeck.yml is the limit'
		: 'it left the Procfile';
	throw new ProcdeckError('limit', `${type}=${count} is over the limit of ${limit} instances`, hint);
}

export function instancesToStart(
	state: SupervisorState,
	formation: Formation,
	selectors: readonly Selector[],
): string[] {
	return selectedInstances(state, formation, selectors).filter((name) => {
		return !formation.held.includes(typeOf(name)) && !formation.held.includes(name);
	});
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

export function rowKeys(
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
		wantedOf(formation, type) > 0 ||
		lookUp(formation.paused, type) !== undefined ||
		runningCount(state, type) > 0;
	return knownTypes(state)
		.filter(inUse)
		.map((type) => ({ type }));
}

/** The instances of a type, or the one that is named. */
export function instancesOf(state: SupervisorState, type: string, instance?: string): Instance[] {
	return [...state.instances.values()].filter(
		(each) => each.type === type && (instance === undefined || each.name === instance),
	);
}

export function runningCount(state: SupervisorState, type: string, instance?: string): number {
	return instancesOf(state, type, instance).filter(isRunning).length;
}

export function isRunning(instance: Instance | undefined): boolean {
	return instance?.phase.kind === 'running' || instance?.phase.kind === 'starting';
}

export function runs(name: string): Goal {
	return { kind: 'runs', name, startsAfter: -1, rolling: false };
}

export function namesOf(type: string, count: number): string[] {
	return range(1, count).map((index) => `${type}.${index}`);
}

export function typeOf(name: string): string {
	return name.slice(0, name.lastIndexOf('.'));
}

export function indexOf(name: string): number {
	return Number(name.slice(name.lastIndexOf('.') + 1));
}

export function range(first: number, last: number): number[] {
	return Array.from({ length: Math.max(0, last - first + 1) }, (_, offset) => first + offset);
}
