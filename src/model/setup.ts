/** Something that Procdeck keeps on a server beside instances, and that is not as the stack's files want it. */
export interface SetupItem {
	/** null: it is of no one type. */
	readonly type: string | null;
	/** What is the matter: `its unit was changed by hand`. */
	readonly what: string;
	/** What is done about it; `nothing` where `what` says why not. */
	readonly action: 'write' | 'remove' | 'renumber' | 'nothing';
	/** What is written or removed. */
	readonly paths: readonly string[];
	/** As {@link lineDiff} has it. No values of the environment. */
	readonly diff: readonly string[];
}

/** What is to be done on a server so that it is as the stack's files want it. */
export interface SetupPlan {
	/** False: nothing of the stack was ever set up there. */
	readonly isSetUp: boolean;
	/** Empty: it is as it should be. */
	readonly items: readonly SetupItem[];
}

const DONE = { write: 'written', remove: 'removed', renumber: 'renumbered' } as const;

/** What was done about it, and why. */
export function doneText({ what, action }: Pick<SetupItem, 'what' | 'action'>): string {
	return action === 'nothing' ? what : `${DONE[action]}, because ${what}`;
}

/** Whether there is anything to do. */
export function changesSomething({ items }: SetupPlan): boolean {
	return items.some(({ action }) => action !== 'nothing');
}
