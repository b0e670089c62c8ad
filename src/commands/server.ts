import { basename } from 'node:path';
import type { ChangeOptions } from '../model/change.ts';
import { ProcdeckError } from '../model/errors.ts';
import { bySeverity, type Finding } from '../model/finding.ts';
import { freshId } from '../model/fresh-id.ts';
import { lineDiff } from '../model/line-diff.ts';
import type { ServerObservation } from '../model/observed.ts';
import { changesSomething, type SetupPlan } from '../model/setup.ts';
import { parseSshTarget } from '../model/ssh-target.ts';
import type { Server } from '../server/server.ts';
import {
	type Addition,
	addServer,
	checkAddition,
	forgetServer,
	noteRemoval,
	prepareAddition,
	prepareRemoval,
	type Removal,
	removeServer,
	type ServerRequest,
} from '../session/inventory.ts';
import { succeeded } from '../session/outcome.ts';
import { snapshotOf } from '../session/snapshot.ts';
import { changeOptions } from './apply-change.ts';
import { canAsk, confirm, declined, type Question } from './confirm.ts';
import type { Context } from './context.ts';
import { openStack, withServers } from './open-stack.ts';
import { reportChanges } from './output/changes.ts';
import { warnOfDefaultEnvironment } from './output/default-environment.ts';
import { withProgress } from './output/progress.ts';
import { withoutServer } from './output/server-words.ts';
import { setupDetails, setupText } from './output/setup-text.ts';
import { currentUser } from './who.ts';

export interface ServerFlags {
	readonly yes?: boolean;
	readonly scope?: 'system' | 'user';
	readonly address?: string;
	readonly portBase?: number;
	readonly keep?: boolean;
}

/** Adds a server to the stack, or removes one. */
export async function server(
	context: Context,
	[action, ...operands]: readonly string[],
	flags: ServerFlags,
): Promise<number> {
	const [name = '', place, ...more] = operands;
	if (action === 'remove') {
		requireOperands(place === undefined && more.length === 0, 'server remove NAME');
		requireFlags(flags, ['scope', 'address', 'portBase'], 'remove');
		return remove(context, name, flags);
	}
	requireOperands(place !== undefined && more.length === 0, 'server add NAME [USER@]HOST[:PORT]');
	requireFlags(flags, ['keep'], 'add');
	const { scope = 'system', address = null, portBase = null } = flags;
	return add(context, { name, ...parseSshTarget(place ?? ''), scope, address, portBase }, flags);
}

function requireOperands(isRight: boolean, usage: string): void {
	if (!isRight) throw new ProcdeckError('usage', `it is: procdeck ${usage}`, 'see procdeck server --help');
}

const FLAG_NAMES = {
	scope: '--scope',
	address: '--address',
	portBase: '--port-base',
	keep: '--keep',
} as const;

function requireFlags(
	flags: ServerFlags,
	foreign: readonly (keyof typeof FLAG_NAMES)[],
	action: string,
): void {
	const given = foreign.find((name) => flags[name] !== undefined);
	if (given === undefined) return;
	throw new ProcdeckError('usage', `server ${action} takes no ${FLAG_NAMES[given]}`);
}

async function add(context: Context, request: ServerRequest, { yes = false }: ServerFlags): Promise<number> {
	const { globals, output } = context;
	const stack = await openStack(globals);
	const addition = prepareAddition(stack, globals.environment, request);
	const { definition } = addition;
	const rows = await withServers(globals, addition.stack, [definition], 'peek', async ([opened]) => {
		const { findings, plan } = await withProgress(output, `looking at ${definition.name}`, () =>
			checkAddition(opened!),
		);
		if (plan === null) throw notReady(definition.name, findings);
		warnOfDefaultEnvironment(output, addition.stack);
		const failing = bySeverity(findings).filter(({ severity }) => severity !== 'fine');
		for (const finding of failing) output.warn(findingText(finding));
		const isNew = changesSomething(plan) || addition.edit !== null;
		if (isNew && !(await confirm(additionQuestion(addition, plan), yes))) return null;
		return addServer(addition, opened!, plan, { who: currentUser(), changeId: freshId() });
	});
	return rows === null ? declined(context.output) : reportChanges(context, addition.stack, rows, '');
}

function notReady(name: string, findings: readonly Finding[]): ProcdeckError {
	const fatal = findings.filter(({ severity }) => severity === 'fatal');
	const code = fatal.some(({ check }) => check === 'connection') ? 'unreachable' : 'refused';
	const reasons = fatal.map(({ check, message }) => {
		const about = check === 'connection' ? '' : `${check}: `;
		return `${name}: ${about}${withoutServer(name, message)}`;
	});
	const fixes = [...new Set(fatal.flatMap(({ fix }) => fix ?? []))];
	return new ProcdeckError(code, reasons.join('\n'), fixes.length === 0 ? null : fixes.join('\n  '));
}

