import { randomBytes } from 'node:crypto';
import { digest } from '../../model/digest.ts';
import { stackEnvironment } from '../../model/launch.ts';
import { lookUp } from '../../model/look-up.ts';
import { assignPortBlocks, portBase } from '../../model/ports.ts';
import type { ProcessType, ServerDefinition, Stack } from '../../model/stack.ts';
import { environmentFile } from './environment-file.ts';
import { type Layout, recordPath } from './layout.ts';
import type { FilesOnServer } from './read-files.ts';
import { environmentDigest, recordText, type StackRecord, type TypeRecord } from './record.ts';
import { runScriptFile } from './run-script.ts';
import { type ServerFile, stopScript, targetFile, templateFile, type UnitContext } from './unit-files.ts';

export interface DesiredContext {
	readonly stack: Stack;
	readonly definition: ServerDefinition;
	readonly layout: Layout;
	readonly systemdVersion: number;
	/** The user that the server is reached as. */
	readonly loginUser: string;
}

/** The files of a process type as the stack's files have them now. */
export interface DesiredType {
	readonly type: string;
	/** The Procfile's text. */
	readonly command: string;
	readonly template: ServerFile;
	readonly script: ServerFile;
	readonly firstPort: number | null;
	/** Of its template and its script. */
	readonly fingerprint: string;
}

/** Everything of a stack that is to be on a server, apart from what was decided there. */
export interface Desired {
	readonly types: readonly DesiredType[];
	/** Those that all types share. */
	readonly shared: readonly ServerFile[];
	readonly environment: ServerFile;
}

/** @param on what is there: types in use keep their ports */
export function desiredFiles(context: DesiredContext, on: FilesOnServer): Desired {
	const { stack, definition, layout } = context;
	const unit = unitContext(context);
	const environment = environmentFile(layout, stackEnvironment(stack, {}));
	const ports = portsOf(context, on);
	const types = stack.processTypes.map((type) => {
		const firstPort = lookUp(ports, type.name) ?? null;
		const template = templateFile(unit, type.name, type.settings);
		const script = runScriptFile({
			layout,
			server: definition.name,
			stackName: stack.name,
			type: type.name,
			command: type.command,
			shell: stack.shell,
			// On this machine the code is where the stack's files are.
			path: definition.kind === 'local' ? stack.directory : stack.path,
			firstPort,
		});
		const fingerprint = digest([template.text, script.text].join('\0'), 16);
		return { type: type.name, command: type.command, template, script, firstPort, fingerprint };
	});
	return { types, shared: [targetFile(unit), stopScript(layout)], environment };
}

function unitContext({ stack, layout, loginUser, systemdVersion }: DesiredContext): UnitContext {
	const user = layout.scope === 'user' ? null : (stack.user ?? loginUser);
	return { layout, title: `${stack.name} (${stack.environment})`, user, systemdVersion };
}

function portsOf(
	{ stack, definition }: DesiredContext,
	{ record, enabled }: FilesOnServer,
): Record<string, number> {
	const blocks = Object.entries(record?.types ?? {}).flatMap(([type, { firstPort }]) =>
		firstPort === null ? [] : [[type, firstPort] as const],
	);
	const inUse = new Set(Object.keys(enabled).filter((type) => (lookUp(enabled, type)?.length ?? 0) > 0));
	const types = stack.processTypes.map(({ name }: ProcessType) => name);
	const base = portBase(definition, stack.environmentVariables);
	return assignPortBlocks(base, types, Object.fromEntries(blocks), inUse);
}

/** What has to be written so that the named types are as they should be; nothing of it is there already. */
export interface Writing {
	readonly files: readonly ServerFile[];
	/** What is kept beside the units afterwards. */
	readonly record: StackRecord;
}

/**
 * @param types whose files are to be written where they differ
 * @param withEnvironment also where another environment is there: then what runs with that one becomes stale
 * @param now milliseconds since the epoch by the server's clock
 */
export function filesToWrite(
	desired: Desired,
	on: FilesOnServer,
	types: readonly DesiredType[],
	now: number,
	{ withEnvironment }: { readonly withEnvironment: boolean },
): Writing {
	const before = on.record;
	const writesEnvironment = before === null || (withEnvironment && !hasEnvironment(before, desired));
	const environment = writesEnvironment ? newEnvironment(desired.environment, now) : before.environment;
	const candidates = [...desired.shared, ...types.flatMap(({ template, script }) => [template, script])];
	const files = candidates.filter(({ path, text }) => lookUp(on.texts, path) !== text);
	const entries = types.map(({ type, command, firstPort, fingerprint }): [string, TypeRecord] => {
		const known = lookUp(before?.types ?? {}, type);
		return [type, { ...launchAfter(known, fingerprint, now), command, firstPort }];
	});
	return {
		files: writesEnvironment ? [...files, desired.environment] : files,
		record: {
			version: 1,
			paused: before?.paused ?? {},
			types: { ...before?.types, ...Object.fromEntries(entries) },
			environment,
		},
	};
}

/**
 * What has to be written so that the environment alone is as it should be: then what runs with another becomes stale.
 * @param now milliseconds since the epoch by the server's clock
 */
export function environmentToWrite({ environment }: Desired, before: StackRecord, now: number): Writing {
	return { files: [environment], record: { ...before, environment: newEnvironment(environment, now) } };
}

const LAUNCHES_KEPT = 5;

function launchAfter(
	known: TypeRecord | undefined,
	fingerprint: string,
	now: number,
): Pick<TypeRecord, 'fingerprint' | 'changedAt' | 'before'> {
	if (known === undefined) return { fingerprint, changedAt: now };
	if (known.fingerprint === fingerprint) return known;
	const { fingerprint: last, changedAt, before = [] } = known;
	const earlier = [{ fingerprint: last, changedAt }, ...before];
	return { fingerprint, changedAt: now, before: earlier.slice(0, LAUNCHES_KEPT) };
}

/** Whether the environment that is on the server is the one that it should be. */
export function hasEnvironment({ environment }: StackRecord, desired: Desired): boolean {
	return environmentDigest(desired.environment.text, environment.salt) === environment.digest;
}

function newEnvironment({ text }: ServerFile, changedAt: number): StackRecord['environment'] {
	const salt = randomBytes(12).toString('hex');
	return { salt, digest: environmentDigest(text, salt), changedAt };
}

export function recordFile(layout: Layout, record: StackRecord): ServerFile {
	return { path: recordPath(layout), text: recordText(record), mode: 0o644 };
}
