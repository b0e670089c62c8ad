/** The names of a type's first instances. */
export function namesOf(type: string, count: number): string[] {
	return range(1, count).map((index) => `${type}.${index}`);
}

/** The type of an instance, by its name. */
export function typeOf(instance: string): string {
	return instance.slice(0, instance.lastIndexOf('.'));
}

/** The number of an instance, by its name. */
export function indexOf(instance: string): number {
	return Number(instance.slice(instance.lastIndexOf('.') + 1));
}

/** Whether a name is that of an instance of the type. Types have names without a dot. */
export function isInstanceOf(name: string, type: string): boolean {
	return name.startsWith(`${type}.`);
}

export function range(first: number, last: number): number[] {
	return Array.from({ length: Math.max(0, last - first + 1) }, (_, offset) => first + offset);
}

const MOST_NAMED = 4;

/** `web.1, web.2 and web.3`; of many only the first. */
export function listed(names: readonly string[]): string {
	const isLong = names.length > MOST_NAMED;
	const words = isLong
		? [...names.slice(0, MOST_NAMED - 1), `${names.length - MOST_NAMED + 1} more`]
		: [...names];
	const last = words.pop() ?? '';
	return words.length === 0 ? last : `${words.join(', ')} and ${last}`;
}
