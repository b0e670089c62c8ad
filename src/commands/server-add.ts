import { stepsLeft } from '../model/addition.ts';
import type { ChangeRow } from '../model/change.ts';
import { ProcdeckError } from '../model/errors.ts';
import { bySeverity, type Finding } from '../model/finding.ts';
import { parseSshTarget, type SshTarget, sshTargetText } from '../model/ssh-target.ts';
import type { Stack } from '../model/stack.ts';
import { type AdditionWork, carryOutAddition } from '../session/addition/carry-out.ts';
import { type AdditionLog, openAdditionLog } from '../session/addition/log.ts';
import { type AdditionLook, lookAtAddition, notReady } from '../session/addition/look.ts';
import { prepareAddition, requireName, type ServerRequest } from '../session/addition/prepare.ts';
import { reportTo, type StepReporter } from '../session/addition/reporter.ts';
import { followStack } from '../session/release/followed-stack.ts';
import { additionQuestion } from './addition-question.ts';
import { changeOptions } from './apply-change.ts';
import { codeSource } from './code-source.ts';
import { confirm, declined } from './confirm.ts';
import type { Context } from './context.ts';
import { openStack, withServers } from './open-stack.ts';
import { reportChanges } from './output/changes.ts';
import { warnOfDefaultEnvironment } from './output/default-environment.ts';
import { withProgress } from './output/progress.ts';
import { stepLines } from './output/steps.ts';
import type { ServerFlags } from './server.ts';
import { untilSignal } from './until-signal.ts';

/** What is to be added, as it was typed. */
interface Asked {
	readonly name: string;
	/** null: the stack file says where it is, or a command makes it. */
	readonly place: string | null;
}

/** One run of the verb. */
interface Run {
	readonly context: Context;
	readonly flags: ServerFlags;
	readonly log: AdditionLog;
	readonly reporter: StepReporter;
}

/** Makes a server one of the stack: prepares it, puts the code there, sets it up, and writes it into the stack file. */
export async function addServer(context: Context, asked: Asked, flags: ServerFlags): Promise<number> {
	const stack = await openStack(context.globals);
	requireName(asked.name);
	const origin = originOf(stack, asked, flags);
	const log = openAdditionLog(stack, asked.name);
	try {
		const reporter = reportTo(log, stepLines(context.output, log.path));
		const run: Run = { context, flags, log, reporter };
		if (typeof origin !== 'string') return await addAt(run, stack, origin);
		return await addProvisioned(run, stack, asked.name, origin);
	} finally {
		log.close();
	}
}

/** The server where it is there already, or the command that makes it. @throws ProcdeckError `usage` */
function originOf(stack: Stack, { name, place }: Asked, flags: ServerFlags): ServerRequest | string {
	if (place !== null && flags.provision !== undefined)
		throw new ProcdeckError('usage', 'a place and --provision exclude each other');
	if (place !== null) return requestFor(name, parseSshTarget(place), flags);
	const existing = stack.servers.find((server) => server.name === name);
	if (existing !== undefined && existing.host !== null && flags.provision === undefined)
		return { ...existing, host: existing.host };
	if (existing !== undefined) throw new ProcdeckError('usage', `there is a server ${name} already`);
	const command = flags.provision ?? stack.provision;
	if (command !== null) return command;
	throw new ProcdeckError(
		'usage',
		'it is: procdeck server add NAME [USER@]HOST[:PORT]',
		'or NAME alone with --provision, or `provision:` in the stack file, whose command makes the machine',
	);
}

function requestFor(name: string, target: SshTarget, flags: ServerFlags): ServerRequest {
	const { scope = 'system', address, portBase } = flags;
	return { name, ...target, scope, address: address ?? null, portBase: portBase ?? null };
}

async function addProvisioned(run: Run, stack: Stack, name: string, command: string): Promise<number> {
	const { context, flags, reporter } = run;
	const question = {
		plan: `here\n  run       ${command}\n            which makes a machine, each time that it is run`,
		question: `Run it for ${name}?`,
		details: null,
	};
	if (!(await confirm(question, flags.yes === true))) return declined(context.output);
	const { provisionFor } = await import('./provision.ts');
	const { target, wait } = await provisionFor({ stack, name, command, reporter });
	try {
		await wait();
		return await addAt(run, stack, requestFor(name, target, flags));
	} catch (error) {
		if (!(error instanceof ProcdeckError)) throw error;
		throw withWayOn(error, name, target, flags);
	}
}

/** The machine is there, whatever became of the rest. */
function withWayOn(
	{ code, message, hint }: ProcdeckError,
	name: string,
	target: SshTarget,
	{ scope, address, portBase }: ServerFlags,
): ProcdeckError {
	const words = [
		`procdeck server add ${name} ${sshTargetText(target)}`,
		...(scope === undefined ? [] : [`--scope ${scope}`]),
		...(address === undefined ? [] : [`--address ${address}`]),
		...(portBase === undefined ? [] : [`--port-base ${portBase}`]),
	];
	const wayOn = `the machine is there: \`${words.join(' ')}\` goes on without making another one`;
	return new ProcdeckError(code, message, hint === null ? wayOn : `${hint}\n  ${wayOn}`);
}

async function addAt(run: Run, stack: Stack, request: ServerRequest): Promise<number> {
	const { context } = run;
	const addition = prepareAddition(stack, context.globals.environment, request);
	const { definition } = addition;
	const followed = followStack(addition.stack);
	const rows = await withServers(context.globals, followed, [definition], 'peek', async ([opened]) => {
		const { globals } = context;
		const chooseCode = codeSource(globals, addition.stack, definition.name, followed, untilSignal);
		const look = await withProgress(context.output, `looking at ${definition.name}`, () =>
			lookAtAddition(addition, opened!, chooseCode),
		);
		return addLookedAt(run, { addition, look, server: opened! }).finally(() => look.code?.close());
	});
	if (rows === null) return declined(context.output);
	return reportChanges(context, addition.stack, rows, '');
}

async function addLookedAt(
	{ context, flags, reporter }: Run,
	seen: Pick<AdditionWork, 'addition' | 'look' | 'server'>,
): Promise<ChangeRow[] | null> {
	const { addition, look } = seen;
	const { output } = context;
	if (look.obstacles.length > 0) throw notReady(addition.definition.name, look.obstacles);
	warnOfDefaultEnvironment(output, addition.stack);
	for (const finding of remarks(look)) output.warn(findingText(finding));
	const isNew = stepsLeft(look.steps).length > 0;
	if (isNew && !(await confirm(additionQuestion(addition, look), flags.yes === true))) return null;
	return carryOutAddition({ ...seen, reporter, options: changeOptions({ wait: true }) });
}

/** What does not work and does not matter for now; what a step mends is in the plan. */
function remarks({ findings }: AdditionLook): Finding[] {
	return bySeverity(findings).filter(({ severity }) => severity === 'error' || severity === 'warning');
}

function findingText({ check, message, fix }: Finding): string {
	return `${check}: ${message}${fix === null ? '' : ` (${fix})`}`;
}
