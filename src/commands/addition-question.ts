import { basename } from 'node:path';
import { type AdditionStep, stepsLeft } from '../model/addition.ts';
import { lineDiff } from '../model/line-diff.ts';
import { changesSomething } from '../model/setup.ts';
import type { AdditionLook } from '../session/addition/look.ts';
import type { Addition } from '../session/addition/prepare.ts';
import type { Question } from './confirm.ts';
import { setupDetails, setupText } from './output/setup-text.ts';

/** What adding a server does, there and here, and whether to do it. */
export function additionQuestion(addition: Addition, look: AdditionLook): Question {
	const { definition, edit } = addition;
	const { name } = definition;
	const left = stepsLeft(look.steps);
	const partsOf = (...names: readonly AdditionStep['name'][]) =>
		left.filter((step) => names.includes(step.name)).flatMap(stepLines);
	const units = changesSomething(look.setup) ? setupText(name, look.setup).split('\n') : [name];
	const [title = name, ...written] = units;
	const there = [...partsOf('packages', 'user', 'release', 'check'), ...written, ...partsOf('start')];
	const plan = [...(there.length === 0 ? [] : [title, ...there]), ...fileLines(addition)];
	const diff =
		edit === null ? [] : [`--- ${basename(edit.path)}`, ...lineDiff(edit.before ?? '', edit.after)];
	return {
		plan: plan.join('\n'),
		question: `Add ${name}?`,
		details: [setupDetails([[name, look.setup]]) ?? [], diff].flat().join('\n'),
	};
}

function stepLines({ verb, what, details }: AdditionStep): string[] {
	return [`  ${verb.padEnd(10)}${what}`, ...details.map((line) => `${' '.repeat(12)}${line}`)];
}

function fileLines({ stack, definition: { name }, edit }: Addition): string[] {
	if (edit === null) return [];
	// Where the file named no servers it meant this machine, which has to be said now.
	const meantLocal =
		stack.servers.some((server) => server.name === 'local') && !/^servers:/m.test(edit.before ?? '');
	const local =
		'  write     local: this machine, which stays one of them (`procdeck server remove local` takes it out)';
	return [basename(edit.path), `  write     ${name} as one of its servers`, ...(meantLocal ? [local] : [])];
}
