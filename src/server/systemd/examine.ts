import type { Link } from '../../link/link.ts';
import { ProcdeckError } from '../../model/errors.ts';
import { type Found, fine } from '../../model/finding.ts';
import { PORTS_PER_TYPE } from '../../model/ports.ts';
import type { ServerDefinition, Stack } from '../../model/stack.ts';
import { programsToLookUp } from '../checks/commands.ts';
import { listens } from '../checks/ports.ts';
import { desiredFiles } from './desired-files.ts';
import { driftOf } from './drift.ts';
import { type Examined, factFindings } from './fact-findings.ts';
import { elevation, type Facts, readFacts } from './facts.ts';
import { type Layout, layoutOf } from './layout.ts';
import { type FilesOnServer, StackFiles } from './read-files.ts';
import { type SurveyQuestion, survey } from './survey.ts';
import { codePath, isClockOff, surveyFindings } from './survey-findings.ts';

export interface Examination {
	readonly stack: Stack;
	readonly definition: ServerDefinition;
	/** Of a connection that there is already; null: there is none. */
	readonly link: Link | null;
	/** @throws ProcdeckError `unreachable` */
	readonly connect: () => Promise<Link>;
}

/** Looks at everything that a server whose systemd runs the instances needs, as far as one gets. */
export async function examine(examination: Examination): Promise<Found[]> {
	const found: Found[] = [];
	let own: Link | null = null;
	try {
		own = examination.link === null ? await examination.connect() : null;
		const link = examination.link ?? own!;
		const facts = await readFacts(link);
		const { kind } = examination.definition;
		found.push(
			fine(
				'connection',
				kind === 'local' ? 'this machine' : `connected as ${facts.user}, by the host key that is known`,
			),
		);
		found.push(...(await examineThrough(link, facts, examination)));
	} catch (error) {
		found.push(failure(error, found.length === 0 ? 'connection' : 'examination'));
	} finally {
		await own?.close();
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
	const seen = await survey(link, before ?? [], question(examined, on, layout));
	return [...ofFacts, ...surveyFindings(examined, seen, on), drift(examined, on)];
}

function question(examined: Examined, on: FilesOnServer, { units, prefix }: Layout): SurveyQuestion {
	const { stack, definition, facts } = examined;
	const { scope } = definition;
	return {
		path: codePath(stack, definition),
		runUser: scope === 'user' ? facts.user : (stack.user ?? facts.user),
		units,
		prefix,
		// Who it is that listens, only root is told.
		ports: elevation(facts, scope) === null ? [] : portsToListenOn(examined, on),
		scope,
		asksClock: isClockOff(facts),
		searchPath: stack.environmentVariables.PATH ?? null,
		programs: programsToLookUp(stack),
	};
}

function drift({ stack, definition, facts }: Examined, on: FilesOnServer): Found {
	const check = 'drift';
	if (on.power === 'never' && on.types.length === 0)
		return fine(check, 'nothing of the stack is set up there yet');
	const layout = layoutOf(stack, definition.scope, facts);
	const differing = driftOf(stack, definition, { layout, facts }, on);
	if (differing.length === 0) return fine(check, 'what is there is as the files say');
	const mend = { kind: 'sync' } as const;
	return {
		check,
		severity: 'error',
		message: differing.join('; '),
		fix: '`procdeck sync`',
		...(elevation(facts, definition.scope) !== null && { mend }),
	};
}

/** Ports of instances that are known to listen: those of the web type, and those that are asked whether they are ready. */
function portsToListenOn({ stack, definition, facts }: Examined, on: FilesOnServer): number[] {
	const layout = layoutOf(stack, definition.scope, facts);
	const context = { stack, definition, layout, ...versionAndUser(facts) };
	const listening = stack.processTypes.filter(listens).map(({ name }) => name);
	return desiredFiles(context, on).types.flatMap(({ type, firstPort }) => {
		if (firstPort === null || !listening.includes(type)) return [];
		const count = Math.min(PORTS_PER_TYPE, Math.max(1, on.enabled[type]?.length ?? 0));
		return Array.from({ length: count }, (_, offset) => firstPort + offset);
	});
}

function versionAndUser({ systemdVersion, user }: Facts): { systemdVersion: number; loginUser: string } {
	return { systemdVersion, loginUser: user };
}
