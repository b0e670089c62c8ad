import { basename } from 'node:path';
import type { Balancer } from '../balancer/balancer.ts';
import type { ChangeRow } from '../model/change.ts';
import { ProcdeckError } from '../model/errors.ts';
import { lineDiff } from '../model/line-diff.ts';
import { changesSomething, type SetupPlan } from '../model/setup.ts';
import { type Stack, WEB_TYPE } from '../model/stack.ts';
import { balancerAddresses } from '../session/balancer-addresses.ts';
import { peekAtBalancer } from '../session/balancer-now.ts';
import { applyToAll } from '../session/fan-out.ts';
import {
	addBalancer,
	type BalancerAddition,
	firstConfiguration,
	prepareBalancer,
	prepareBalancerRemoval,
	removeBalancer,
} from '../session/load-balancer.ts';
import { noteTraffic } from '../session/note-traffic.ts';
import { succeeded } from '../session/outcome.ts';
import { snapshotsOf } from '../session/snapshot.ts';
import { beyond } from '../session/surge.ts';
import { changeOptions } from './apply-change.ts';
import { confirm, declined, type Question } from './confirm.ts';
import { type Context, requireChangesAllowed } from './context.ts';
import { withBalancer } from './open-balancer.ts';
import { openStack, openStackOrRemains, withServers } from './open-stack.ts';
import { balancerJson } from './output/balancer-json.ts';
import { balancerText } from './output/balancer-text.ts';
import { reportChanges } from './output/changes.ts';
import { withProgress } from './output/progress.ts';
import { setupDetails, setupText } from './output/setup-text.ts';

export interface LbFlags {
	readonly yes?: boolean;
	readonly port?: number;
}

/** Shows the load balancer, adds one or removes it. */
export async function lb(
	context: Context,
	[action, ...operands]: readonly string[],
	flags: LbFlags,
): Promise<number> {
	const [server, ...more] = operands;
	if (action !== 'add' && flags.port !== undefined) throw usage('only `lb add` takes --port');
	if (action !== undefined) requireChangesAllowed(context, `lb ${action}`);
	if (action === 'add') {
		if (server === undefined || more.length > 0) throw usage('it is: procdeck lb add SERVER');
		return add(context, server, flags);
	}
	if (server !== undefined) throw usage(`it is: procdeck lb${action === undefined ? '' : ' remove'}`);
	return action === 'remove' ? remove(context, flags) : show(context);
}

function usage(message: string): ProcdeckError {
	return new ProcdeckError('usage', message, 'see procdeck lb --help');
}

async function show(context: Context): Promise<number> {
	const { output } = context;
	const stack = await openStackOrRemains(context);
	const seen = await withBalancer(stack, async (balancer) =>
		balancer === null ? null : peekAtBalancer(balancer),
	);
	if (output.json) output.value(seen === null ? null : balancerJson(seen));
	else output.print(balancerText(stack, seen, output.paint));
	return 0;
}

async function add(context: Context, server: string, { port, yes = false }: LbFlags): Promise<number> {
	const { globals, output } = context;
	const stack = await openStack(globals);
	const addition = prepareBalancer(stack, globals.environment, server, port ?? null);
	const rows = await withBalancer(addition.stack, async (balancer) => {
		const { configuration, plan, leftovers } = await withProgress(output, `looking at ${server}`, () =>
			firstLook(context, addition, balancer!),
		);
		const isNew = changesSomething(plan) || addition.edit.before !== addition.edit.after;
		if (isNew && !(await confirm(additionQuestion(addition, plan), yes))) return null;
		return withProgress(output, `setting up the load balancer on ${server}`, async () => {
			const added = await addBalancer(addition, balancer!, plan, configuration);
			return [...added, ...(await takeAway(context, addition.stack, leftovers))];
		});
	});
	if (rows !== null) await note(context, addition.stack, 'lb add', rows);
	return rows === null ? declined(output) : reportChanges(context, addition.stack, rows, '');
}

async function firstLook({ globals }: Context, addition: BalancerAddition, balancer: Balancer) {
	const { stack } = addition;
	const { observations } = await withServers(globals, stack, stack.servers, 'peek', snapshotsOf);
	const names = observations.map(({ name }) => name);
	const addressOf = await balancerAddresses(stack, addition.definition, names);
	const { configuration: present } = await peekAtBalancer(balancer);
	const configuration = firstConfiguration(addition, observations, addressOf, present);
	const leftovers = observations.filter((each) => beyond(each).length > 0).map(({ name }) => name);
	return { configuration, plan: await balancer.setup.plan(configuration), leftovers };
}

/** @param names of the servers on which a restart was broken off that had added an instance of web */
function takeAway({ globals }: Context, stack: Stack, names: readonly string[]): Promise<ChangeRow[]> {
	const definitions = stack.servers.filter(({ name }) => names.includes(name));
	const end = { verb: 'surge', type: WEB_TYPE, on: false } as const;
	return withServers(globals, stack, definitions, 'peek', async (servers) => {
		const rows = await applyToAll(servers, end, changeOptions({ wait: true }));
		return rows.filter((row) => !succeeded(row));
	});
}

function additionQuestion({ definition: { name }, edit }: BalancerAddition, plan: SetupPlan): Question {
	const isNew = edit.before !== edit.after;
	const file = basename(edit.path);
	const fileLines = isNew ? [file, `  write     the load balancer on ${name}`] : [];
	const fileDiff = isNew ? [`--- ${file}`, ...lineDiff(edit.before ?? '', edit.after)] : [];
	const there = changesSomething(plan) ? [setupText(name, plan)] : [];
	return {
		plan: [...there, ...fileLines].join('\n'),
		question: `Set the load balancer up on ${name}?`,
		details: [setupDetails([[name, plan]]) ?? [], fileDiff].flat().join('\n'),
	};
}

async function remove(context: Context, { yes = false }: LbFlags): Promise<number> {
	const { globals, output } = context;
	const stack = await openStack(globals);
	const removal = prepareBalancerRemoval(stack);
	const { server, edit } = removal;
	const file = basename(edit.path);
	const question = {
		plan: `${server}\n  stop      the load balancer: it takes no more web traffic\n  remove    what Procdeck put there\n${file}\n  remove    the load balancer`,
		question: `Remove the load balancer from ${server}?`,
		details: null,
	};
	if (!(await confirm(question, yes))) return declined(output);
	const rows = await withBalancer(stack, (balancer) =>
		withProgress(output, `removing the load balancer from ${server}`, () =>
			removeBalancer(removal, balancer!),
		),
	);
	await note(context, stack, 'lb remove', rows);
	return reportChanges(context, stack, rows, '');
}

async function note(
	{ globals }: Context,
	stack: Stack,
	verb: string,
	rows: readonly ChangeRow[],
): Promise<void> {
	const home = stack.servers.filter(({ name }) => rows.some(({ server }) => server === name));
	await withServers(globals, stack, home, 'peek', async ([opened]) => {
		if (opened !== undefined) await noteTraffic(opened, verb, rows, changeOptions({ wait: true }));
	});
}
