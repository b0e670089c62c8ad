import { ProcdeckError } from '../model/errors.ts';
import { type Finding, isOk } from '../model/finding.ts';
import type { ServerDefinition, Stack } from '../model/stack.ts';
import type { Server } from '../server/server.ts';
import { readOnce } from '../server/stack-source.ts';
import { coveredServers } from '../session/choose-servers.ts';
import { examineAll } from '../session/doctor.ts';
import { declined } from './confirm.ts';
import { type Context, requireChangesAllowed } from './context.ts';
import type { BalancerHandle } from './open-balancer.ts';
import { openStackOrRemains, withServers } from './open-stack.ts';
import { warnOfDefaultEnvironment } from './output/default-environment.ts';
import { printFindings, type ToldFinding } from './output/findings-text.ts';
import { pasteable } from './output/pasteable.ts';
import { withProgress } from './output/progress.ts';

export interface DoctorFlags {
	readonly fix?: boolean;
	readonly yes?: boolean;
}

/** What works on the servers, what does not, and how to mend it; with `--fix` it mends what it safely can. */
export async function doctor(
	context: Context,
	[name]: readonly string[],
	{ fix = false, yes = false }: DoctorFlags,
): Promise<number> {
	if (yes && !fix) throw new ProcdeckError('usage', 'only --fix takes --yes', 'see procdeck doctor --help');
	if (fix) requireChangesAllowed(context, 'doctor --fix');
	const stack = await openStackOrRemains(context);
	const covered = coveredServers(stack.servers, name);
	warnOfDefaultEnvironment(context.output, { ...stack, servers: covered });
	const findings = await (fix ? mended(context, stack, covered, yes) : asFound(context, stack, covered));
	return findings === null ? declined(context.output) : report(context, stack, findings, fix);
}

interface Opened {
	readonly servers: readonly Server[];
	/** null: the stack has no load balancer. */
	readonly traffic: BalancerHandle | null;
}

/** Opens the servers, and the load balancer where there is one, for `use`. */
async function opened<T>(
	{ globals }: Context,
	stack: Stack,
	covered: readonly ServerDefinition[],
	use: (opened: Opened) => Promise<T>,
): Promise<T> {
	const hasBalancer = covered.some((server) => server.name === stack.loadBalancer?.server);
	const traffic = hasBalancer ? (await import('./open-balancer.ts')).balancerOf(readOnce(stack), null) : null;
	try {
		return await withServers(globals, stack, covered, 'peek', (servers) => use({ servers, traffic }));
	} finally {
		await traffic?.close();
	}
}

async function look({ output }: Context, stack: Stack, { servers, traffic }: Opened): Promise<Finding[]> {
	return withProgress(output, 'looking at the servers', async () =>
		examineAll(stack, servers, (await traffic?.open()) ?? null),
	);
}

async function asFound(
	context: Context,
	stack: Stack,
	covered: readonly ServerDefinition[],
): Promise<ToldFinding[]> {
	const findings = await opened(context, stack, covered, (all) => look(context, stack, all));
	return findings.map((finding) => ({ ...finding, isFixed: false }));
}

/** @returns null where nobody said yes */
async function mended(
	context: Context,
	stack: Stack,
	covered: readonly ServerDefinition[],
	yes: boolean,
): Promise<ToldFinding[] | null> {
	const { mendFindings } = await import('./mend-findings.ts');
	const before = await opened(context, stack, covered, async (all) => {
		const findings = await look(context, stack, all);
		return mendFindings(context, stack, { ...all, findings }, yes);
	});
	if (before === null) return null;
	// By new connections: what a user may do is settled when one begins.
	const after = await opened(context, stack, covered, (all) => look(context, stack, all));
	return after.map((finding) => ({ ...finding, isFixed: before.isMended(finding) }));
}

function report(
	{ globals, output }: Context,
	stack: Stack,
	findings: readonly ToldFinding[],
	isFixing: boolean,
): number {
	const told = findings.map((finding) => {
		const aim = stack.servers.length > 1 ? { ...globals, server: finding.server } : globals;
		const { message, fix } = finding;
		return { ...finding, message: pasteable(message, aim), fix: fix === null ? null : pasteable(fix, aim) };
	});
	if (output.json) output.value({ findings: told.map((finding) => jsonOf(finding, isFixing)) });
	else printFindings(output, told);
	return findings.every(isOk) ? 0 : 1;
}

function jsonOf(finding: ToldFinding, isFixing: boolean): object {
	const { server, check, severity, message, fix, isFixed } = finding;
	return {
		server,
		check,
		ok: isOk(finding),
		severity,
		message,
		fix,
		...(isFixing && { fixed: isFixed }),
	};
}
