import { Document, isMap, isPair, isScalar, type Pair, parseDocument, stringify, type YAMLMap } from 'yaml';
import { ProcdeckError } from './errors.ts';

/** A change of a YAML file: what it makes of the document, and of the text where the file's own layout can be kept. */
export interface Edit {
	readonly change: (document: Document) => void;
	/** null: not in this layout. */
	readonly splice: (document: Document, text: string) => string | null;
}

/** @throws ProcdeckError `invalid-file` */
export function parseForEdit(text: string): Document {
	const document = parseDocument(text, { prettyErrors: false, logLevel: 'error' });
	if (document.errors.length === 0) return document as unknown as Document;
	throw new ProcdeckError('invalid-file', `not valid YAML: ${document.errors[0]?.message}`);
}

/** The keys of the mapping at a path; none where there is no mapping. */
export function keysAt(text: string, path: readonly string[]): string[] {
	const node = parseForEdit(text).getIn(path);
	return isMap(node) ? node.items.map(({ key }) => (isScalar(key) ? String(key.value) : String(key))) : [];
}

/**
 * Takes the text that keeps the layout where it means what the change means; else the file is written in our own.
 * @throws ProcdeckError `refused` for what nothing but a person can edit
 */
export function appliedEdit(text: string, { change, splice }: Edit): string {
	try {
		const changed = parseForEdit(text);
		change(changed);
		const spliced = splice(parseForEdit(text), text);
		if (spliced !== null && meaning(parseOrNull(spliced)) === meaning(changed)) return spliced;
		return changed.toString({ lineWidth: 0 });
	} catch (error) {
		if (error instanceof ProcdeckError) throw error;
		// An alias whose anchor would go, for one.
		const reason = error instanceof Error ? error.message : String(error);
		throw new ProcdeckError('refused', `the stack file cannot be edited: ${reason}`, 'edit it by hand');
	}
}

function parseOrNull(text: string): Document | null {
	const document = parseDocument(text, { prettyErrors: false, logLevel: 'error' });
	return document.errors.length === 0 ? (document as unknown as Document) : null;
}

function meaning(document: Document | null): string | null {
	return document === null ? null : JSON.stringify(document.toJS() ?? {});
}

/** A key more, after those that the mapping at a path has; an empty path is the file itself. */
export function insertion(parent: readonly string[], key: string, value: unknown): Edit {
	return {
		change(document) {
			if (document.contents === null) document.contents = document.createNode({}) as never;
			document.setIn([...parent, key], document.createNode(value));
		},
		splice(document, text) {
			const map = parent.length === 0 ? document.contents : document.getIn(parent);
			if (map === null) return appended(text, blockOf(key, value, { indent: '', isFlow: false, step: 2 }));
			if (!isMap(map) || map.items.length === 0) return null;
			return map.flow ? insertIntoFlow(text, map, key, value) : insertIntoBlock(text, map, key, value);
		},
	};
}

function insertIntoBlock(text: string, map: YAMLMap, key: string, value: unknown): string | null {
	const last = map.items.at(-1);
	const first = map.items[0];
	if (!isPair(last) || !isPair(first)) return null;
	const indent = indentOf(text, startOf(first));
	// A section of the file is never squeezed into a line.
	const isFlow = indent !== '' && !(isMap(last.value) && !last.value.flow);
	const block = blockOf(key, value, { indent, isFlow, step: stepOf(text, last) });
	const end = lineEnd(text, endOf(last));
	return `${appended(text.slice(0, end), block.replaceAll('\n', newlineOf(text)))}${text.slice(end)}`;
}

function insertIntoFlow(text: string, map: YAMLMap, key: string, value: unknown): string | null {
	const last = map.items.at(-1);
	if (!isPair(last)) return null;
	const end = endOf(last);
	const entry = flowText({ [key]: value }).replace(/^\{\s*|\s*\}$/g, '');
	return `${text.slice(0, end)}, ${entry}${text.slice(end)}`;
}

