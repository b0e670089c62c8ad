import { lookUp } from '../../model/look-up.ts';
import type { ServerDefinition, Stack } from '../../model/stack.ts';
import { type Desired, desiredFiles, hasEnvironment } from './desired-files.ts';
import type { FilesOnServer } from './read-files.ts';
import type { Session } from './session.ts';

/** What on a server differs from what the stack's files and Procdeck's own last change say, in words. */
export function driftOf(
	stack: Stack,
	definition: ServerDefinition,
	session: Pick<Session, 'layout' | 'facts'>,
	on: FilesOnServer,
): string[] {
	// Where nothing was set up there is nothing to differ.
	if (on.power === 'never' && on.types.length === 0) return [];
	const { layout, facts } = session;
	const context = {
		stack,
		definition,
		layout,
		systemdVersion: facts.systemdVersion,
		loginUser: facts.user,
	};
	const desired = desiredFiles(context, on);
	return [
		...typeDrift(stack, desired, on),
		...sharedDrift(desired, on),
		...environmentDrift(desired, on),
		...linkDrift(on),
		...on.dropIns.map(foreignDropIn),
	];
}

/** What is said of a drop-in: whoever made it, it is not what the files say. */
export function foreignDropIn(path: string): string {
	return `Procdeck did not write the drop-in ${path.split('/').slice(-2).join('/')}`;
}

function typeDrift({ processTypes }: Stack, desired: Desired, on: FilesOnServer): string[] {
	const drift: string[] = [];
	for (const { type, template, script, fingerprint } of desired.types) {
		if (!on.types.includes(type)) continue;
		const isWritten = [template, script].every(({ path, text }) => lookUp(on.texts, path) === text);
		if (isWritten) continue;
		const isOlder = lookUp(on.record?.types ?? {}, type)?.fingerprint !== fingerprint;
		drift.push(
			isOlder ? `${type}: its unit is older than the files` : `${type}: its unit was changed by hand`,
		);
	}
	const known = new Set(processTypes.map(({ name }) => name));
	const left = on.types.filter((type) => !known.has(type));
	return [...drift, ...left.map((type) => `${type}: it has left the Procfile`)];
}

function sharedDrift({ shared }: Desired, on: FilesOnServer): string[] {
	const isWritten = shared.every(({ path, text }) => lookUp(on.texts, path) === text);
	return isWritten ? [] : ['what all types share was changed by hand, or is missing'];
}

function environmentDrift(desired: Desired, { record }: FilesOnServer): string[] {
	if (record === null) return ['what is kept of the stack is missing or damaged'];
	return hasEnvironment(record, desired) ? [] : ['its environment is older than the files'];
}

/** Instances are numbered from 1 without a gap. */
function linkDrift({ enabled, types }: FilesOnServer): string[] {
	return Object.entries(enabled).flatMap(([type, numbers]) => {
		if (!types.includes(type)) return [`${type}: it is wanted, but its unit is missing`];
		const hasGap = numbers.some((number, position) => number !== position + 1);
		return hasGap ? [`${type}: the enabled instances are ${numbers.join(', ')}`] : [];
	});
}
