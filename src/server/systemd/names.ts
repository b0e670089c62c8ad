import type { Stack } from '../../model/stack.ts';

/** What all of a stack's units begin with: `procdeck.shop.production`. */
export function stackUnit({ name, environment }: Pick<Stack, 'name' | 'environment'>): string {
	return `procdeck.${name}.${environment}`;
}

/** The target that wants every instance of the formation. */
export function targetName(prefix: string): string {
	return `${prefix}.target`;
}

/** The template that all instances of a process type are made of. */
export function templateName(prefix: string, type: string): string {
	return `${prefix}.${type}@.service`;
}

/** The unit of `worker.2`. */
export function unitName(prefix: string, type: string, index: number): string {
	return `${prefix}.${type}@${index}.service`;
}

/** The slice of a user's systemd that all instances of a process type are in. */
export function sliceName(prefix: string, type: string): string {
	// A plain hyphen would part it from its parent.
	return `app-${`${prefix}.${type}`.replaceAll('-', '\\x2d')}.slice`;
}

export interface InstanceName {
	/** `worker.2` */
	readonly name: string;
	readonly type: string;
	readonly index: number;
}

/** The instance that a unit of the stack is; null for any other unit. */
export function instanceOf(prefix: string, unit: string): InstanceName | null {
	if (!unit.startsWith(`${prefix}.`)) return null;
	const match = /^([A-Za-z0-9_-]+)@([1-9][0-9]{0,5})\.service$/.exec(unit.slice(prefix.length + 1));
	if (match === null) return null;
	const [, type = '', number = ''] = match;
	return { name: `${type}.${number}`, type, index: Number(number) };
}

/** The type whose template a unit file is; null for any other file. */
export function templateType(prefix: string, file: string): string | null {
	if (!file.startsWith(`${prefix}.`)) return null;
	return /^([A-Za-z0-9_-]+)@\.service$/.exec(file.slice(prefix.length + 1))?.[1] ?? null;
}

/** The object of a unit on the bus, as systemd escapes its name. */
export function objectPath(unit: string): string {
	const escaped = [...Buffer.from(unit)].map((byte, position) => {
		const character = String.fromCharCode(byte);
		const plain = position === 0 ? /[A-Za-z]/ : /[A-Za-z0-9]/;
		return plain.test(character) ? character : `_${byte.toString(16).padStart(2, '0')}`;
	});
	return `/org/freedesktop/systemd1/unit/${escaped.join('')}`;
}
