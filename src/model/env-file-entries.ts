import { ENTRY, sourceOf } from './env-file.ts';

/** A part of a text, in its own offsets. */
export interface Range {
	readonly start: number;
	readonly end: number;
}

/** An entry of an env file, and where it stands. */
export interface EnvEntry {
	readonly name: string;
	/** Of its name, from 1. */
	readonly line: number;
	/** Its lines, with the newline after them. */
	readonly lines: Range;
	/** Its value with the quotes; empty where it would be. */
	readonly value: Range;
}

const WITH_INDICES = new RegExp(ENTRY, 'dgm');

/** The entries of an env file as dotenv finds them, in their order. */
export function envEntries(text: string): EnvEntry[] {
	const source = sourceOf(text);
	const offsets = offsetsOf(text);
	const inText = ({ start, end }: Range): Range => ({ start: offsets[start]!, end: offsets[end]! });
	return Array.from(source.matchAll(WITH_INDICES), (match) => {
		const [, lead = '', name = ''] = match;
		const value = valueRange(match);
		const first = match.index + lead.length - lead.trimStart().length;
		const newline = source.indexOf('\n', value.end);
		const lines = {
			start: source.lastIndexOf('\n', first - 1) + 1,
			end: newline === -1 ? source.length : newline + 1,
		};
		const before = source.slice(0, match.index + lead.length);
		return { name, line: before.split('\n').length, lines: inText(lines), value: inText(value) };
	});
}

function valueRange({ indices, 4: value = '' }: RegExpExecArray): Range {
	const [start, end] = indices?.[4] ?? [indices![3]![1], indices![3]![1]];
	if (value.trim() === '') return { start, end: start };
	return { start: end - value.trimStart().length, end: start + value.trimEnd().length };
}

/** Where in a text each character stands that dotenv reads of it, and where it ends. */
function offsetsOf(text: string): number[] {
	const characters = [...text.matchAll(/\r\n?|[^\r]/g)].map(({ index }) => index);
	return [...(text.startsWith('\uFEFF') ? characters.slice(1) : characters), text.length];
}
