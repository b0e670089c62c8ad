import { userInfo } from 'node:os';
import { localLink } from '../link/local.ts';
import type { ChangeOptions, ChangeRow, HistoryEntry } from '../model/change.ts';
import { ProcdeckError } from '../model/errors.ts';
import type { Finding } from '../model/finding.ts';
import { freshId } from '../model/fresh-id.ts';
import { inOrder, type MachineMend, type Mend, mendText } from '../model/mend.ts';
import type { Stack } from '../model/stack.ts';
import type { Server } from '../server/server.ts';
import type { BalancingOf } from './balanced-server.ts';
import type { BootUnit } from './boot-unit.ts';
import { succeeded } from './outcome.ts';
import { planSync, type ServerSync, syncAll } from './sync.ts';

/** What `doctor --fix` would do on one server. */
export interface MendPlan {
	readonly server: Server;
	/** What is mended by it. */
	readonly findings: readonly Finding[];
	/** In the order in which they are done. */
	readonly mends: readonly Mend[];
	/** What would be written; null: nothing that differs is mended. */
	readonly sync: ServerSync | null;
}

/** What a mend needs beside the server. */
export interface MendTools {
	readonly options: ChangeOptions;
	readonly balancingOf: BalancingOf;
	/** What starts the supervisor of a local server with the machine. */
	readonly bootUnitOf: (server: string) => BootUnit;
}

/** A mend that could not be done. */
export interface MendFailure {
	readonly server: string;
	readonly mend: Mend;
	readonly reason: string;
}

/** What can be done about the findings of some servers; those without any are left out. Nothing is changed yet. */
export async function planMends(
	stack: Stack,
	servers: readonly Server[],
	findings: readonly Finding[],
): Promise<MendPlan[]> {
	const plans = servers.map(async (server): Promise<MendPlan> => {
		const own = findings.filter(
			({ server: name, mend }) => name === server.definition.name && mend !== undefined,
		);
		const mends = inOrder(own.flatMap(({ mend }) => mend ?? []));
		const hasDrift = mends.some(({ kind }) => kind === 'sync');
		const [sync = null] = hasDrift ? await planSync(stack, [server]) : [];
		return { server, findings: own, mends, sync };
	});
	return (await Promise.all(plans)).filter(({ mends }) => mends.length > 0);
}

/** Does what was planned. What fails on the way keeps nothing else from being done. @returns what failed */
export async function mendAll(plans: readonly MendPlan[], tools: MendTools): Promise<MendFailure[]> {
	const failures = await Promise.all(
		plans.map(async (plan) => {
			const failed: MendFailure[] = [];
			for (const mend of plan.mends) {
				const reason = await attempt(plan, mend, tools);
				if (reason !== null) failed.push({ server: plan.server.definition.name, mend, reason });
			}
			return failed;
		}),
	);
	return failures.flat();
}

/** @returns why it could not be done */
async function attempt(plan: MendPlan, mend: Mend, tools: MendTools): Promise<string | null> {
	try {
		await carryOut(plan, mend, tools);
		return null;
	} catch (error) {
		if (error instanceof ProcdeckError) return error.message;
		throw error;
	}
}

async function carryOut({ server, sync }: MendPlan, mend: Mend, tools: MendTools): Promise<void> {
	const { options, balancingOf, bootUnitOf } = tools;
	switch (mend.kind) {
		case 'sync':
			return requireDone(sync === null ? [] : await syncAll([sync], options));
		case 'balancer': {
			const { mendTraffic } = await import('./mend-traffic.ts');
			return requireDone(await mendTraffic(server, [], balancingOf, options));
		}
		case 'boot': {
			const { enableBoot } = await import('./boot.ts');
			await enableBoot(localLink, bootUnitOf(server.definition.name));
			await linger(userInfo().username);
			break;
		}
		default:
			await (server.setup === null ? mendHere(mend) : server.setup.mend(mend));
	}
	// What cannot be noted stops nothing.
	await server.note(entryOf(server, mend, options)).catch(() => {});
}

/** On this machine there is no more that its user may do. */
async function mendHere(mend: MachineMend): Promise<void> {
	if (mend.kind !== 'lingering') throw new Error(`${mend.kind} is not for a local server`);
	await linger(mend.user);
}

const LINGER_TIMEOUT_MS = 20_000;
/** Whom the machine does not let do that may still be root without a password. */
const LINGER_SCRIPT = 'loginctl enable-linger "$1" || sudo -n loginctl enable-linger "$1"';

async function linger(user: string): Promise<void> {
	const command = ['/bin/sh', '-c', LINGER_SCRIPT, 'sh', user] as const;
	const { exitCode, stderr } = await localLink.run(command, { timeoutMs: LINGER_TIMEOUT_MS });
	if (exitCode !== 0) throw new ProcdeckError('refused', stderr.trim() || 'it took too long');
}

/** @throws ProcdeckError `refused` with the reasons of the rows that failed */
function requireDone(rows: readonly ChangeRow[]): void {
	const reasons = rows.flatMap((row) => (succeeded(row) ? [] : [row.reason ?? row.outcome]));
	if (reasons.length > 0) throw new ProcdeckError('refused', [...new Set(reasons)].join('; '));
}

function entryOf({ definition }: Server, mend: Mend, { who, changeId }: ChangeOptions): HistoryEntry {
	return {
		id: freshId(),
		changeId,
		at: new Date().toISOString(),
		who,
		verb: 'doctor --fix',
		server: definition.name,
		type: null,
		from: null,
		to: null,
		outcome: 'done',
		reason: mendText(mend),
	};
}
