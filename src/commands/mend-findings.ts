import { type Finding, SEVERITIES } from '../model/finding.ts';
import { mendText } from '../model/mend.ts';
import type { Stack } from '../model/stack.ts';
import type { Server } from '../server/server.ts';
import { type MendPlan, mendAll, planMends } from '../session/mending.ts';
import { changeOptions } from './apply-change.ts';
import { bootUnit } from './boot.ts';
import { confirm, type Question } from './confirm.ts';
import type { Context } from './context.ts';
import type { Globals } from './globals.ts';
import type { BalancerHandle } from './open-balancer.ts';
import { pasteable } from './output/pasteable.ts';
import { withProgress } from './output/progress.ts';
import { setupDetails, setupText } from './output/setup-text.ts';

/** What was found, and what it can be mended through. */
export interface Mendable {
	readonly findings: readonly Finding[];
	readonly servers: readonly Server[];
	/** null: the stack has no load balancer. */
	readonly traffic: BalancerHandle | null;
}

/** What was done about findings. */
export interface Mended {
	/** Whether a later finding is better than the one that something was done about. */
	isMended(later: Finding): boolean;
}

/**
 * Shows what can be mended safely, asks, and does it. What fails is said on stderr.
 * @returns null where nobody said yes
 * @throws ProcdeckError `usage` where there is nobody to ask
 */
export async function mendFindings(
	context: Context,
	stack: Stack,
	{ findings, servers, traffic }: Mendable,
	yes: boolean,
): Promise<Mended | null> {
	const { globals, output } = context;
	const plans = await planMends(stack, servers, findings);
	if (plans.length === 0) {
		if (findings.some(({ severity }) => severity !== 'fine')) output.note('--fix can mend nothing of it');
		return { isMended: () => false };
	}
	if (!(await confirm(questionOf(globals, plans), yes))) return null;
	const failures = await withProgress(output, 'mending', () =>
		mendAll(plans, {
			options: changeOptions({ wait: true }),
			balancingOf: async (server) => (await traffic?.balancingOf(server)) ?? null,
			bootUnitOf: (server) => bootUnit(globals, stack, server),
		}),
	);
	for (const { server, mend, reason } of failures)
		output.warn(`${server}: cannot ${pasteable(mendText(mend), globals)}: ${reason}`);
	const before = plans.flatMap((plan) => plan.findings);
	return { isMended: (later) => before.some((earlier) => isBetter(later, earlier)) };
}

function isBetter(later: Finding, earlier: Finding): boolean {
	const rank = ({ severity }: Finding) => SEVERITIES.indexOf(severity);
	return later.server === earlier.server && later.check === earlier.check && rank(later) > rank(earlier);
}

function questionOf(globals: Globals, plans: readonly MendPlan[]): Question {
	const names = plans.map(({ server }) => server.definition.name);
	const syncs = plans.flatMap(({ server, sync }) =>
		sync === null ? [] : [[server.definition.name, sync.plan] as const],
	);
	return {
		plan: plans.map((plan) => pasteable(planText(plan), globals)).join('\n'),
		question: `Do that on ${names.join(', ')}?`,
		details: setupDetails(syncs),
	};
}

/** The server, and below it what is done and for what; what is written, as `sync` tells it. */
function planText({ server, findings, mends, sync }: MendPlan): string {
	const { name } = server.definition;
	const lines = mends.flatMap((mend) => {
		const text = mendText(mend);
		const why = findings.filter((finding) => finding.mend !== undefined && mendText(finding.mend) === text);
		const written =
			mend.kind === 'sync' && sync !== null ? setupText(name, sync.plan).split('\n').slice(1) : [];
		return [
			`  ${text}`,
			...why.map(({ check, message }) => `    ${check}: ${message}`),
			...written.map((line) => `  ${line}`),
		];
	});
	return [name, ...lines].join('\n');
}
