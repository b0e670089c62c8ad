import type { Link } from '../../link/link.ts';
import { ProcdeckError } from '../../model/errors.ts';
import { type Found, fine } from '../../model/finding.ts';
import { PORTS_PER_TYPE } from '../../model/ports.ts';
import { type ServerDefinition, type Stack, WEB_TYPE } from '../../model/stack.ts';
import { desiredFiles } from './desired-files.ts';
import { driftOf } from './drift.ts';
import { elevation, type Facts, readFacts } from './facts.ts';
import { factFindings, surveyFindings } from './findings.ts';
import { layoutOf } from './layout.ts';
import { type FilesOnServer, StackFiles } from './read-files.ts';
import { survey } from './survey.ts';

export interface Examination {
	readonly stack: Stack;
	readonly definition: ServerDefinition;
	/** @throws ProcdeckError `unreachable` */
	readonly connect: () => Promise<Link>;
}

/** Looks at everything that a server whose systemd runs the instances needs, as far as one gets. */
export async function examine(examination: Examination): Promise<Found[]> {
	const found: Found[] = [];
	let link: Link | null = null;
	try {
		link = await examination.connect();
		const facts = await readFacts(link);
		const { kind } = examination.definition;
		found.push(fine('connection', kind === 'local' ? 'this machine' : `connected as ${facts.user}`));
		found.push(...(await examineThrough(link, facts, examination)));
	} catch (error) {
		found.push(failure(error, found.length === 0 ? 'connection' : 'examination'));
	} finally {
		await link?.close();
	}
	return found;
}

function failure(error: unknown, check: string): Found {
	const { message, hint } =
		error instanceof ProcdeckError ? error : { message: (error as Error).message, hint: null };
	return { check, severity: 'fatal', message, fix: hint };
}

async function examineThrough(
	link: Link,
	facts: Facts,
	{ stack, definition }: Examination,
): Promise<Found[]> {
	const examined = { stack, definition, facts };
	const ofFacts = factFindings(examined);
	if (facts.systemdVersion === 0) return ofFacts;
	const layout = layoutOf(stack, definition.scope, facts);
	const on = await new StackFiles(link, layout).read();
	const before = elevation(facts, definition.scope);
	const question = {
		path: stack.path,
		runUser: definition.scope === 'user' ? facts.user : (stack.user ?? facts.user),
		units: layout.units,
		prefix: layout.prefix,
		// Who it is that listens, only root is told.
		ports: before === null ? [] : portsToListenOn(examined, on),
	};
	const seen = await survey(link, before ?? [], question);
	return [...ofFacts, ...surveyFindings(examined, seen), drift(examined, on)];
}

interface Examined {
	readonly stack: Stack;
	readonly definition: ServerDefinition;
	readonly facts: Facts;
}

function drift({ stack, definition, facts }: Examined, on: FilesOnServer): Found {
	const check = 'drift';
	if (on.power === 'never' && on.types.length === 0)
		return fine(check, 'nothing of the stack is set up there yet');
	const layout = layoutOf(stack, definition.scope, facts);
	const differing = driftOf(stack, definition, { layout, facts }, on);
	if (differing.length === 0) return fine(check, 'what is there is as the files say');
	return { check, severity: 'error', message: differing.join('; '), fix: '`procdeck sync`' };
}

/** Ports of instances that are known to listen: those of the web type, and those that are asked whether they are ready. */
function portsToListenOn({ stack, definition, facts }: Examined, on: FilesOnServer): number[] {
	const layout = layoutOf(stack, definition.scope, facts);
	const context = { stack, definition, layout, ...versionAndUser(facts) };
	const listening = stack.processTypes
		.filter(({ name, settings: { ready } }) => name === WEB_TYPE || ready?.kind === 'http' || isTcp(ready))
		.map(({ name }) => name);
	return desiredFiles(context, on).types.flatMap(({ type, firstPort }) => {
		if (firstPort === null || !listening.includes(type)) return [];
		const count = Math.min(PORTS_PER_TYPE, Math.max(1, on.enabled[type]?.length ?? 0));
		return Array.from({ length: count }, (_, offset) => firstPort + offset);
	});
}

function versionAndUser({ systemdVersion, user }: Facts): { systemdVersion: number; loginUser: string } {
	return { systemdVersion, loginUser: user };
}

function isTcp(ready: Stack['processTypes'][number]['settings']['ready']): boolean {
	return ready?.kind === 'tcp' && ready.port === null;
}