/** A key less. */
export function removal(path: readonly string[]): Edit {
	return {
		change: (document) => void document.deleteIn(path),
		splice(document, text) {
			const map = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1));
			if (!isMap(map)) return null;
			const position = map.items.findIndex(({ key }) => isScalar(key) && String(key.value) === path.at(-1));
			const pair = map.items[position];
			if (!isPair(pair)) return null;
			return map.flow ? removeFromFlow(text, map, position) : removeLines(text, pair);
		},
	};
}

function removeLines(text: string, pair: Pair): string | null {
	const start = text.lastIndexOf('\n', startOf(pair) - 1) + 1;
	// Something else begins on the same line.
	if (text.slice(start, startOf(pair)).trim() !== '') return null;
	return text.slice(0, start) + text.slice(lineEnd(text, endOf(pair)));
}

function removeFromFlow(text: string, map: YAMLMap, position: number): string | null {
	const pair = map.items[position];
	const next = map.items[position + 1];
	const before = map.items[position - 1];
	if (!isPair(pair)) return null;
	if (isPair(next)) return text.slice(0, startOf(pair)) + text.slice(startOf(next));
	const start = isPair(before) ? endOf(before) : startOf(pair);
	return text.slice(0, start) + text.slice(endOf(pair));
}

/** Another value for a key. */
export function replacement(path: readonly string[], value: unknown): Edit {
	return {
		change: (document) => document.setIn(path, document.createNode(value)),
		splice(document, text) {
			const { range } = (document.getIn(path, true) ?? {}) as { range?: readonly [number, number, number] };
			if (!range) return null;
			// A block's text may end with its newline.
			const end = text.slice(0, range[1]).trimEnd().length;
			return text.slice(0, range[0]) + flowText(value) + text.slice(end);
		},
	};
}

interface BlockStyle {
	readonly indent: string;
	/** In one line. */
	readonly isFlow: boolean;
	/** How much deeper a mapping's own keys are. */
	readonly step: number;
}

/** A key with its value, ended by a newline; what is within the value stands in one line each. */
function blockOf(key: string, value: unknown, { indent, isFlow, step }: BlockStyle): string {
	const document = new Document({ [key]: value });
	const entries = document.get(key);
	if (isMap(entries)) {
		entries.flow = isFlow;
		for (const { value: inner } of entries.items) if (isMap(inner)) inner.flow = true;
	}
	const lines = document.toString({ lineWidth: 0, indent: step }).trimEnd().split('\n');
	return lines.map((line) => `${indent}${line}\n`).join('');
}

function flowText(value: unknown): string {
	return stringify(value, { collectionStyle: 'flow', lineWidth: 0 }).trimEnd();
}

/** At the end of a text, on a line of its own. */
function appended(text: string, block: string): string {
	return text === '' || text.endsWith('\n') ? text + block : `${text}${newlineOf(text)}${block}`;
}

function newlineOf(text: string): string {
	return text.includes('\r\n') ? '\r\n' : '\n';
}

function startOf({ key }: Pair): number {
	return (isScalar(key) ? key.range?.[0] : undefined) ?? 0;
}

/** Where a value's own text ends, without what follows it on its line. */
function endOf({ key, value }: Pair): number {
	const range = (value as { range?: readonly [number, number, number] } | null)?.range;
	return range?.[1] ?? (isScalar(key) ? key.range?.[1] : undefined) ?? 0;
}

/** The beginning of the next line. */
function lineEnd(text: string, offset: number): number {
	// A block's text may end with its newline.
	if (text[offset - 1] === '\n') return offset;
	const newline = text.indexOf('\n', offset);
	return newline === -1 ? text.length : newline + 1;
}

function indentOf(text: string, offset: number): string {
	const start = text.lastIndexOf('\n', offset - 1) + 1;
	return text.slice(start, offset).replace(/\S.*$/, '');
}

/** How much deeper a mapping's own keys are. */
function stepOf(text: string, { key, value }: Pair): number {
	if (!isScalar(key) || !isMap(value) || value.flow || !isPair(value.items[0])) return 2;
	const outer = indentOf(text, key.range?.[0] ?? 0).length;
	return Math.max(1, indentOf(text, startOf(value.items[0])).length - outer);
}
