function isSame(some: readonly unknown[], others: readonly unknown[] | null): boolean {
	return others !== null && some.length === others.length && some.every((part, at) => part === others[at]);
}

/**
 * A function that computes anew only when one of the parts that its result depends on is another object than the last
 * time: a screen asks for the same many times, and of hundreds of servers few have changed.
 */
export function derived<Subject, Result>(
	partsOf: (subject: Subject) => readonly unknown[],
	compute: (subject: Subject) => Result,
): (subject: Subject) => Result {
	let parts: readonly unknown[] | null = null;
	let result: Result;
	return (subject) => {
		const present = partsOf(subject);
		if (!isSame(present, parts)) {
			result = compute(subject);
			parts = present;
		}
		return result;
	};
}

/** A function that computes once for each object. */
export function perObject<Subject extends object, Result>(
	compute: (subject: Subject) => Result,
): (subject: Subject) => Result {
	const results = new WeakMap<Subject, Result>();
	return (subject) => {
		const known = results.get(subject);
		if (known !== undefined) return known;
		const result = compute(subject);
		results.set(subject, result);
		return result;
	};
}
