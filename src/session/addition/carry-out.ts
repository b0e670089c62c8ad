import { isDeepStrictEqual } from 'node:util';
import { writeEdit } from '../../files/edit-stack-file.ts';
import type { LineListener } from '../../link/lines.ts';
import { type AdditionStepName, stepsLeft } from '../../model/addition.ts';
import type { ChangeOptions, ChangeRow } from '../../model/change.ts';
import { ProcdeckError } from '../../model/errors.ts';
import { changesSomething, type SetupPlan } from '../../model/setup.ts';
import type { Server } from '../../server/server.ts';
import { findingsOf } from '../doctor.ts';
import { applyExplained } from '../explain.ts';
import { snapshotOf } from '../snapshot.ts';
import { type AdditionLook, notReady } from './look.ts';
import type { Addition } from './prepare.ts';
import { type StepReporter, taken } from './reporter.ts';
import { firstCounts } from './steps.ts';

/** A server that was looked at, and what it takes to add it. */
export interface AdditionWork {
	readonly addition: Addition;
	readonly look: AdditionLook;
	readonly server: Server;
	readonly reporter: StepReporter;
	readonly options: ChangeOptions;
}

const READY = 'ready to take over workers, not serving web';

/**
 * Takes the steps that are left, in their order. One that fails ends it, and what was done before stays: done again it goes
 * on there.
 * @throws ProcdeckError `conflict` where the server or the file has become another meanwhile; `refused`, `unreachable`
 */
export async function carryOutAddition(work: AdditionWork): Promise<ChangeRow[]> {
	const { addition, look, reporter } = work;
	const { name } = addition.definition;
	const left = stepsLeft(look.steps);
	const rows: ChangeRow[] = [];
	for (const step of left) rows.push(...(await taken(step, reporter, () => TAKE[step.name](work))));
	const outcome = left.some((step) => step.name !== 'start') ? 'done' : 'unchanged';
	return [{ server: name, type: null, from: null, to: name, outcome, reason: READY }, ...rows];
}

type Take = (work: AdditionWork) => Promise<ChangeRow[]>;

const TAKE: Readonly<Record<AdditionStepName, Take>> = {
	async packages({ server, addition, reporter }) {
		const missing = (await server.machine!.look()).missingPackages;
		if (missing.length > 0) await server.machine!.install(missing, listening(reporter));
		const absent = (await server.machine!.look()).missingPackages;
		if (absent.length === 0) return [];
		const where = addition.definition.name;
		throw new ProcdeckError('refused', `${absent.join(', ')} cannot be seen on ${where} once installed`);
	},
	async user({ server, reporter }) {
		const { missingUser } = await server.machine!.look();
		if (missingUser !== null) await server.machine!.addUser(missingUser, listening(reporter));
		return [];
	},
	async release({ server, look, reporter }) {
		await look.code!.put(server, listening(reporter));
		return [];
	},
	async check({ server }) {
		const findings = await findingsOf(server);
		const obstacles = findings.filter(({ severity }) => severity === 'fatal');
		if (obstacles.length > 0) throw notReady(server.definition.name, obstacles);
		return [];
	},
	async units({ server, look, options: { who, changeId } }) {
		const plan = await planWithin(server, look.setup);
		if (changesSomething(plan)) await server.setup?.write(plan, { who, changeId, verb: 'server add' });
		return [];
	},
	async file({ addition: { edit } }) {
		if (edit !== null) await writeEdit(edit);
		return [];
	},
	async start({ addition, server, options }) {
		const { stack, definition } = addition;
		const counts = firstCounts({ stack, name: definition.name }, await snapshotOf(server));
		const targets = counts.map(({ type, to }) => ({ type, to, expected: null }));
		return applyExplained(server, { verb: 'scale', targets }, options);
	},
};

function listening(reporter: StepReporter): LineListener {
	return (line) => reporter.line(line);
}

/** What is to be written now, which the steps before may have done in part. Nothing is written that was not shown. */
async function planWithin(server: Server, shown: SetupPlan): Promise<SetupPlan> {
	const plan = (await server.setup?.plan()) ?? shown;
	const isShown = plan.items.every((item) => shown.items.some((other) => isDeepStrictEqual(item, other)));
	if (isShown) return plan;
	throw new ProcdeckError(
		'conflict',
		'somebody has changed what is there meanwhile',
		'do it again to see what it is now',
	);
}
