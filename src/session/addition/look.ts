import type { LineListener } from '../../link/lines.ts';
import type { AdditionStep } from '../../model/addition.ts';
import { ProcdeckError } from '../../model/errors.ts';
import type { Finding } from '../../model/finding.ts';
import type { SetupPlan } from '../../model/setup.ts';
import type { MachineLook } from '../../server/machine.ts';
import type { Server } from '../../server/server.ts';
import { findingsOf } from '../doctor.ts';
import { snapshotOf } from '../snapshot.ts';
import type { Addition } from './prepare.ts';
import { additionSteps } from './steps.ts';

/** A version of the app's code that can be put on a server that has none. */
export interface Code {
	/** `4f2a91c Sell socks`, for people. */
	readonly title: string;
	/** What a person may not expect of it. */
	readonly remarks: readonly string[];
	/** @throws ProcdeckError */
	put(server: Server, onLine: LineListener): Promise<void>;
	/** Takes away what was made for it. */
	close(): Promise<void>;
}

/** Chooses a version of the code. @throws ProcdeckError where there is none to be had */
export type ChooseCode = () => Promise<Code>;

/** What has to be known before a server is added. */
export interface AdditionLook {
	readonly findings: readonly Finding[];
	/** Those findings that no step mends: with any of them nothing of the stack could run there. */
	readonly obstacles: readonly Finding[];
	/** Empty where there are obstacles. */
	readonly steps: readonly AdditionStep[];
	readonly setup: SetupPlan;
	/** What is to be put there; null: nothing, because something is there. To be closed. */
	readonly code: Code | null;
}

const NOTHING: SetupPlan = { isSetUp: true, items: [] };

/**
 * Looks at the server. Nothing is changed yet.
 * @throws ProcdeckError `unreachable`, `refused`
 */
export async function lookAtAddition(
	addition: Addition,
	server: Server,
	chooseCode: ChooseCode,
): Promise<AdditionLook> {
	const findings = await findingsOf(server);
	const nothing = { findings, steps: [], setup: NOTHING, code: null };
	const early = fatalAmong(findings, ['code', 'run user']);
	if (early.length > 0) return { ...nothing, obstacles: fatalAmong(findings, []) };
	const machine = (await server.machine?.look()) ?? null;
	const obstacles = [
		...fatalAmong(findings, machine === null ? [] : mended(machine)),
		...packageObstacles(addition, machine),
	];
	if (obstacles.length > 0) return { ...nothing, obstacles };
	const code = machine?.hasCode === false ? await chooseCode() : null;
	try {
		const setup = (await server.setup?.plan()) ?? NOTHING;
		const observation = await snapshotOf(server);
		const release = code?.title ?? null;
		const steps = additionSteps(addition, { machine, setup, observation, release });
		// What is mended is in the plan.
		const lasting = findings.filter(({ severity }) => severity !== 'fatal');
		return { findings: [...lasting, ...remarksOn(addition, code)], obstacles, setup, steps, code };
	} catch (error) {
		await code?.close();
		throw error;
	}
}

function remarksOn({ definition: { name: server } }: Addition, code: Code | null): Finding[] {
	const remarks = code?.remarks ?? [];
	return remarks.map((message) => ({ server, check: 'release', severity: 'warning', message, fix: null }));
}

function fatalAmong(findings: readonly Finding[], but: readonly string[]): Finding[] {
	return findings.filter(({ severity, check }) => severity === 'fatal' && !but.includes(check));
}

/** Checks that are mended by what is to be done. Whether a user may enter the code nobody knows before there is that user. */
function mended({ missingUser, hasCode }: MachineLook): string[] {
	const isCodeMended = !hasCode || missingUser !== null;
	return [...(missingUser === null ? [] : ['run user']), ...(isCodeMended ? ['code'] : [])];
}

function packageObstacles({ definition }: Addition, machine: MachineLook | null): Finding[] {
	if (machine === null || machine.missingPackages.length === 0) return [];
	const { missingPackages, installation } = machine;
	const names = missingPackages.join(', ');
	const finding = { server: definition.name, check: 'packages', severity: 'fatal' } as const;
	if (installation === null) {
		const message = `${names} must be there, and no package manager is known`;
		return [{ ...finding, message, fix: 'install them there, and do it again' }];
	}
	if (definition.scope === 'system') return [];
	const message = `${names} must be installed there first, which the scope of a user does not allow`;
	return [{ ...finding, message, fix: `as root there: ${installation}` }];
}

/** What is said of a server on which nothing of the stack could run. */
export function notReady(server: string, obstacles: readonly Finding[]): ProcdeckError {
	const code = obstacles.some(({ check }) => check === 'connection') ? 'unreachable' : 'refused';
	const reasons = obstacles.map(({ check, message }) => {
		const about = check === 'connection' ? '' : `${check}: `;
		const words = message.startsWith(`${server}: `) ? message.slice(server.length + 2) : message;
		return `${server}: ${about}${words}`;
	});
	const fixes = [...new Set(obstacles.flatMap(({ fix }) => fix ?? []))];
	return new ProcdeckError(code, reasons.join('\n'), fixes.length === 0 ? null : fixes.join('\n  '));
}
