import { digest } from '../../model/digest.ts';
import { type Launch, stackEnvironment } from '../../model/launch.ts';
import type { Stack } from '../../model/stack.ts';
import type { SupervisorState, TypeDefinition } from '../plan/state.ts';

interface Defined {
	readonly definitions: readonly TypeDefinition[];
	/** The launches that the definitions name, by key. */
	readonly launches: Readonly<Record<string, Launch>>;
}

/** What each process type would be started with now. */
export function define(stack: Stack, shell: Readonly<Record<string, string>>): Defined {
	const environment = stackEnvironment(stack, shell);
	const files = digestOf(Object.entries(stack.environmentVariables).sort());
	const environmentDigest = digestOf(Object.entries(environment).sort());
	const launches: Record<string, Launch> = {};
	const definitions = stack.processTypes.map(({ name: type, command, settings }): TypeDefinition => {
		const fingerprint = digestOf([command, stack.shell, files]);
		const key = digestOf([fingerprint, environmentDigest]);
		launches[key] = { command, shell: stack.shell, directory: stack.directory, environment, fingerprint };
		return { type, command, settings, fingerprint, launch: key };
	});
	return { definitions, launches };
}

/** Those that an instance or a definition still names. */
export function launchesInUse(
	launches: Readonly<Record<string, Launch>>,
	{ instances, definitions }: Pick<SupervisorState, 'instances' | 'definitions'>,
): Record<string, Launch> {
	const used = new Set([...instances.values(), ...definitions.values()].map(({ launch }) => launch));
	return Object.fromEntries(Object.entries(launches).filter(([key]) => used.has(key)));
}

function digestOf(value: unknown): string {
	return digest(JSON.stringify(value), 16);
}
