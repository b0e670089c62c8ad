import type { ProcessSettings } from '../../../../src/model/stack.ts';
import type { TypeDefinition } from '../../../../src/server/plan/state.ts';

const SETTINGS: ProcessSettings = {
	stop: [
		{ signal: 'TERM', waitMs: 10_000 },
		{ signal: 'KILL', waitMs: 0 },
	],
	restart: 'always',
	ready: null,
	memoryMax: null,
	logMax: 1024,
	rolling: 1,
	maxInstances: 10,
	scale: {},
};

/** A process type as `version` of the app's files describes it. */
export function definition(
	type: string,
	settings: Partial<ProcessSettings> = {},
	version = 1,
): TypeDefinition {
	const key = `${type} version ${version}`;
	return {
		type,
		command: `run ${key}`,
		settings: { ...SETTINGS, ...settings },
		fingerprint: key,
		launch: key,
	};
}
