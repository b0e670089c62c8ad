import type { Selector } from '../../../model/change.ts';
import { ProcdeckError } from '../../../model/errors.ts';
import { lookUp } from '../../../model/look-up.ts';
import { instanceLimit } from '../../../model/ports.ts';
import type { Goal } from '../goals.ts';
import { indexOf, namesOf, typeOf } from '../names.ts';
import {
	type Formation,
	type Instance,
	isHeld,
	keptCount,
	type SupervisorState,
	wantedOf,
} from '../state.ts';
import type { PlanContext, RowKey } from './planned.ts';

/** The types of the Procfile, then those that left it but are still wanted or running. */
export function knownTypes(state: SupervisorState): string[] {
	const types = new Set(state.definitions.keys());
	for (const instance of state.instances.values()) types.add(instance.type);
	return [...types];
}

/** Types that left the Procfile and have nothing running, but were set up here: should they come back, they have a count. */
export function formerTypes(state: SupervisorState): string[] {
	const known = new Set(knownTypes(state));
	return Object.keys(state.formation.wanted).filter((type) => !known.has(type));
}

/** Whether an instance runs with older code, command or environment than the files say now. */
export function isStale(state: SupervisorState, instance: Instance): boolean {
	const definition = state.definitions.get(instance.type);
	return (
		definition !== undefined &&
		instance.fingerprint !== null &&
		instance.fingerprint !== definition.fingerprint
	);
}

/** Whether a type left the Procfile: what runs of it goes on, but it is not begun again. */
export function isOrphan({ definitions }: SupervisorState, type: string): boolean {
	return !definitions.has(type);
}

export function requireType(state: SupervisorState, type: string, { server }: PlanContext): void {
	const known = knownTypes(state);
	if (known.includes(type)) return;
	if (formerTypes(state).includes(type)) {
		throw new ProcdeckError(
			'unknown-type',
			`${type} has left the Procfile, and nothing of it runs on ${server}`,
			'write it into the Procfile again to start it',
		);
	}
	const hint = known.length === 0 ? null : `known are ${known.join(', ')}`;
	throw new ProcdeckError('unknown-type', `there is no process type ${type}`, hint);
}

export function requireSelected(
	state: SupervisorState,
	selectors: readonly Selector[],
	context: PlanContext,
): void {
	for (const { type, index } of selectors) {
		requireType(state, type, context);
		const wanted = keptCount(state.formation, type);
		const name = `${type}.${index}`;
		if (index === null || index <= wanted || state.instances.has(name)) continue;
		const message = `there is no ${name} on ${context.server}: ${type} has ${instancesInWords(type, wanted)}`;
		throw new ProcdeckError('unknown-type', message, hintOnMissing(type, wanted));
	}
}

function instancesInWords(type: string, count: number): string {
	if (count === 0) return 'no instance';
	return count === 1 ? `${type}.1 only` : `${type}.1 to ${type}.${count}`;
}

function hintOnMissing(type: string, wanted: number): string {
	const more = `\`procdeck scale ${type}=${wanted + 1}\` adds one`;
	return wanted === 0 ? more : `\`procdeck ps\` lists them, ${more}`;
}

export function requireWithinLimit(state: SupervisorState, type: string, count: number): void {
	const limit = instanceLimit(type, state.definitions.get(type)?.settings.maxInstances ?? 0);
	const wanted = wantedOf(state.formation, type);
	if (count <= limit || count <= wanted) return;
	if (isOrphan(state, type)) {
		const message = `${type} has left the Procfile: there can be fewer than ${wanted} of it, but not more`;
		throw new ProcdeckError('limit', message, 'write it into the Procfile again to start it');
	}
	const hint = '`processes.TYPE.max_instances` in procdeck.yml is the limit';
	throw new ProcdeckError('limit', `${type}=${count} is over the limit of ${limit} instances`, hint);
}

/** The instances that are to run after a start or restart of the selected. */
export function instancesToStart(
	state: SupervisorState,
	formation: Formation,
	selectors: readonly Selector[],
): string[] {
	return selectedInstances(state, formation, selectors).filter(
		(name) =>
			indexOf(name) <= wantedOf(formation, typeOf(name)) &&
			!isHeld(formation, name) &&
			(!isOrphan(state, typeOf(name)) || state.instances.has(name)),
	);
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
	return [...new Set(names)];
}

export function rowKeys(
	state: SupervisorState,
	formation: Formation,
	selectors: readonly Selector[],
): RowKey[] {
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

/** Those of the names that a row is about. */
export function covered({ type, instance }: RowKey, names: readonly string[]): string[] {
	return names.filter((name) => (instance === undefined ? typeOf(name) === type : name === instance));
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
