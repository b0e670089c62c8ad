// zod/mini: the full zod takes three times as long to load and to build a schema.
import * as z from 'zod/mini';
import { parseSize } from './bytes.ts';
import { NAME_CHARACTERS } from './names.ts';

/** The kinds of value in a stack file. Each message completes «KEY …» and names what is allowed. */

/** An optional key and what it means, for editors. */
export function optional<Value extends z.ZodMiniType>(value: Value, description: string) {
	return z.optional(value.check(z.describe(description)));
}

export function text(error = 'must be text') {
	return z.string({ error }).check(z.minLength(1, { error }));
}

export function absolutePath(error: string) {
	return z.string({ error }).check(z.regex(/^\//, { error }));
}

export function wholeNumber(least: number, most?: number) {
	const error = `must be a whole number, ${most === undefined ? `${least} or more` : `from ${least} to ${most}`}`;
	const number = z.int({ error }).check(z.gte(least, { error }));
	return most === undefined ? number : number.check(z.lte(most, { error }));
}

export function port() {
	return wholeNumber(1, 65_535);
}

export function seconds(least: 'above 0' | 'from 0') {
	const error = `must be a number of seconds ${least}`;
	return z.number({ error }).check(least === 'above 0' ? z.gt(0, { error }) : z.gte(0, { error }));
}

export function oneOf<const Values extends readonly string[]>(values: Values) {
	return z.enum(values, { error: `must be ${values.slice(0, -1).join(', ')} or ${values.at(-1)}` });
}

export function flag() {
	return z.boolean({ error: 'must be true or false' });
}

export function listOf<Item extends z.ZodMiniType>(item: Item, of: string) {
	return z.array(item, { error: `must be a list of ${of}` });
}

/** A mapping with these keys and no others. */
export function mapping<Shape extends z.core.$ZodShape>(shape: Shape) {
	return z.strictObject(shape, { error: 'must be a mapping of keys to values' });
}

export function name() {
	const error = `must be a name of ${NAME_CHARACTERS}`;
	return z.string({ error }).check(z.regex(/^[A-Za-z0-9_-]+$/, { error }));
}

/** A mapping whose keys are names of servers or process types. */
export function namesTo<Value extends z.ZodMiniType>(value: Value) {
	return z.record(name(), value, { error: 'must be a mapping of names to values' });
}

export function size() {
	const error = 'must be a size such as 512K, 64M or 2G, or a number of bytes';
	const written = z.string().check(z.regex(/^\d+(?:\.\d+)?[KMG]?$/, { error }));
	const bytes = z.int().check(z.gte(1, { error }));
	return z
		.union([written, bytes], { error })
		.check(z.refine((value) => parseSize(value) !== null, { error }));
}
