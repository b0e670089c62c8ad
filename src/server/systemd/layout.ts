import type { ServerDefinition, Stack } from '../../model/stack.ts';
import { stackUnit, targetName, templateName } from './names.ts';

/** Where the files of a stack are on a server. All paths are absolute. */
export interface Layout {
	/** `procdeck.shop.production` */
	readonly prefix: string;
	readonly scope: ServerDefinition['scope'];
	/** Of the unit files. */
	readonly units: string;
	/** The folder of everything else that is kept. */
	readonly config: string;
	/** What is gone after a boot. */
	readonly run: string;
	/** The target that a boot reaches, which wants the stack's own. */
	readonly bootTarget: 'multi-user.target' | 'default.target';
	/** The app's code, with its releases where there are some. */
	readonly code: string;
}

/** The user that a server is reached as. */
export interface Home {
	/** The home folder. */
	readonly home: string;
	readonly uid: number;
}

export function layoutOf(
	stack: Pick<Stack, 'name' | 'environment' | 'path'>,
	scope: ServerDefinition['scope'],
	{ home, uid }: Home,
): Layout {
	const prefix = stackUnit(stack);
	const folder = `${stack.name}.${stack.environment}`;
	if (scope === 'user') {
		return {
			prefix,
			scope,
			units: `${home}/.config/systemd/user`,
			config: `${home}/.config/procdeck/${folder}`,
			run: `/run/user/${uid}/procdeck/${folder}`,
			bootTarget: 'default.target',
			code: stack.path,
		};
	}
	return {
		prefix,
		scope,
		units: '/etc/systemd/system',
		config: `/etc/procdeck/${folder}`,
		run: `/run/procdeck/${folder}`,
		bootTarget: 'multi-user.target',
		code: stack.path,
	};
}

export function targetPath({ units, prefix }: Layout): string {
	return `${units}/${targetName(prefix)}`;
}

export function templatePath({ units, prefix }: Layout, type: string): string {
	return `${units}/${templateName(prefix, type)}`;
}

/** What a unit runs: sets the instance up and becomes its command. */
export function runScriptPath({ config }: Layout, type: string): string {
	return `${config}/run/${type}`;
}

/** The stack's environment; 0600. */
export function environmentPath({ config }: Layout): string {
	return `${config}/environment`;
}

/** What cannot be read from systemd itself. */
export function recordPath({ config }: Layout): string {
	return `${config}/stack.json`;
}

/** Who holds it changes the releases; beside it, who that is. */
export function releaseLockPath({ run }: Layout): string {
	return `${run}/release.lock`;
}

/** Names of what `stop` holds; forgotten at a boot. */
export function heldPath({ run }: Layout): string {
	return `${run}/held`;
}

export function lockPath({ run }: Layout): string {
	return `${run}/lock`;
}
