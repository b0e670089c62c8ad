import {
	type Document,
	isAlias,
	isMap,
	isScalar,
	isSeq,
	LineCounter,
	parseDocument,
	type YAMLError,
} from 'yaml';
import type { FileMessage } from './errors.ts';
import { explain, type Fault, type Path } from './stack-file-faults.ts';
import { findContradictions } from './stack-file-rules.ts';
import { type StackFileInput, stackFileSchema } from './stack-file-schema.ts';

/** A stack file whose values are of the right types; the values of `env:` as they are written. */
export type StackFileContent = Omit<StackFileInput, 'env'> & {
	readonly env?: Readonly<Record<string, string>>;
};

export interface StackFile {
	/**
	 * The keys without faults, for what must go on working with a broken file; null when not even the stack's name,
	 * environment and servers are known.
	 */
	readonly content: StackFileContent | null;
	readonly errors: readonly FileMessage[];
	/** The line of a key or of a list's item, from 1; of the nearest one above it where it does not exist. */
	readonly lineOf: (path: Path) => number;
}

/** Keys that decide which stack and which servers are meant. */
const IDENTITY = ['stack', 'environment', 'servers'];

/**
 * Reads a stack file. It never throws.
 * @param file the name that messages carry
 */
export function parseStackFile(text: string, file: string): StackFile {
	const lines = new LineCounter();
	const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'error' });
	const lineOf = (path: Path) => lines.linePos(locate(document, path).offset).line;
	const syntax = [...document.errors, ...document.warnings].map((error) => ({
		file,
		line: lines.linePos(error.pos[0]).line,
		message: syntaxMessage(error, text),
	}));
	if (syntax.length > 0) return { content: null, errors: syntax, lineOf };
	const value = toValue(document);
	if (typeof value === 'string')
		return { content: null, errors: [{ file, line: 1, message: value }], lineOf };
	const { content, faults } = validate(document, value.value);
	const errors = faults.map(({ path, message }) => ({
		file,
		line: lineOf(path),
		message: path.length === 0 ? message : `${keyPath(path)} ${message}`,
	}));
	return { content, errors: errors.sort((a, b) => a.line - b.line), lineOf };
}

function validate(document: Document, value: unknown): { content: StackFileContent | null; faults: Fault[] } {
	const parsed = stackFileSchema.safeParse(value);
	if (parsed.success) {
		const content = withWrittenEnvironment(document, parsed.data);
		return { content, faults: findContradictions(content) };
	}
	const faults = explain(parsed.error.issues, value);
	return { content: withoutFaulty(document, value, faults), faults };
}

function withoutFaulty(
	document: Document,
	value: unknown,
	faults: readonly Fault[],
): StackFileContent | null {
	const faulty = new Set(faults.map(({ path }) => path[0]));
	if (typeof value !== 'object' || value === null || IDENTITY.some((key) => faulty.has(key))) return null;
	const kept = Object.entries(value).filter(([key]) => !faulty.has(key));
	const parsed = stackFileSchema.safeParse(Object.fromEntries(kept));
	return parsed.success ? withWrittenEnvironment(document, parsed.data) : null;
}

/** Numbers as they stand in the file: `VERSION: 1.10` is not 1.1. */
function withWrittenEnvironment(document: Document, input: StackFileInput): StackFileContent {
	const { env, ...rest } = input;
	if (env === undefined) return rest;
	const written = Object.entries(env).map(([name, value]) => {
		if (typeof value === 'string') return [name, value];
		const { node } = locate(document, ['env', name]);
		return [name, (isScalar(node) && node.source) || String(value)];
	});
	return { ...rest, env: Object.fromEntries(written) };
}

/** The document as plain values, an empty one as an empty mapping; or what is wrong with it. */
function toValue(document: Document): { value: unknown } | string {
	try {
		return { value: document.toJS() ?? {} };
	} catch (error) {
		// Aliases: to an anchor that does not exist, or so many that they would fill the memory.
		return error instanceof Error ? error.message : String(error);
	}
}

function locate(document: Document, path: Path): { node: unknown; offset: number } {
	let node: unknown = document.contents;
	let offset = 0;
	for (const step of path) {
		if (isAlias(node)) node = node.resolve(document);
		const next = child(node, step);
		if (next === null) break;
		({ node, offset } = next);
	}
	return { node, offset };
}

function child(parent: unknown, step: PropertyKey): { node: unknown; offset: number } | null {
	if (isMap(parent)) {
		const pair = parent.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
		return pair !== undefined && isScalar(pair.key)
			? { node: pair.value, offset: pair.key.range?.[0] ?? 0 }
			: null;
	}
	const item = isSeq(parent) ? parent.items[Number(step)] : undefined;
	return isScalar(item) || isMap(item) || isSeq(item) ? { node: item, offset: item.range?.[0] ?? 0 } : null;
}

function keyPath(path: Path): string {
	return path
		.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`))
		.join('')
		.slice(1);
}

function syntaxMessage(error: YAMLError, text: string): string {
	if (error.code === 'TAB_AS_INDENT') return 'tabs are not allowed as indentation; use spaces';
	if (error.code === 'MULTIPLE_DOCS')
		return 'only one YAML document is allowed; remove the "---" and what follows it';
	if (error.code !== 'DUPLICATE_KEY') return `not valid YAML: ${error.message}`;
	const key = /^[^:\n]*/.exec(text.slice(error.pos[0]))?.[0].trim();
	return `the key ${key} is there twice; remove one`;
}
