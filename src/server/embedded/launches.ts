import type { Launch } from '../../model/launch.ts';
import type { Stack } from '../../model/stack.ts';
import type { Instance, SupervisorState, TypeDefinition } from '../plan/state.ts';
import { define, launchesInUse } from './definitions.ts';
import type { LaunchRecord } from './records.ts';

type Shell = Readonly<Record<string, string>>;

/** What instances were started with, and what the next ones are: also for the supervisor after this one. */
export class Launches {
	#shell: Shell;
	#byKey: Readonly<Record<string, Launch>>;

	constructor({ shell, launches }: LaunchRecord) {
		this.#shell = shell;
		this.#byKey = launches;
	}

	/** The caller's environment that new instances get. */
	get shell(): Shell {
		return this.#shell;
	}

	/** What has to be written down. */
	record(state: SupervisorState): Omit<LaunchRecord, 'version'> {
		return { shell: this.#shell, launches: launchesInUse(this.#byKey, state) };
	}

	/** Takes what the files say now, with the given shell for what starts from now on. */
	define(stack: Stack, state: SupervisorState, shell: Shell): readonly TypeDefinition[] {
		this.#shell = shell;
		const { definitions, launches } = define(stack, shell);
		this.#byKey = { ...launchesInUse(this.#byKey, state), ...launches };
		return definitions;
	}

	/** What an instance was last started with, or would be started with; null where that was not recorded. */
	of(instance: Instance, { definitions }: SupervisorState): Launch | null {
		const key = instance.launch ?? definitions.get(instance.type)?.launch;
		return key === undefined ? null : (this.#byKey[key] ?? null);
	}

	commandOf(key: string): string {
		return this.#byKey[key]?.command ?? '';
	}
}
