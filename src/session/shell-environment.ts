/** The caller's shell environment, which new instances get. */
export function shellEnvironment(): Record<string, string> {
	const entries = Object.entries(process.env).flatMap(([name, value]) =>
		value === undefined ? [] : [[name, value]],
	);
	return Object.fromEntries(entries);
}
