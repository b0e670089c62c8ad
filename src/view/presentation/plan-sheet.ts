import type { Model } from '../model.ts';
import { planFor } from '../plans.ts';
import type { Plan } from '../ui.ts';
import { button } from './button.ts';
import { bold, dim, padEnd, plain, type Row, shorten, span, widthOf } from './row.ts';
import { ruleRow } from './rule.ts';

/** Lines of what a change does to what. */
export function effectRows(effects: Plan['effects'], model: Model, width: number): Row[] {
	const longest = Math.max(12, ...effects.map(({ what }) => widthOf(what))) + 2;
	const whatWidth = Math.min(longest, Math.max(14, width - 38));
	return effects.map(({ what, effect, pids }): Row => {
		const touched = effect !== 'unchanged' && effect !== 'unreachable';
		const text = `   ${padEnd(shorten(what, whatWidth - 2, model.glyphs.ellipsis), whatWidth)}`;
		const role = touched ? 'accent' : effect === 'unreachable' ? 'warn' : 'dim';
		return [
			touched ? plain(text) : dim(text),
			span(role, padEnd(effect.replace('→', model.glyphs.arrow), 16)),
			dim(pids),
		];
	});
}

const SAME_AS = '   same as   ';
const MOST_COMMAND_ROWS = 3;

/** The command that does the same, broken between its words where it is long. */
export function commandRows(command: string, width: number, { glyphs }: Model): Row[] {
	const room = width - SAME_AS.length - 1;
	const lines: string[] = [];
	for (const word of command.split(' ')) {
		const last = lines.at(-1);
		if (last !== undefined && widthOf(`${last} ${word}`) <= room) lines[lines.length - 1] = `${last} ${word}`;
		else lines.push(word);
	}
	const shown = lines.slice(0, MOST_COMMAND_ROWS);
	if (lines.length > shown.length) shown.push(glyphs.ellipsis);
	return shown.map((line, position) => [
		dim(position === 0 ? SAME_AS : ' '.repeat(SAME_AS.length)),
		plain(line),
	]);
}

/** What a change would do, the command that does the same, and whether to do it. */
export function planRows(shown: Plan, focused: 'cancel' | 'run', model: Model, width: number): Row[] {
	// What runs goes on changing while the plan is looked at.
	const plan = planFor(model.state, shown.intent) ?? shown;
	const withArrows = (text: string) => text.replaceAll('→', model.glyphs.arrow);
	return [
		ruleRow(
			[bold(withArrows(plan.title), 'accent')],
			bold(model.state.stack.environment),
			width,
			model.glyphs,
			'accent',
		),
		[],
		[bold(`   ${withArrows(plan.sentence)}`)],
		[],
		...effectRows(plan.effects, model, width),
		[],
		...commandRows(plan.command, width, model),
		[],
		[
			plain('   '),
			button('Cancel', focused === 'cancel'),
			plain('   '),
			bold('y '),
			button(plan.button, focused === 'run'),
		],
	];
}
