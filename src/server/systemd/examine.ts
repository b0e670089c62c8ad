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
import type { Session } from './session.ts';
import { type SurveyQuestion, survey } from './survey.ts';
import { codePath, isClockOff, surveyFindings } from './survey-findings.ts';

export interface Examination {
	readonly stack: Stack;
	readonly definition: ServerDefinition;
	/** A connection that there is already, and what was found at its beginning; null: there is none. */
	readonly session: Pick<Session, 'link' | 'facts' | 'readFiles'> | null;
	/** @throws ProcdeckError `unreachable` */
	readonly connect: () => Promise<Link>;
}

/** Looks at everything that a server whose systemd runs the instances needs, as far as one gets. */
export async function examine(examination: Examination): Promise<Found[]> {
	const { session, definition } = examination;
	const found: Found[] = [];
	let own: Link | null = null;
	try {
		own = session === null ? await examination.connect() : null;
		const way: Way = session ?? (await wayOver(own!, examination));
		const { user } = way.facts;
		const words =
			definition.kind === 'local' ? 'this machine' : `connected as ${user}, by the host key that is known`;
		found.push(fine('connection', words));
		found.push(...(await examineThrough(way, examination)));
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

type Way = NonNullable<Examination['session']>;

async function wayOver(link: Link, { stack, definition }: Examination): Promise<Way> {
	const facts = await readFacts(link);
	const layout = layoutOf(stack, definition.scope, facts);
	return { link, facts, readFiles: () => new StackFiles(link, layout).read() };
}

async function examineThrough(way: Way, { stack, definition }: Examination): Promise<Found[]> {
	const { link, facts } = way;
	const examined = { stack, definition, facts };
	const ofFacts = factFindings(examined);
	if (facts.systemdVersion === 0) return ofFacts;
	const on = await way.readFiles();
	const before = elevation(facts, definition.scope);
	const layout = layoutOf(stack, definition.scope, facts);
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
