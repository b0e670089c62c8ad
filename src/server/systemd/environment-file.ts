import { environmentPath, type Layout } from './layout.ts';
import type { ServerFile } from './unit-files.ts';

/**
 * The stack's environment as systemd's `EnvironmentFile=` reads it: each value literally, whatever it contains.
 * Names that systemd would refuse are left out, as `export` would.
 */
export function environmentFile(layout: Layout, variables: Readonly<Record<string, string>>): ServerFile {
	const lines = Object.entries(variables)
		.filter(([name]) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
		.map(([name, value]) => `${name}="${value.replace(/["\\$`]/g, '\\$&')}"\n`);
	return { path: environmentPath(layout), text: lines.join(''), mode: 0o600 };
}
