import { basename } from 'node:path';
import { ADDITION_STEPS, type AdditionStep, type AdditionStepName } from '../../model/addition.ts';
import { lookUp } from '../../model/look-up.ts';
import type { ServerObservation } from '../../model/observed.ts';
import type { SetupPlan } from '../../model/setup.ts';
import type { MachineLook } from '../../server/machine.ts';
import type { Addition } from './prepare.ts';

/** What was seen of a server that is to be added. */
export interface AdditionSight {
	/** null: this machine, of which nothing is to be prepared. */
	readonly machine: MachineLook | null;
	readonly setup: SetupPlan;
	readonly observation: Pick<ServerObservation, 'power' | 'types'>;
	/** What is to be released there, such as `4f2a91c`; null: nothing, because something is there. */
	readonly release: string | null;
}

type Part = Omit<AdditionStep, 'name'>;

/** All that adding a server is, with what of it is done already. */
export function additionSteps(addition: Addition, sight: AdditionSight): AdditionStep[] {
	const parts = { ...machineParts(addition, sight), ...stackParts(addition, sight) };
	return ADDITION_STEPS.flatMap((name) => {
		const part = parts[name];
		return part === null ? [] : [{ name, ...part }];
	});
}

/** null: it is no part of adding this server. */
type Parts<Name extends AdditionStepName> = Readonly<Record<Name, Part | null>>;

function machineParts(
	{ stack }: Addition,
	{ machine, release }: AdditionSight,
): Parts<'packages' | 'user' | 'release' | 'check'> {
	if (machine === null) return { packages: null, user: null, release: null, check: null };
	const { missingPackages, installation, missingUser } = machine;
	const packages: Part = {
		verb: 'install',
		what: (missingPackages.length > 0 ? missingPackages : stack.packages).join(', '),
		details: installation === null ? [] : [installation],
		isDone: missingPackages.length === 0,
	};
	const user: Part = {
		verb: 'make',
		what: `the user ${missingUser ?? stack.user}, whom instances run as`,
		details: [`useradd --system --create-home ${missingUser}`],
		isDone: missingUser === null,
	};
	const code: Part = {
		verb: 'release',
		what: `${release} into ${stack.path}`,
		details: [],
		isDone: false,
	};
	const isPrepared = packages.isDone && user.isDone && release === null;
	return {
		packages: stack.packages.length === 0 ? null : packages,
		user: stack.user === null ? null : user,
		release: release === null ? null : code,
		check: isPrepared ? null : { verb: 'check', what: 'what instances need', details: [], isDone: false },
	};
}

function stackParts(
	{ stack, definition: { name }, edit }: Addition,
	{ setup, observation }: AdditionSight,
): Parts<'units' | 'file' | 'start'> {
	const items = setup.items.filter(({ action }) => action !== 'nothing');
	const starts = firstCounts({ stack, name }, observation);
	return {
		units: {
			verb: 'write',
			what: 'units, scripts and the environment',
			details: items.flatMap(({ paths }) => paths),
			isDone: items.length === 0,
		},
		file: {
			verb: 'write',
			what: `${name} as a server into ${edit === null ? 'the stack file' : basename(edit.path)}`,
			details: [],
			isDone: edit === null,
		},
		start:
			starts.length === 0
				? null
				: {
						verb: 'start',
						what: starts.map(({ type, to }) => `${type}=${to}`).join(' '),
						details: [],
						isDone: false,
					},
	};
}

/** How many instances the stack file has of each type there from the first; none where anything is wanted there already. */
export function firstCounts(
	{ stack, name }: { readonly stack: Addition['stack']; readonly name: string },
	{ power, types }: AdditionSight['observation'],
): { readonly type: string; readonly to: number }[] {
	const isInUse = types.some(({ wanted, paused }) => wanted > 0 || paused !== null);
	if (power !== 'never' && isInUse) return [];
	return stack.processTypes.flatMap((type) => {
		const to = lookUp(type.settings.scale, name) ?? 0;
		return to === 0 ? [] : [{ type: type.name, to }];
	});
}