function findingText({ check, message, fix }: Finding): string {
	return `${check}: ${message}${fix === null ? '' : ` (${fix})`}`;
}

function additionQuestion({ stack, definition: { name }, edit }: Addition, plan: SetupPlan): Question {
	// Where the file named no servers it meant this machine, which has to be said now.
	const meantLocal =
		edit !== null &&
		stack.servers.some((server) => server.name === 'local') &&
		!/^servers:/m.test(edit.before ?? '');
	const file =
		edit === null
			? []
			: [
					`${basename(edit.path)}`,
					`  write     ${name} as one of its servers`,
					...(meantLocal
						? [
								'  write     local: this machine, which stays one of them (`procdeck server remove local` takes it out)',
							]
						: []),
				];
	const fileDiff =
		edit === null ? [] : [`--- ${basename(edit.path)}`, ...lineDiff(edit.before ?? '', edit.after)];
	const details = [setupDetails([[name, plan]]) ?? [], fileDiff].flat();
	return {
		plan: [...(changesSomething(plan) ? [setupText(name, plan)] : []), ...file].join('\n'),
		question: `Add ${name}?`,
		details: details.join('\n'),
	};
}

async function remove(context: Context, name: string, flags: ServerFlags): Promise<number> {
	const { globals } = context;
	const stack = await openStack(globals);
	const removal = prepareRemoval(stack, name);
	if (flags.keep) return forget(context, removal, '', flags);
	return withServers(globals, stack, [removal.definition], 'peek', async ([opened]) => {
		const seen = await snapshotOf(opened!).catch(asError);
		if (seen instanceof ProcdeckError) return removeUnreached(context, removal, seen, flags);
		return removeReached(context, removal, opened!, seen, flags);
	});
}

function asError(error: unknown): ProcdeckError {
	if (error instanceof ProcdeckError) return error;
	throw error;
}

async function removeReached(
	context: Context,
	removal: Removal,
	opened: Server,
	seen: ServerObservation,
	{ yes = false }: ServerFlags,
): Promise<number> {
	const { output } = context;
	const { definition, edit, stack } = removal;
	const running = seen.instances.filter(({ pid }) => pid !== null).map(({ name }) => name);
	const there = [
		...(running.length === 0 ? [] : [`  stop      ${running.join(', ')}`]),
		...(opened.setup === null
			? []
			: ['  remove    what Procdeck put there: units, scripts, the environment']),
	];
	const file = [basename(edit.path), `  remove    ${definition.name}`];
	const plan = [...(there.length === 0 ? [] : [definition.name, ...there]), ...file].join('\n');
	const question = { plan, question: `Remove ${definition.name}?`, details: null };
	if (!(await confirm(question, yes))) return declined(context.output);
	const options = changeOptions({ wait: true });
	const { rows, left } = await withProgress(output, `removing ${definition.name}`, (onProgress) =>
		removeServer(removal, opened, { ...options, onProgress }),
	);
	if (rows.every(succeeded)) await noteElsewhere(context, removal, options);
	if (left.length > 0)
		output.note(`left on ${definition.name}, because Procdeck did not put it there: ${left.join(', ')}`);
	return reportChanges(context, stack, rows, '');
}

/** What is on the server cannot be taken away; a person may want it out of the file all the same. */
function removeUnreached(
	context: Context,
	removal: Removal,
	error: ProcdeckError,
	flags: ServerFlags,
): Promise<number> {
	const { name } = removal.definition;
	if (!flags.yes && canAsk()) return forget(context, removal, `${error.message}\n`, flags);
	const hint = `\`procdeck server remove ${name} --keep\` takes it out of the file, and leaves what is on it`;
	throw new ProcdeckError(error.code, error.message, hint, { cause: error });
}

async function forget(
	context: Context,
	removal: Removal,
	why: string,
	{ yes = false }: ServerFlags,
): Promise<number> {
	const { edit, stack } = removal;
	const { name } = removal.definition;
	const file = basename(edit.path);
	const plan = `${why}${file}\n  remove    ${name}\n${name}\n  leave     everything: what runs there goes on`;
	const question = { plan, question: `Take ${name} out of ${file}?`, details: null };
	if (!(await confirm(question, yes))) return declined(context.output);
	const rows = await forgetServer({ name, edit });
	await noteElsewhere(context, removal, changeOptions({ wait: true }));
	return reportChanges(context, stack, rows, '');
}

/** The history of a server that is no longer one of the stack is not shown any more. */
async function noteElsewhere(
	{ globals }: Context,
	{ stack, definition: { name } }: Removal,
	options: ChangeOptions,
): Promise<void> {
	const others = stack.servers.filter((other) => other.name !== name);
	await withServers(globals, stack, others, 'peek', (servers) => noteRemoval(name, servers, options));
}
