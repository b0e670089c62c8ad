import type { Command } from 'commander';
import type { CommandTree } from '../view/command-tree.ts';
import { completions } from './complete.ts';
import { reportVerbs } from './tree/reports.ts';

/** Verbs that change nothing, whatever their flags; any other might. */
const HARMLESS: ReadonlySet<string> = new Set([...Object.keys(reportVerbs), 'completion']);

function changes([verb = '', ...words]: readonly string[]): boolean {
	if (verb === 'env') return words.some((word) => word === 'set' || word === 'unset');
	if (verb === 'boot') return words[0] !== 'status';
	if (verb === 'scale' && words.length === 0) return false;
	return !HARMLESS.has(verb);
}

/** The command line as the console's own prompt takes it. */
export function commandTreeOf(allVerbs: () => Command): CommandTree {
	let made: Command | null = null;
	const program = () => {
		made ??= allVerbs();
		return made;
	};
	// The console passes those on that it was opened with.
	const isOwn = (flag: string) =>
		!program().options.some(({ short, long }) => flag === short || flag === long);
	return {
		get verbs() {
			const visible = program().createHelp().visibleCommands(program());
			return visible.map((command) => command.name()).filter((name) => name !== 'help');
		},
		changes,
		complete: (words, names) =>
			completions(program(), words, names).filter((word) => !word.startsWith('-') || isOwn(word)),
	};
}
