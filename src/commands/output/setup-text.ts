import type { SetupItem, SetupPlan } from '../../model/setup.ts';

const VERBS: Readonly<Record<SetupItem['action'], string>> = {
	write: 'write',
	remove: 'remove',
	renumber: 'renumber',
	nothing: 'leave',
};

const WIDEST_VERB = Math.max(...Object.values(VERBS).map(({ length }) => length));

/** What will be done on a server, in lines: the server, what is the matter, the files. */
export function setupText(server: string, { isSetUp, items }: SetupPlan): string {
	const state = isSetUp ? '' : ' (nothing of the stack is set up there yet)';
	return [`${server}${state}`, ...items.flatMap(itemLines)].join('\n');
}

function itemLines({ type, what, action, paths }: SetupItem): string[] {
	const about = type === null ? what : `${type}: ${what}`;
	const indent = ' '.repeat(WIDEST_VERB + 4);
	return [`  ${VERBS[action].padEnd(WIDEST_VERB)}  ${about}`, ...paths.map((path) => `${indent}${path}`)];
}

/** What changes in the files, line by line; null where there is nothing of the kind to show. */
export function setupDetails(plans: readonly (readonly [server: string, plan: SetupPlan])[]): string | null {
	const lines = plans.flatMap(([server, { items }]) => {
		const diff = items.flatMap((item) => item.diff);
		return diff.length === 0 ? [] : [`=== ${server}`, ...diff];
	});
	return lines.length === 0 ? null : lines.join('\n');
}
