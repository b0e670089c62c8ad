import { basename } from 'node:path';
import { ProcdeckError } from '../model/errors.ts';
import { bySeverity, type Finding } from '../model/finding.ts';
import { freshId } from '../model/fresh-id.ts';
import { lineDiff } from '../model/line-diff.ts';
import { changesSomething, type SetupPlan } from '../model/setup.ts';
import {
	type Addition,
	checkAddition,
	prepareAddition,
	type ServerRequest,
	addServer as setUp,
} from '../session/inventory.ts';
import { confirm, declined, type Question } from './confirm.ts';
import type { Context } from './context.ts';
import { openStack, withServers } from './open-stack.ts';
import { reportChanges } from './output/changes.ts';
import { warnOfDefaultEnvironment } from './output/default-environment.ts';
import { withProgress } from './output/progress.ts';
import { withoutServer } from './output/server-words.ts';
import { setupDetails, setupText } from './output/setup-text.ts';
import type { ServerFlags } from './server.ts';
import { currentUser } from './who.ts';

/** Sets a server up for the stack, and writes it into the stack file. */
export async function addServer(
	context: Context,
	request: ServerRequest,
	{ yes = false }: ServerFlags,
): Promise<number> {
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
		return setUp(addition, opened!, plan, { who: currentUser(), changeId: freshId() });
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
